"""Times are taken window by window on one thread, of the very patches that the network is trained on."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from audio_guard_engine.card import FrontEnd
from tools.data.dataset import read_dataset
from tools.measures.timing import CLIPS_PER_LABEL, processor, time_labels
from tools.windows.features import load_pcm, patches_of, window_frames

LABELS = ("alarm", "others")


class NotedScore:
    """Score all patches alike and note them, and on how many threads."""

    def __init__(self) -> None:
        self.patches: list[np.ndarray] = []
        self.threads: set[int] = set()

    def __call__(self, patches: np.ndarray) -> np.ndarray:
        self.patches.append(patches.copy())
        self.threads.add(torch.get_num_threads())
        return np.full((len(patches), len(LABELS)), 0.5, np.float32)


@pytest.fixture
def two_threads() -> Iterator[None]:
    """Let PyTorch use two threads, however many it would use here."""
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)


@pytest.mark.parametrize("context_frames", [0, 48])
@pytest.mark.usefixtures("two_threads")
def test_windows_are_scored_one_after_the_other_as_a_camera_brings_them(
    data: Path, context_frames: int
) -> None:
    front_end = FrontEnd(context_frames=context_frames)
    clip = next(clip for clip in read_dataset(data, LABELS) if clip.label == "alarm")
    score = NotedScore()
    times = time_labels([clip], LABELS, front_end, score)
    _warm_up, *timed = score.patches
    expected = patches_of(window_frames(load_pcm(clip), front_end), front_end)
    assert np.abs(np.concatenate(timed) - expected).max() < 1e-4
    assert times["classes"]["alarm"]["samples"] == times["samples"] == len(timed) == 6
    assert times["classes"]["others"] == {
        "clips": 0,
        "samples": 0,
        "seconds": 0.0,
        "seconds_per_sample": None,
    }
    assert times["limit_seconds"] == 0.48
    assert score.threads == {1}
    assert torch.get_num_threads() == 2


def test_some_clips_are_drawn_and_broken_ones_passed_over(data: Path, tmp_path: Path) -> None:
    clips = read_dataset(data, LABELS)
    (tmp_path / "broken.wav").touch()
    broken = [replace(clip, path=tmp_path / "broken.wav") for clip in clips]
    times = time_labels(broken + clips + clips, LABELS, FrontEnd(), NotedScore())
    assert {row["clips"] for row in times["classes"].values()} == {CLIPS_PER_LABEL}
    assert times["seconds_per_sample"] == pytest.approx(times["seconds"] / times["samples"])


def test_processor_has_a_name() -> None:
    assert processor()
