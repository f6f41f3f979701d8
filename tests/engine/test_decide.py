"""Tables of scores in, detections out."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audio_guard_engine.decide import ClassPolicy, Decider, Detection
from audio_guard_engine.frame import ScoreFrame

HOP = 0.48
IMPULSE = ClassPolicy(threshold=0.8, hysteresis=0.2, hold_seconds=0.96)


def frame(hop: int, **scores: float) -> ScoreFrame:
    return ScoreFrame(source="test", t=round(hop * HOP, 6), scores=scores, level_dbfs=-20.0)


def changes(policy: ClassPolicy, scores: list[float]) -> list[tuple[int, bool, float]]:
    """Return (hop, started?, score) of each change while one class has these scores."""
    decider = Decider({"dog": policy})
    return [
        (hop, change.active, change.score)
        for hop, score in enumerate(scores)
        for change in decider.step(frame(hop, dog=score))
    ]


@pytest.mark.parametrize(
    ("policy", "scores", "expected"),
    [
        pytest.param(
            IMPULSE, [0.1, 0.9, 0.1, 0.1, 0.1], [(1, True, 0.9), (3, False, 0.9)], id="impulse"
        ),
        pytest.param(IMPULSE, [0.79, 0.79, 0.79], [], id="under the threshold"),
        pytest.param(IMPULSE, [0.8], [(0, True, 0.8)], id="the threshold itself counts"),
        pytest.param(
            IMPULSE,
            [0.9, 0.61, 0.61, 0.61, 0.1, 0.1],
            [(0, True, 0.9), (5, False, 0.9)],
            id="hysteresis keeps it",
        ),
        pytest.param(
            IMPULSE,
            [0.9, 0.1, 0.7, 0.1, 0.1, 0.1],
            [(0, True, 0.9), (4, False, 0.9)],
            id="hold bridges a pause",
        ),
        pytest.param(
            IMPULSE,
            [0.85, 0.99, 0, 0, 0],
            [(0, True, 0.85), (3, False, 0.99)],
            id="the end tells the peak",
        ),
        pytest.param(
            replace(IMPULSE, confirm_hops=2, of_hops=3),
            [0.9, 0.1, 0.1, 0.9, 0.1, 0.95],
            [(5, True, 0.95)],
            id="2 of 3",
        ),
        pytest.param(
            replace(IMPULSE, confirm_hops=2, of_hops=3),
            [0.9, 0.1, 0.1, 0.9],
            [],
            id="2 of 3, too far apart",
        ),
        pytest.param(
            replace(IMPULSE, refractory_seconds=1.44),
            [0.9, 0.1, 0.1, 0.9, 0.9, 0.9],
            [(0, True, 0.9), (2, False, 0.9), (5, True, 0.9)],
            id="refractory",
        ),
        pytest.param(replace(IMPULSE, threshold=1.0), [1.0, 1.0], [], id="a threshold of 1 is off"),
        pytest.param(
            ClassPolicy(threshold=0.05, hysteresis=0.2, hold_seconds=0.48),
            [0.06, 0.01, 0.01],
            [(0, True, 0.06), (1, False, 0.06)],
            id="a low threshold does not stick",
        ),
        pytest.param(
            IMPULSE,
            [float("nan"), 0.9],
            [(1, True, 0.9)],
            id="a score that is no number is no sound",
        ),
    ],
)
def test_decides(
    policy: ClassPolicy, scores: list[float], expected: list[tuple[int, bool, float]]
) -> None:
    assert changes(policy, scores) == expected


def test_threshold_acts_at_the_next_frame() -> None:
    decider = Decider({"dog": IMPULSE})
    assert decider.step(frame(0, dog=0.5)) == []
    decider.set_threshold("dog", 0.4)
    assert decider.threshold("dog") == 0.4
    assert decider.step(frame(1, dog=0.5)) == [
        Detection(label="dog", active=True, t=0.48, score=0.5)
    ]


def test_a_threshold_of_1_ends_a_running_detection() -> None:
    decider = Decider({"dog": IMPULSE})
    decider.step(frame(0, dog=0.99))
    decider.set_threshold("dog", 1.0)
    ended = [change for hop in (1, 2) for change in decider.step(frame(hop, dog=0.99))]
    assert [change.active for change in ended] == [False]


def test_the_policies_in_use_make_a_decider_that_has_heard_nothing() -> None:
    decider = Decider({"dog": IMPULSE})
    decider.set_threshold("dog", 0.4)
    decider.step(frame(0, dog=0.5))
    other = Decider(decider.policies)
    assert other.policies == {"dog": replace(IMPULSE, threshold=0.4)}
    assert not other.active("dog")
    other.set_threshold("dog", 0.9)
    assert decider.threshold("dog") == 0.4


def test_classes_are_independent() -> None:
    decider = Decider({"dog": IMPULSE, "cry": IMPULSE})
    started = decider.step(frame(0, dog=0.9, cry=0.1))
    assert [change.label for change in started] == ["dog"]
    assert decider.active("dog")
    assert not decider.active("cry")


def test_reset_forgets_detections_and_confirmations() -> None:
    decider = Decider({"dog": replace(IMPULSE, confirm_hops=2, of_hops=2)})
    decider.step(frame(0, dog=0.9))
    decider.reset()
    assert decider.step(frame(1, dog=0.9)) == []
    decider.step(frame(2, dog=0.9))
    assert decider.active("dog")
    decider.reset()
    assert not decider.active("dog")


@given(
    st.lists(st.floats(0, 1), max_size=60),
    st.floats(0.01, 1),
    st.floats(0, 1),
    st.integers(1, 4),
    st.integers(0, 3),
    st.floats(0, 3),
)
def test_starts_and_ends_take_turns(
    scores: list[float], threshold: float, hysteresis: float, confirm: int, slack: int, hold: float
) -> None:
    policy = ClassPolicy(
        threshold=threshold,
        hysteresis=hysteresis,
        confirm_hops=confirm,
        of_hops=confirm + slack,
        hold_seconds=hold,
    )
    states = [active for _, active, _ in changes(policy, scores)]
    assert states == [index % 2 == 0 for index in range(len(states))]


@pytest.mark.parametrize(
    "numbers",
    [
        {"threshold": 1.1},
        {"threshold": -0.1},
        {"threshold": float("nan")},
        {"threshold": "0.5"},
        {"threshold": True},
        {"threshold": 0.5, "hold_seconds": -1},
        {"threshold": 0.5, "confirm_hops": 0},
        {"threshold": 0.5, "confirm_hops": 3, "of_hops": 2},
        {"threshold": 0.5, "confirm_hops": 1.5, "of_hops": 2},
    ],
)
def test_refuses_policies_that_cannot_work(numbers: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="should be"):
        ClassPolicy(**numbers)
