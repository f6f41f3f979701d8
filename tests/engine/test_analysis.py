"""Contiguous sound becomes the same windows whatever its pieces."""

import itertools
import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audio_guard_engine.analysis import LARGEST_BACKLOG_HOPS, Analyzer
from audio_guard_engine.card import Model, load_model
from audio_guard_engine.frame import ScoreFrame
from tests.engine.conftest import MODEL, LoudnessScorer

HOP = MODEL.front_end.patch_hop_samples
PATCH = MODEL.front_end.patch_samples
NOISE = np.random.default_rng(0).uniform(-0.5, 0.5, 10 * HOP).astype(np.float32)


def frames(pieces: list[np.ndarray], *, pad: bool = False) -> list[ScoreFrame]:
    analyzer = Analyzer("test", MODEL, LoudnessScorer())
    heard = []
    for piece in pieces:
        analyzer.write(piece)
        heard += analyzer.drain()
    if pad:
        analyzer.pad()
        heard += analyzer.drain()
    return heard


def scores(heard: list[ScoreFrame]) -> list[float]:
    return [frame.scores["dog"] for frame in heard]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(1, 4 * HOP), max_size=12))
def test_any_chunking_gives_the_same_windows(sizes: list[int]) -> None:
    cuts = [0, *itertools.accumulate(sizes)]
    whole = NOISE[: cuts[-1]]
    pieces = [NOISE[start:stop] for start, stop in itertools.pairwise(cuts)]
    by_hops = frames([whole[start : start + HOP] for start in range(0, len(whole), HOP)])
    assert scores(frames(pieces)) == pytest.approx(scores(by_hops), abs=1e-5)


def test_less_than_seven_seconds_of_sound_are_held() -> None:
    model = load_model()
    second = model.front_end.sample_rate_hz
    analyzer = Analyzer("test", model, LoudnessScorer())
    for _ in range(10):
        analyzer.write(np.ones(second, np.float32))
    with pytest.raises(IndexError):
        analyzer._ring.read(3 * second, 3 * second + 1)


def test_a_gain_raises_the_level_and_clips_what_is_too_loud() -> None:
    analyzer = Analyzer("test", MODEL, LoudnessScorer(), gain_db=20.0)
    analyzer.write(NOISE[:PATCH] / 100)
    analyzer.write(NOISE[:HOP] * 100)
    quiet = frames([NOISE[:PATCH] / 100])[0].level_dbfs
    raised, clipped = (frame.level_dbfs for frame in analyzer.drain())
    assert raised == pytest.approx(quiet + 20.0, abs=0.01)
    assert -3.1 < clipped < 0.0


def test_time_is_the_windows_end() -> None:
    heard = frames([NOISE[:PATCH], NOISE[PATCH : PATCH + HOP]])
    assert [frame.t for frame in heard] == [0.96, 1.44]


@pytest.mark.parametrize(
    ("samples", "windows"),
    [(1, 1), (3_200, 1), (15_360, 1), (15_361, 2), (23_040, 2), (23_041, 3), (16_000 * 2, 4)],
)
def test_a_recordings_last_partial_window_counts(samples: int, windows: int) -> None:
    assert len(frames([NOISE[:samples]], pad=True)) == windows


def test_level_is_of_the_window() -> None:
    quiet_then_loud = np.concatenate((np.zeros(PATCH, np.float32), np.ones(HOP, np.float32)))
    quiet_then_loud[PATCH:][::2] = -1
    levels = [frame.level_dbfs for frame in frames([quiet_then_loud])]
    assert levels[0] == -120.0
    assert levels[1] == pytest.approx(10 * np.log10(HOP / PATCH), abs=0.1)


def test_the_newest_window_wins_when_the_scorer_is_late(
    model: Model, scorer: LoudnessScorer
) -> None:
    analyzer = Analyzer("test", model, scorer)
    hops = LARGEST_BACKLOG_HOPS + 2
    analyzer.write(np.zeros(PATCH + hops * HOP, np.float32))
    analyzer.close()
    heard = list(analyzer.frames())
    assert [frame.t for frame in heard] == [pytest.approx(0.96 + hops * 0.48)]
    assert analyzer.skipped_hops == hops


def test_a_burst_is_caught_up_on(model: Model, scorer: LoudnessScorer) -> None:
    analyzer = Analyzer("test", model, scorer)
    analyzer.write(np.resize(NOISE, PATCH + LARGEST_BACKLOG_HOPS * HOP))
    analyzer.close()
    assert len(list(analyzer.frames())) == LARGEST_BACKLOG_HOPS + 1
    assert analyzer.skipped_hops == 0


def test_windows_after_a_skip_are_computed_afresh(model: Model, scorer: LoudnessScorer) -> None:
    analyzer = Analyzer("test", model, scorer)
    analyzer.write(np.zeros(PATCH, np.float32))
    live = analyzer.frames()
    next(live)
    noise = np.resize(NOISE, (LARGEST_BACKLOG_HOPS + 2) * HOP)
    analyzer.write(noise)
    after_skip = next(live)
    assert analyzer.skipped_hops == LARGEST_BACKLOG_HOPS + 1
    fresh = Analyzer("test", model, scorer)
    fresh.write(noise[-PATCH:])
    assert after_skip.scores == next(iter(fresh.drain())).scores


def test_waits_for_sound_and_ends_when_closed(model: Model, scorer: LoudnessScorer) -> None:
    analyzer = Analyzer("test", model, scorer)
    heard: list[ScoreFrame] = []
    scored = threading.Event()

    def take() -> None:
        for frame in analyzer.frames():
            heard.append(frame)
            scored.set()

    taking = threading.Thread(target=take)
    taking.start()
    analyzer.write(NOISE[:PATCH])
    assert scored.wait(5)
    analyzer.close()
    taking.join(5)
    assert not taking.is_alive()
    assert len(heard) == 1
