"""A few of the recordings, for tests that show that the tools run on real ones."""

from pathlib import Path

from audio_guard_engine.card import load_model
from tools.data.dataset import read_dataset, select


def some_of(sounds: Path, folder: Path) -> Path:
    """Write a catalogue of a few val and test clips of each label; return its path."""
    labels = load_model().labels
    clips = read_dataset(sounds, labels)
    lines = ["path,label,split,group"]
    for split in ("val", "test"):
        for label in labels:
            mine = [clip for clip in select(clips, split) if clip.label == label]
            lines += [
                f"{clip.path},{label},{split},{clip.group}" for clip in mine[:: len(mine) // 3]
            ]
    catalogue = folder / "catalogue.csv"
    catalogue.write_text("\n".join(lines))
    return catalogue
