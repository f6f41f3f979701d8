"""Write labelled sounds as a data set that `tools.prepare` reads: FLAC files and `catalogue.csv`."""

import csv
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .encode import flac_bytes

CATALOGUE = "catalogue.csv"
# `split` stays empty: tools.prepare puts whole groups into train, val and test, the same way each time.
COLUMNS = ("path", "label", "split", "group", "seconds")
INT16_PEAK = 32_767
# Folders that are not whole yet, or never became so.
UNFINISHED = ".making-"


@dataclass(frozen=True, kw_only=True, slots=True)
class LabelledSound:
    """A piece of sound all of which is its label.

    `group`: all that was heard in one go. `pcm`: mono samples in -1..1, as loud as they were heard.
    """

    name: str
    label: str
    group: str
    pcm: NDArray[np.float32]
    sample_rate_hz: int

    @property
    def seconds(self) -> float:
        """How long it is."""
        return len(self.pcm) / self.sample_rate_hz


def write_catalogue(folder: Path, sounds: Iterable[LabelledSound]) -> None:
    """Make a new folder of sounds, whole or not at all; blocks. Raises OSError."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=UNFINISHED, dir=folder.parent) as scratch:
        made = Path(scratch) / folder.name
        made.mkdir()
        with (made / CATALOGUE).open("w", newline="", encoding="utf-8") as lines:
            writer = csv.writer(lines, lineterminator="\n")
            writer.writerow(COLUMNS)
            for sound in sounds:
                file = f"{sound.name}.flac"
                samples = np.rint(np.clip(sound.pcm, -1.0, 1.0) * INT16_PEAK).astype(np.int16)
                (made / file).write_bytes(flac_bytes(samples, sound.sample_rate_hz))
                writer.writerow((file, sound.label, "", sound.group, f"{sound.seconds:.3f}"))
        made.rename(folder)
