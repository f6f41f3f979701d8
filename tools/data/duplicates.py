"""Find recordings that hold the same sound, sample by sample."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from tools.data.sound_checks import Checked, Verdict

# The test split is left as it is; the others give way to it.
KEEPS_FIRST = ("test", "val", "train", "")


def without_duplicates(checked: Sequence[Checked]) -> list[Checked]:
    """Keep one of equal recordings, none when their labels differ, for who could say which is right."""
    same: defaultdict[str, list[Checked]] = defaultdict(list)
    for item in checked:
        if item.verdict is Verdict.USED:
            same[item.digest].append(item)
    return [
        _judge(item, same[item.digest]) if item.verdict is Verdict.USED else item
        for item in checked
    ]


def _judge(item: Checked, equals: Sequence[Checked]) -> Checked:
    for other in equals:
        if other.recording.label != item.recording.label:
            return replace(
                item,
                verdict=Verdict.CONTRADICTION,
                reason=f"{item.recording.path}: sounds exactly like {other.recording.name}, which "
                f"is labelled {other.recording.label}; delete the one with the wrong label",
            )
    kept = min(equals, key=lambda e: (KEEPS_FIRST.index(e.recording.split), e.recording.name))
    if item is kept:
        return item
    return replace(
        item,
        verdict=Verdict.DUPLICATE,
        reason=f"{item.recording.path}: sounds exactly like {kept.recording.name}, which is used; "
        "delete one",
    )
