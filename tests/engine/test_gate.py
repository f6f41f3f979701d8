"""The level gate lets the model rest in steady sound, and wakes it with whatever is new."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from audio_guard_engine.analysis import Analyzer
from audio_guard_engine.card import FrontEnd
from audio_guard_engine.frame import ScoreFrame
from audio_guard_engine.gate import (
    FLOOR_HOPS,
    MOST_SPARED_HOPS,
    NEW_ABOVE_FLOOR,
    LevelGate,
    calm_score,
)
from tests.engine.conftest import MODEL, LoudnessScorer

FRONT_END = MODEL.front_end
WINDOW_HOPS = -(-FRONT_END.input_frames // FRONT_END.patch_hop_frames)
CALM_SCORE = 0.05
CALM = [0.0, 1.0]  # no dog


def steady(level: float = -2.0) -> NDArray[np.float32]:
    return np.full((FRONT_END.input_frames, FRONT_END.mel_bands), level, np.float32)


def settled(scores: list[float] = CALM, level: float = -2.0) -> LevelGate:
    """Return a gate that has heard nothing new for long, and at the last hop ran the model."""
    gate = LevelGate(MODEL, CALM_SCORE)
    patch = steady(level)
    for _ in range(FLOOR_HOPS + WINDOW_HOPS - 1):
        assert not gate.spares(patch)
        gate.note(scores)
    return gate


def test_steady_sound_is_looked_at_now_and_then() -> None:
    gate = settled()
    spared = []
    for _ in range(3 * (MOST_SPARED_HOPS + 1)):
        spared.append(gate.spares(steady()))
        if not spared[-1]:
            gate.note(CALM)
    assert spared == 3 * ([True] * MOST_SPARED_HOPS + [False])


@pytest.mark.parametrize("frame", [-FRONT_END.patch_hop_frames, -20, -1])
@pytest.mark.parametrize("band", [0, FRONT_END.mel_bands // 2, FRONT_END.mel_bands - 8])
def test_a_click_in_some_bands_of_one_frame_wakes_the_model_until_it_has_left_the_window(
    frame: int, band: int
) -> None:
    gate = settled()
    patch = steady()
    patch[frame, band : band + 8] += NEW_ABOVE_FLOOR + 0.01
    assert not gate.spares(patch)
    for _ in range(WINDOW_HOPS - 1):
        gate.note(CALM)
        assert not gate.spares(steady())
    gate.note(CALM)
    assert gate.spares(steady())


def test_what_is_hardly_louder_is_nothing_new() -> None:
    assert settled().spares(steady(-2.0 + NEW_ABOVE_FLOOR - 0.01))


def test_a_quieter_room_has_a_lower_floor_at_once() -> None:
    gate = settled()
    assert gate.spares(steady(-5.0))
    assert not gate.spares(steady(-2.0))


def test_a_sound_that_stays_becomes_the_floor() -> None:
    gate = settled()
    hops = 0
    while not gate.spares(steady(1.0)):
        gate.note(CALM)
        hops += 1
        assert hops <= FLOOR_HOPS + WINDOW_HOPS
    assert hops >= FLOOR_HOPS


def test_a_score_that_is_not_near_zero_keeps_the_model_awake() -> None:
    assert settled([CALM_SCORE - 0.001, 1.0]).spares(steady())
    assert not settled([CALM_SCORE, 0.0]).spares(steady())


def test_lower_thresholds_let_the_model_rest_less() -> None:
    assert calm_score([0.9, 0.1]) == calm_score([0.1]) == 0.1 / 16
    gate = settled([0.02, 1.0])
    gate.calm_score = calm_score([0.1, 0.9])
    assert not gate.spares(steady())
    gate.calm_score = calm_score([0.9])
    assert gate.spares(steady())


def test_the_score_of_the_background_does_not_count() -> None:
    assert settled([0.0, 1.0]).spares(steady())


def test_after_missing_hops_the_whole_window_is_looked_at() -> None:
    gate = settled()
    gate.interrupt()
    for _ in range(WINDOW_HOPS - 1):
        assert not gate.spares(steady())
        gate.note(CALM)
    assert gate.spares(steady())


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(-12, 4), min_size=1, max_size=300))
def test_levels_of_any_kind_are_never_spared_for_long(levels: list[float]) -> None:
    gate = LevelGate(MODEL, CALM_SCORE)
    in_a_row = 0
    for number, level in enumerate(levels):
        if gate.spares(steady(level)):
            in_a_row += 1
            recent = levels[max(0, number - FLOOR_HOPS - 1) : number]
            assert level <= min(recent) + NEW_ABOVE_FLOOR + 1e-4
        else:
            gate.note(CALM)
            in_a_row = 0
        assert in_a_row <= MOST_SPARED_HOPS


def heard(
    pcm: NDArray[np.float32], scorer: LoudnessScorer, gate: LevelGate | None
) -> tuple[list[ScoreFrame], Analyzer]:
    analyzer = Analyzer("room", MODEL, scorer, gate=gate)
    frames = []
    for start in range(0, len(pcm), FRONT_END.patch_hop_samples):
        analyzer.write(pcm[start : start + FRONT_END.patch_hop_samples])
        frames += analyzer.drain()
    return frames, analyzer


@pytest.mark.parametrize(
    "noise",
    [
        pytest.param(lambda rng, n: rng.normal(0.0, 0.001, n), id="hiss"),
        pytest.param(lambda rng, n: np.zeros(n), id="digital silence"),
        pytest.param(
            lambda rng, n: 0.01 * np.sin(2 * np.pi * 50 * np.arange(n) / 16_000), id="hum"
        ),
    ],
)
def test_a_quiet_room_costs_less_and_a_bark_in_it_is_heard_as_without_the_gate(
    noise: Callable[[np.random.Generator, int], NDArray[np.float64]],
) -> None:
    rng = np.random.default_rng(0)
    pcm = noise(rng, 120 * FRONT_END.sample_rate_hz).astype(np.float32)
    bark = slice(100 * FRONT_END.sample_rate_hz, 101 * FRONT_END.sample_rate_hz)
    pcm[bark] += rng.uniform(-0.9, 0.9, FRONT_END.sample_rate_hz).astype(np.float32)
    every, sparing = LoudnessScorer(), LoudnessScorer()
    plain, _ = heard(pcm, every, None)
    gated, analyzer = heard(pcm, sparing, LevelGate(MODEL, CALM_SCORE))
    assert [frame.t for frame in gated] == [frame.t for frame in plain]
    assert [frame.level_dbfs for frame in gated] == [frame.level_dbfs for frame in plain]
    assert analyzer.spared_hops + sparing.patches == every.patches == len(gated)
    assert analyzer.spared_hops > 0.4 * len(gated)
    loud = [
        (mine.scores, theirs.scores)
        for mine, theirs in zip(gated, plain, strict=True)
        if theirs.scores["dog"] > 0.1
    ]
    assert loud
    assert all(mine == theirs for mine, theirs in loud)


def test_any_front_end_is_gated() -> None:
    odd = FrontEnd(mel_bands=44)
    assert odd.mel_bands % 8
    gate = LevelGate(replace(MODEL, front_end=odd), CALM_SCORE)
    assert not gate.spares(np.zeros((odd.input_frames, odd.mel_bands), np.float32))
