"""Say what was done with each file of a source."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from tools.data.dataset import SPLITS
from tools.data.recordings import Source
from tools.data.sound_checks import Checked, Verdict


def prepare_report(
    listed: Source, checked: Sequence[Checked], rows: Sequence[Mapping[str, str]]
) -> dict[str, Any]:
    """Return all files with their verdicts, and the clips per class; `rows` are the used ones'."""
    clip_of = dict(
        zip((id(item) for item in checked if item.verdict is Verdict.USED), rows, strict=True)
    )
    files = [_file_facts(item, clip_of.get(id(item))) for item in checked]
    ignored = [
        {"path": name, "verdict": Verdict.IGNORED, "reason": reason}
        for name, reason in sorted(listed.ignored.items())
    ]
    counted = Counter((row["label"], row["split"]) for row in rows)
    labels = {label: {split: counted[label, split] for split in SPLITS} for label in listed.labels}
    return {
        "data": _data_hash(checked),
        "verdicts": dict(Counter(str(file["verdict"]) for file in files + ignored)),
        "labels": labels,
        "warnings": _warnings(labels),
        "files": files + ignored,
    }


def refused(report: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the recordings of a report that were left out for a fault of theirs."""
    fine = (Verdict.USED, Verdict.IGNORED)
    return [file for file in report["files"] if file["verdict"] not in fine]


def summary_text(report: Mapping[str, Any]) -> str:
    """Return the clips per class and split, and how many files got each verdict."""
    width = max(len(label) for label in report["labels"])
    lines = [f"{'':{width}}" + "".join(f"{split:>7}" for split in SPLITS)]
    lines += [
        f"{label:{width}}" + "".join(f"{count[split]:7}" for split in SPLITS)
        for label, count in report["labels"].items()
    ]
    lines.append(", ".join(f"{count} {verdict}" for verdict, count in report["verdicts"].items()))
    return "\n".join(lines)


def _file_facts(item: Checked, row: Mapping[str, str] | None) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "path": item.recording.name,
        "label": item.recording.label,
        "verdict": item.verdict,
    }
    if item.reason:
        facts["reason"] = item.reason
    if item.digest:
        facts |= {"seconds": item.seconds, "peak_dbfs": item.peak_dbfs, "sha256": item.digest}
    if row:
        facts |= {"clip": row["path"], "split": row["split"], "group": row["group"]}
    return facts


def _data_hash(checked: Sequence[Checked]) -> str:
    """Return a hash of all sounds and labels that are used, in whatever order they came."""
    lines = sorted(f"{c.digest} {c.recording.label}" for c in checked if c.verdict == Verdict.USED)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _warnings(labels: Mapping[str, Mapping[str, int]]) -> list[str]:
    """Say which class lacks what, since training needs each class in train and val."""
    lacking = {
        label: [split for split in SPLITS if not count[split]] for label, count in labels.items()
    }
    return [
        f"{label}: no clip in {', '.join(splits)}; add recordings of it, three at least"
        for label, splits in lacking.items()
        if splits
    ]
