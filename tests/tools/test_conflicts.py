"""Clips come up for review in the order in which labels and scores contradict each other."""

from pathlib import Path

import numpy as np
import pytest

from tools.data.dataset import Clip
from tools.measures.window_tables import ScoredWindows
from tools.reviewing.conflicts import Conflict, clip_scores, conflicts_of, most_conflicting

LABELS = ("cry", "dog", "others")
OTHERS = 2


def scored(
    *clips: tuple[str, list[list[float]]], counts: list[bool] | None = None
) -> tuple[ScoredWindows, list[Clip]]:
    """Return windows of clips given as label and scores of each window."""
    lengths = [len(scores) for _, scores in clips]
    number = np.repeat(np.arange(len(clips)), lengths)
    windows = ScoredWindows(
        scores=np.concatenate([np.array(scores, np.float32) for _, scores in clips]),
        clip=number,
        truth=np.array([LABELS.index(label) for label, _ in clips])[number],
        counts=np.array(counts) if counts else np.ones(number.size, np.bool_),
    )
    named = [
        Clip(name=str(place), label=label, split="train", group="", path=Path(str(place)))
        for place, (label, _) in enumerate(clips)
    ]
    return windows, named


def conflict(label: str, margin: float, name: str = "") -> Conflict:
    return Conflict(
        clip=Clip(name=name, label=label, split="train", group=""),
        heard="",
        own_score=0.0,
        heard_score=margin,
        scores=np.zeros((1, 3), np.float32),
    )


def test_one_window_makes_an_event_and_all_windows_make_background() -> None:
    scores = np.array([[0.0, 0.9, 0.1], [0.1, 0.0, 0.9]], np.float32)
    assert clip_scores(scores, OTHERS) == pytest.approx([0.1, 0.9, 0.1])


def test_label_heard_instead_of_the_own_one_is_told_with_both_scores() -> None:
    windows, clips = scored(
        ("dog", [[0.8, 0.1, 0.1], [0.2, 0.2, 0.6]]),
        ("others", [[0.0, 0.0, 1.0], [0.0, 0.7, 0.3]]),
        ("cry", [[0.9, 0.0, 0.1]]),
    )
    dog, others, cry = conflicts_of(windows, clips, LABELS, "others")
    assert (dog.heard, others.heard) == ("cry", "dog")
    assert (dog.own_score, dog.heard_score) == pytest.approx((0.2, 0.8))
    assert others.margin == pytest.approx(0.4)
    assert cry.margin < 0
    assert dog.clip is clips[0]
    assert dog.scores.shape == (2, 3)


def test_event_heard_beside_another_is_hardly_contested() -> None:
    windows, clips = scored(("dog", [[0.0, 0.95, 0.05], [0.96, 0.0, 0.04], [0.0, 0.0, 1.0]]))
    (both,) = conflicts_of(windows, clips, LABELS, "others")
    assert both.margin == pytest.approx(0.01)


def test_windows_too_quiet_to_count_contradict_nothing() -> None:
    windows, clips = scored(("dog", [[0.0, 0.9, 0.1], [0.99, 0.0, 0.01]]), counts=[True, False])
    (quiet,) = conflicts_of(windows, clips, LABELS, "others")
    assert quiet.margin == pytest.approx(-0.8)


def test_worst_of_each_label_comes_before_the_second_of_any() -> None:
    conflicts = [
        conflict("others", 0.7, "o2"),
        conflict("others", 0.9, "o1"),
        conflict("dog", 0.3, "d1"),
        conflict("others", 0.6, "o3"),
        conflict("dog", 0.2, "d2"),
        conflict("cry", -0.1, "agreed"),
    ]
    assert [c.clip.name for c in most_conflicting(conflicts, 10)] == ["o1", "d1", "o2", "d2", "o3"]
    assert [c.clip.name for c in most_conflicting(conflicts, 3)] == ["o1", "d1", "o2"]
