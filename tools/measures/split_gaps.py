"""Say what clips a split lacks to be measured by."""

from collections.abc import Sequence

from tools.data.dataset import Clip, select


def missing_side(clips: Sequence[Clip], background: str) -> str:
    """Return what clips lack to be measured by: an event, the background or nothing."""
    labels = {clip.label for clip in clips}
    if not labels - {background}:
        return "an event" if labels else "any label"
    return "" if background in labels else background


def gap_notes(
    clips: Sequence[Clip], labels: Sequence[str], background: str, splits: Sequence[str]
) -> list[str]:
    """Say which splits are not measured, and which classes have no figures in one that is."""
    notes = []
    for split in splits:
        chosen = select(clips, split)
        there = {clip.label for clip in chosen}
        if missing := missing_side(chosen, background):
            notes.append(f"{split} was not measured: it has no clip of {missing}.")
        elif absent := [label for label in labels if label not in there]:
            notes.append(
                f"{split} has no clip of {', '.join(absent)}: its figures there are blank."
            )
    return notes
