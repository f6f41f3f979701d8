"""Streams are laid out so that every event can be heard by itself, the same from the same seed."""

from itertools import pairwise

import numpy as np
import pytest

from tests.stream_sounds import home, noise, store_of, tone
from tools.data.dataset import DatasetError
from tools.streams.plan import FADE_SAMPLES, GAP_SECONDS, event_plan, quiet_plan, take_sound


def test_each_event_sounds_once_and_apart_from_the_others() -> None:
    store = home()
    plan = event_plan(store, "others", seed=1)
    assert sorted(event.take for event in plan.events) == [0, 1, 2, 3, 4]
    edges = [
        0,
        *(edge for event in plan.events for edge in (event.start, event.stop)),
        plan.samples,
    ]
    gaps = np.diff(edges)[::2] / 16_000
    assert gaps.min() >= GAP_SECONDS[0] - 1e-4
    assert gaps.max() <= GAP_SECONDS[1]
    for event in plan.events:
        assert event.stop - event.start == take_sound(store, event.take).size


def test_events_of_a_class_are_spread() -> None:
    store = home(dogs=4, glasses=4)
    for seed in range(5):
        labels = [
            store.clips[event.take].label for event in event_plan(store, "others", seed).events
        ]
        assert all(a != b for a, b in pairwise(labels)), labels


def test_background_follows_without_a_gap_and_is_repeated_under_many_events() -> None:
    plan = event_plan(home(dogs=8), "others", seed=0)
    assert len(plan.background) > 6
    assert plan.background[0].start == 0
    assert plan.background[-1].stop >= plan.samples
    for before, after in pairwise(plan.background):
        assert after.start == before.stop - FADE_SAMPLES


def test_stream_without_events_plays_each_recording_once() -> None:
    plan = quiet_plan(home(), "others", seed=0, hours=1.0)
    assert not plan.events
    assert sorted(part.take for part in plan.background) == [5, 6, 7, 8, 9, 10]
    assert plan.samples == 6 * 160_000 - 5 * FADE_SAMPLES


def test_stream_without_events_is_no_longer_than_asked() -> None:
    plan = quiet_plan(home(), "others", seed=0, hours=25 / 3600)
    assert plan.samples == 25 * 16_000
    assert len(plan.background) == 3


def test_seed_makes_the_plan() -> None:
    store = home()
    assert event_plan(store, "others", 3) == event_plan(store, "others", 3)
    assert event_plan(store, "others", 3) != event_plan(store, "others", 4)
    assert quiet_plan(store, "others", 3, 1.0) == quiet_plan(store, "others", 3, 1.0)
    assert quiet_plan(store, "others", 3, 1.0) != quiet_plan(store, "others", 4, 1.0)


def test_few_clips_of_each_class_are_enough_when_asked() -> None:
    store = home()
    events = event_plan(store, "others", 0, most_clips=1).events
    assert sorted(store.clips[event.take].label for event in events) == ["dog", "glass"]


def test_doubtful_and_too_short_recordings_are_no_background() -> None:
    store = store_of(
        ("others", noise(0, 5.0)), ("others", noise(1, 0.05)), ("others", noise(2, 5.0))
    )
    plan = quiet_plan(store, "others", 0, 1.0, doubtful={"others2"})
    assert [part.take for part in plan.background] == [0]


def test_no_background_is_named() -> None:
    with pytest.raises(DatasetError, match="no clip of others lasts"):
        quiet_plan(store_of(("dog", tone(500, 1.0))), "others", 0, 1.0)


def test_silent_clips_are_no_events() -> None:
    silent = np.zeros(16_000, np.float32)
    store = store_of(("dog", silent), ("others", noise(0, 5.0)))
    assert not event_plan(store, "others", 0).events
