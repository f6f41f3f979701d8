"""Labelled sounds become a folder of FLAC files and a catalogue, whole or not at all."""

from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest

from audio_guard_engine.catalogue import LabelledSound, write_catalogue

RATE_HZ = 16_000
PCM = np.linspace(-1.2, 0.5, 2 * RATE_HZ, dtype=np.float32)


def labelled(name: str, label: str = "dog") -> LabelledSound:
    return LabelledSound(name=name, label=label, group="g", pcm=PCM, sample_rate_hz=RATE_HZ)


def test_a_folder_holds_the_sounds_and_says_what_they_are(tmp_path: Path) -> None:
    folder = tmp_path / "exports" / "first"
    write_catalogue(folder, iter([labelled("a"), labelled("b", "a, b")]))
    assert (folder / "catalogue.csv").read_text() == (
        'path,label,split,group,seconds\na.flac,dog,,g,2.000\nb.flac,"a, b",,g,2.000\n'
    )
    with av.open(str(folder / "a.flac")) as file:
        assert file.streams.audio[0].rate == RATE_HZ
        pcm = np.concatenate([frame.to_ndarray()[0] for frame in file.decode(audio=0)])
    assert np.abs(pcm / 32_767 - np.clip(PCM, -1, 1)).max() < 1e-4
    assert [path.name for path in folder.parent.iterdir()] == ["first"]


def test_what_fails_halfway_leaves_nothing(tmp_path: Path) -> None:
    def sounds() -> Iterator[LabelledSound]:
        yield labelled("a")
        raise OSError("No space left on device")

    with pytest.raises(OSError, match="No space"):
        write_catalogue(tmp_path / "first", sounds())
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_there_stays_as_it_is(tmp_path: Path) -> None:
    write_catalogue(tmp_path / "first", [labelled("a")])
    with pytest.raises(OSError, match="not empty"):
        write_catalogue(tmp_path / "first", [labelled("b")])
    assert {path.name for path in (tmp_path / "first").iterdir()} == {"a.flac", "catalogue.csv"}
