"""Replaying what is worth it gives what replaying everything gives."""

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audio_guard_engine.decide import ClassPolicy, Decider
from audio_guard_engine.frame import ScoreFrame
from audio_guard_engine.replay import Replay, ReplayedAlert, ScoreTrack
from audio_guard_engine.score_code import SCORES, encode, first_code

HOP = 0.48


def track(*stretches: list[float], skips: dict[int, int] | None = None) -> ScoreTrack:
    """Return a track of stretches of scores; `skips`: how many hops are missing before a hop of the whole."""
    sizes = [len(stretch) for stretch in stretches]
    starts = np.cumsum([0, *sizes])[:-1]
    steps = np.ones(sum(sizes))
    for hop, missing in (skips or {}).items():
        steps[hop] += missing
    times = np.cumsum(steps)
    for start, size in zip(starts, sizes, strict=True):
        times[start : start + size] -= times[start] - 2  # the first window is 0.96 s long
    return ScoreTrack(
        codes=encode([score for stretch in stretches for score in stretch]),
        t=np.round(times * HOP, 6),
        starts=np.array(starts, np.intp),
        hop_seconds=HOP,
    )


def whole(heard: ScoreTrack, policy: ClassPolicy) -> Iterator[ReplayedAlert]:
    """Let the decider see every hop."""
    stops = [*heard.starts[1:], len(heard.codes)]
    for first, stop in zip(heard.starts, stops, strict=True):
        decider = Decider({"dog": policy})
        start = -1
        for hop in range(first, stop):
            scores = {"dog": float(SCORES[heard.codes[hop]])}
            frame = ScoreFrame(source="", t=float(heard.t[hop]), scores=scores, level_dbfs=0.0)
            for change in decider.step(frame):
                if change.active:
                    start, score = hop, change.score
                else:
                    yield ReplayedAlert(start=start, end=hop, score=score)
        if decider.active("dog"):
            yield ReplayedAlert(start=start, end=int(stop) - 1, score=score)


policies = st.builds(
    lambda threshold, hysteresis, confirm, slack, hold, refractory: ClassPolicy(
        threshold=threshold,
        hysteresis=hysteresis,
        confirm_hops=confirm,
        of_hops=confirm + slack,
        hold_seconds=hold,
        refractory_seconds=refractory,
    ),
    st.sampled_from([0.0, 0.05, 0.3, 0.5, 0.9, 0.98, 1.0]),
    st.sampled_from([0.0, 0.2, 0.3]),
    st.integers(1, 4),
    st.integers(0, 4),
    st.sampled_from([0.0, 0.3, 0.48, 0.96, 1.44, 2.4, 3.0, 5.0]),
    st.sampled_from([0.0, 0.48, 0.96, 1.44, 3.0, 5.0]),
)
# Near the thresholds and where they keep, so that something happens.
scores = st.lists(
    st.sampled_from([0.0, 0.04, 0.1, 0.2, 0.31, 0.45, 0.5, 0.7, 0.8, 0.91, 0.97, 0.99, 1.0]),
    min_size=1,
    max_size=60,
)
noise = st.builds(
    lambda seed, share: (np.random.default_rng(seed).random(400) < share) * 0.95,
    st.integers(0, 2**32),
    st.sampled_from([0.02, 0.1, 0.3, 0.7]),
)
skips = st.dictionaries(st.integers(0, 119), st.integers(1, 12), max_size=4)


@settings(max_examples=800, deadline=None)
@given(st.lists(scores, min_size=1, max_size=3), policies, skips)
def test_equals_the_decider_that_sees_every_hop(
    stretches: list[list[float]], policy: ClassPolicy, missing: dict[int, int]
) -> None:
    size = sum(map(len, stretches))
    heard = track(*stretches, skips={hop: n for hop, n in missing.items() if hop < size})
    assert list(Replay(heard, policy).alerts(policy.threshold)) == list(whole(heard, policy))


@settings(max_examples=200, deadline=None)
@given(noise, policies)
def test_equals_it_in_noise_too(heard_scores: np.ndarray, policy: ClassPolicy) -> None:
    heard = track(heard_scores.tolist())
    assert list(Replay(heard, policy).alerts(policy.threshold)) == list(whole(heard, policy))


def test_one_preparation_serves_every_threshold() -> None:
    heard = track([0.1, 0.6, 0.1, *[0.0] * 20, 0.9, 0.0])
    replay = Replay(heard, ClassPolicy(threshold=0.8, hold_seconds=0.96))
    assert [len(list(replay.alerts(threshold))) for threshold in (0.5, 0.7, 0.95)] == [2, 1, 0]


def test_a_class_that_is_off_costs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Decider, "step", lambda *_: pytest.fail("it was asked"))
    heard = track([1.0] * 1_000)
    assert list(Replay(heard, ClassPolicy(threshold=1.0)).alerts(1.0)) == []


def test_nothing_heard_is_no_alert() -> None:
    heard = ScoreTrack(
        codes=np.empty(0, np.uint8), t=np.empty(0), starts=np.empty(0, np.intp), hop_seconds=HOP
    )
    assert list(Replay(heard, ClassPolicy(threshold=0.5)).alerts(0.5)) == []


@pytest.mark.parametrize("share", [0.0, 0.01, 0.2, 1.0])
def test_looks_at_few_hops(share: float, monkeypatch: pytest.MonkeyPatch) -> None:
    policy = ClassPolicy(threshold=0.8, confirm_hops=3, of_hops=6, refractory_seconds=5.0)
    rng = np.random.default_rng(7)
    heard = track((0.95 * (rng.random(20_000) < share)).tolist())
    seen = 0
    step = Decider.step

    def counted(self: Decider, frame: ScoreFrame) -> object:
        nonlocal seen
        seen += 1
        return step(self, frame)

    monkeypatch.setattr(Decider, "step", counted)
    alerts = list(Replay(heard, policy).alerts(0.8))
    assert seen <= 25 * len(alerts)
    assert bool(alerts) == (share > 0.01)


def test_codes_are_near_their_scores() -> None:
    everything = np.linspace(0.0, 1.0, 200_001)
    error = np.abs(SCORES[encode(everything)] - everything)
    assert error.max() <= 0.007
    assert error[everything >= 0.95].max() <= 0.0014
    assert error[everything >= 0.99].max() <= 0.0003
    assert np.array_equal(encode(SCORES), np.arange(256))


def test_what_is_no_number_is_no_sound() -> None:
    assert encode([np.nan, np.inf, -np.inf, -1.0, 2.0]).tolist() == [0, 0, 0, 0, 255]


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_code_reaches_a_threshold_as_its_score_does(score: float, threshold: float) -> None:
    code = int(encode(score))
    assert (code >= first_code(threshold)) == (SCORES[code] >= threshold)
