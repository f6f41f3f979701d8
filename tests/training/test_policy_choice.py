"""Thresholds are the lowest that keep a budget on every line, and cards say what each would cost."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tests.stream_sounds import LABELS, POLICY, listener, noise, store_of, tone
from tools.data.dataset import Clip
from tools.measures.false_alarm_curve import false_alarm_curves
from tools.measures.intervals import most_events
from tools.measures.policy_choice import (
    ChoiceSetting,
    ValStreams,
    choose_on_val,
    choose_policies,
)
from tools.measures.policy_text import choices_text, too_few_hours
from tools.measures.stream_sweep import THRESHOLDS
from tools.streams.scoring import Heard, ScoredStream

HOUR_HOPS = 7_500


def stream(
    dog: dict[int, float], line: str = "plain", event_at: tuple[int, ...] = ()
) -> ScoredStream:
    """Return an hour in which dog has these scores at these hops, with dogs heard at some hops."""
    scores = np.zeros((HOUR_HOPS, len(LABELS)), np.float32)
    for hop, score in dog.items():
        scores[hop, 0] = score
    return ScoredStream(
        line=line,
        snr_db=10.0 if event_at else None,
        scores=scores,
        seconds=3600.0,
        background=[sounding("others", 0.0, 3600.0)],
        events=[sounding("dog", hop * 0.48, hop * 0.48 + 2.0) for hop in event_at],
    )


def sounding(label: str, start: float, stop: float) -> Heard:
    clip = Clip(name=label, label=label, split="val", group=label)
    return Heard(clip=clip, start=start, stop=stop)


def chosen(quiet: list[ScoredStream], mixed: list[ScoredStream], **changes: Any) -> Any:
    setting = replace(ChoiceSetting(), **changes)
    only_dog = replace(listener(), policies={"dog": POLICY})
    return choose_policies(only_dog, ValStreams(quiet=quiet, mixed=mixed), setting)["dog"]


def above(score: float) -> float:
    """Return the lowest candidate that a score does not reach."""
    return min(threshold for threshold in THRESHOLDS if threshold > score)


@pytest.mark.parametrize(
    ("hours", "budget", "enough"), [(1.0, 24.0, True), (0.9, 24.0, False), (0.9, 48.0, True)]
)
def test_background_too_short_for_one_false_alarm_of_the_budget_is_named(
    hours: float, budget: float, enough: bool
) -> None:
    said = too_few_hours({"hours": hours, "setting": {"false_alarms_per_day": budget}})
    assert bool(said) != enough
    assert enough or "lasts 54 min, too little to tell 24 false alarms a day" in said


def test_threshold_lets_a_budget_pass_and_no_more() -> None:
    quiet = [stream({100: 0.95, 1000: 0.8, 2000: 0.6})]
    assert chosen(quiet, [], false_alarms_per_day=23.9).policy.threshold == above(0.95)
    assert chosen(quiet, [], false_alarms_per_day=24.0).policy.threshold == above(0.8)
    choice = chosen(quiet, [], false_alarms_per_day=48.0)
    assert choice.policy.threshold == above(0.6)
    assert (choice.false_alarms, choice.keeps_budget, choice.heard) == (2, True, None)


def test_class_that_never_alarms_gets_the_lowest_threshold() -> None:
    assert chosen([stream({100: 0.05})], []).policy.threshold == THRESHOLDS[0]


def test_calm_sounds_raise_nothing_whatever_the_budget() -> None:
    only_dog = replace(listener(), policies={"dog": POLICY})
    calm = stream({50: 0.7}).scores
    streams = ValStreams(quiet=[stream({})], mixed=[], calm=[np.zeros_like(calm), calm])
    choice = choose_policies(only_dog, streams, ChoiceSetting())["dog"]
    assert choice.policy.threshold == above(0.7)
    assert choice.keeps_budget
    streams = replace(streams, calm=[stream({50: 1.0}).scores])
    choice = choose_policies(only_dog, streams, ChoiceSetting(confirmations=()))["dog"]
    assert choice.policy.threshold == THRESHOLDS[-1]
    assert not choice.keeps_budget


def test_worst_line_decides() -> None:
    quiet = [stream({}), stream({100: 0.9, 1000: 0.9}, "mu_law")]
    assert chosen(quiet, []).policy.threshold == above(0.9)


def test_detection_that_never_ends_does_not_pass_for_one_false_alarm() -> None:
    """Fifty crossings of 0.75 on a floor of 0.6: below the floor they would be one detection."""
    floor = dict.fromkeys(range(HOUR_HOPS), 0.6) | dict.fromkeys(range(0, HOUR_HOPS, 150), 0.75)
    assert chosen([stream(floor)], []).policy.threshold == above(0.75)


def test_confirmation_is_the_one_that_hears_most() -> None:
    """Single hops of 0.99 in the quiet hour force one hop high; events last three hops at 0.7."""
    quiet = [stream(dict.fromkeys(range(0, 7_000, 700), 0.99))]
    events = (500, 1_500, 2_500)
    mixed = [stream({hop + i: 0.7 for hop in events for i in range(3)}, event_at=events)]
    alone = chosen(quiet, mixed, confirmations=())
    assert (alone.policy.confirm_hops, alone.heard) == (1, 0.0)
    choice = chosen(quiet, mixed)
    assert (choice.policy.confirm_hops, choice.policy.of_hops) == (2, 3)
    assert choice.heard == 1.0
    assert choice.policy.threshold == THRESHOLDS[0]


def test_recipes_confirmation_stays_where_others_hear_as_much() -> None:
    own = replace(POLICY, confirm_hops=3, of_hops=5)
    events = (500,)
    mixed = [stream({500 + i: 0.9 for i in range(5)}, event_at=events)]
    streams = ValStreams(quiet=[stream({})], mixed=mixed)
    only_dog = replace(listener(), policies={"dog": own})
    policy = choose_policies(only_dog, streams, ChoiceSetting())["dog"].policy
    assert (policy.confirm_hops, policy.of_hops) == (3, 5)


def test_too_short_a_background_only_raises_the_recipes_threshold() -> None:
    """Three hops of 0.7 in a row would be heard by another confirmation, at a lower threshold."""
    own = replace(POLICY, confirm_hops=4, of_hops=4)
    only_dog = replace(listener(), policies={"dog": own})
    mixed = [stream({500 + i: 0.7 for i in range(3)}, event_at=(500,))]
    for score, threshold in ((0.1, own.threshold), (0.8, above(0.8))):
        quiet = [stream({100 + i: score for i in range(4)})]
        streams = ValStreams(quiet=quiet, mixed=mixed)
        setting = ChoiceSetting(false_alarms_per_day=23.0)
        assert choose_policies(only_dog, streams, setting)["dog"].policy == replace(
            own, threshold=threshold
        )


def test_budget_that_nothing_keeps_is_told() -> None:
    choice = chosen([stream(dict.fromkeys(range(0, 7_000, 700), 1.0))], [], confirmations=())
    assert choice.policy.threshold == THRESHOLDS[-1]
    assert not choice.keeps_budget
    assert choice.false_alarms == 10


def test_curve_counts_a_week_and_its_limit() -> None:
    rows = false_alarm_curves(
        replace(listener(), policies={"dog": POLICY}), [stream({100: 0.95, 1000: 0.8})]
    )["dog"]
    assert [row[0] for row in rows] == [THRESHOLDS[0], above(0.8), above(0.95)]
    assert [row[1] for row in rows] == [336.0, 168.0, 0.0]
    assert [row[2] for row in rows] == [round(168 * most_events(count), 1) for count in (2, 1, 0)]


def test_curve_never_calls_a_lower_threshold_quieter() -> None:
    floor = dict.fromkeys(range(HOUR_HOPS), 0.6) | dict.fromkeys(range(0, HOUR_HOPS, 150), 0.75)
    rows = false_alarm_curves(replace(listener(), policies={"dog": POLICY}), [stream(floor)])["dog"]
    rates = [row[1] for row in rows]
    assert rates == sorted(rates, reverse=True)
    assert rates[0] == 168.0 * 50


@pytest.fixture(scope="module")
def val_choice() -> Any:
    """Choose on real streams of val: barks over noise, in which one recording of others barks too."""
    bark = noise(9, 10.0) + tone(500, 10.0, 0.1)
    val = store_of(
        *(("dog", tone(500, 1.0)) for _ in range(3)),
        *(("others", noise(seed, 10.0)) for seed in range(6)),
        ("others", bark),
    )
    setting = replace(ChoiceSetting(), lines=("plain", "mu_law"), clips_per_class=2, calm_hours=0)
    return {
        name: choose_on_val(listener(), val, setting, doubtful)
        for name, doubtful in (("all", ()), ("sure", {"others9"}))
    }


def test_doubtful_recordings_raise_no_false_alarm(val_choice: Any) -> None:
    assert (
        val_choice["all"].policies["dog"].threshold > val_choice["sure"].policies["dog"].threshold
    )
    assert val_choice["sure"].facts["recordings"] == 6


def test_text_tells_hours_budget_and_choices(val_choice: Any) -> None:
    text = choices_text(val_choice["sure"].facts)
    assert "lines plain, mu_law" in text
    assert "24 false alarms a day" in text
    assert "| dog | 0.5 | 1 of 1 hops | 50% | 0 |" in text
    assert "| glass | 0.5 | 1 of 1 hops | - | 0 |" in text
    assert "val's background lasts 1 min, too little to tell 24 false alarms a day" in text
