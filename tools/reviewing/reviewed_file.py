"""Keep decisions in a CSV that is whole after each of them."""

import csv
from collections.abc import Sequence
from pathlib import Path
from threading import Lock

from tools.data.corrections import CLIP_COLUMNS, KEEP, read_corrections
from tools.data.dataset import Clip, DatasetError
from tools.reviewing.conflicts import Conflict

COLUMNS = (*CLIP_COLUMNS, "split", "heard", "heard_score", "own_score")


class ReviewedFile:
    """The decisions about clips; any thread may add one."""

    def __init__(self, path: Path, clips: Sequence[Clip], labels: Sequence[str]) -> None:
        """Take up a list that is there; raise DatasetError when it does not fit the clips."""
        self.path = path
        self._lock = Lock()
        self._columns = list(COLUMNS)
        self._rows: dict[str, dict[str, str]] = {}
        if path.exists():
            read_corrections([path], clips, labels)
            self._read()

    def _read(self) -> None:
        with self.path.open(newline="", encoding="utf-8-sig") as lines:
            rows = csv.DictReader(lines)
            columns = rows.fieldnames or ()
            if "decision" not in columns:
                raise DatasetError(
                    f"{self.path}: is a list of windows; choose another file for decisions about clips"
                )
            self._rows = {row["path"]: row for row in rows}
            self._columns = list(dict.fromkeys((*COLUMNS, *columns)))

    def __len__(self) -> int:
        return sum(bool(row["decision"]) for row in self._rows.values())

    def decision(self, name: str) -> str:
        """Return what was decided about a clip, or nothing."""
        return self._rows[name]["decision"].strip() if name in self._rows else ""

    def decide(self, conflict: Conflict, decision: str) -> None:
        """Note a decision: keep, drop, unsure or a label; its own label is keep."""
        clip = conflict.clip
        row = {
            "path": clip.name,
            "label": clip.label,
            "decision": KEEP if decision == clip.label else decision,
            "split": clip.split,
            "heard": conflict.heard,
            "heard_score": f"{conflict.heard_score:.3f}",
            "own_score": f"{conflict.own_score:.3f}",
        }
        with self._lock:
            rows = self._rows | {clip.name: self._rows.get(clip.name, {}) | row}
            self._write(rows)
            self._rows = rows

    def _write(self, rows: dict[str, dict[str, str]]) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        part = self.path.with_name(f".{self.path.name}.part")
        with part.open("w", newline="", encoding="utf-8") as lines:
            writer = csv.DictWriter(lines, self._columns, restval="", lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows.values())
        part.replace(self.path)
