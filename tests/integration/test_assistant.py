"""The threshold assistant: alerts that would have been, and the threshold to take."""

import math
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from custom_components.audio_guard.assistant import (
    GRID,
    MOST_PER_DAY,
    Mark,
    Question,
    alerts,
    coverage,
    curve,
    most_events,
)
from custom_components.audio_guard.assistant_types import Point
from custom_components.audio_guard.camera_options import QuietHours
from custom_components.audio_guard.clip_files import ClipName, clip_name
from custom_components.audio_guard.engine.decide import ClassPolicy
from custom_components.audio_guard.engine.replay import ScoreTrack
from custom_components.audio_guard.engine.score_code import encode
from custom_components.audio_guard.score_store import HeardSpan, HeardTrack

HOP = 0.48
HOUR_HOPS = 7_500
MADRID = ZoneInfo("Europe/Madrid")
# Noon there.
NOON = datetime(2026, 11, 10, 12, 0, tzinfo=MADRID)
POLICY = ClassPolicy(threshold=0.8, hold_seconds=3.0, refractory_seconds=5.0)


def heard(days: float, sounds: Mapping[datetime, float]) -> HeardTrack:
    """Return days from noon on in which nothing sounds but these, a hop long each."""
    scores = np.zeros(round(days * 24 * HOUR_HOPS))
    for at, score in sounds.items():
        scores[round((at - NOON).total_seconds() / HOP)] = score
    seconds = np.arange(len(scores)) * HOP
    track = ScoreTrack(
        codes=encode(scores),
        t=np.round(seconds + 0.96, 6),
        starts=np.zeros(1, np.intp) if len(scores) else np.empty(0, np.intp),
        hop_seconds=HOP,
    )
    return HeardTrack(track=track, times=NOON.timestamp() + seconds)


def question(**changes: object) -> Question:
    """Return a question about a dog."""
    asked = Question(label="dog", days=14.0, policy=POLICY, default=0.8, zone=MADRID)
    return replace(asked, **changes)


def clip(at: datetime, label: str = "dog") -> ClipName:
    """Return a clip of a sound."""
    return ClipName(name=clip_name(at, label), heard_at=at.astimezone(UTC), label=label)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """Return a local time, counted from the first day's midnight."""
    return datetime.combine(NOON.date() + timedelta(days=day), time(hour, minute), MADRID)


def point(points: list[Point], threshold: float) -> Point:
    """Return a threshold's point."""
    return next(each for each in points if each["threshold"] == threshold)


def test_the_curve_counts_what_each_threshold_would_have_alerted() -> None:
    sounds = {at(0, 13): 0.85, at(0, 15): 0.9, at(1, 2): 0.95, at(1, 8): 0.6}
    answer = curve(question(), heard(2.0, sounds))
    assert answer["heard_hours"] == 48.0
    assert answer["night_hours"] == 14.0
    assert (answer["threshold"], answer["default"]) == (0.8, 0.8)
    thresholds = [each["threshold"] for each in answer["points"]]
    assert thresholds == sorted({*GRID, 0.8})
    now = point(answer["points"], 0.8)
    assert (now["alerts"], now["per_day"], now["night_alerts"]) == (3, 1.5, 1)
    assert point(answer["points"], GRID[0])["alerts"] == 4
    assert point(answer["points"], GRID[-1])["alerts"] == 0


def test_thresholds_that_nobody_wants_are_left_out() -> None:
    sounds = {at(0, 12) + timedelta(minutes=20 * n): 0.6 for n in range(1, 143)}
    answer = curve(question(), heard(2.0, sounds))
    lowest = answer["points"][0]
    assert 0.55 < lowest["threshold"] < 0.65
    assert lowest["alerts"] == 0
    assert answer["most_per_day"] == MOST_PER_DAY


def test_the_nights_propose_the_lowest_threshold_with_about_one_false_alarm_a_week() -> None:
    sounds = {at(night, 2): 0.8 + 0.01 * night for night in range(1, 13)}
    answer = curve(question(), heard(13.0, sounds))
    proposal = answer["proposal"]
    assert proposal is not None
    # 91 hours of nights: one alert in them would be 1.85 a week.
    assert 0.92 < proposal["threshold"] < 0.95
    assert proposal["per_week"] == 0.0
    assert proposal["per_week_limit"] == pytest.approx(3.0 / 91 * 168, rel=0.02)
    assert answer["warnings"] == []


def test_quiet_nights_do_not_make_the_day_louder() -> None:
    answer = curve(question(default=0.75), heard(14.0, {}))
    assert answer["proposal"] is not None
    assert answer["proposal"]["threshold"] == 0.75
    lower = curve(question(policy=replace(POLICY, threshold=0.5)), heard(14.0, {}))
    assert lower["proposal"] is not None
    assert lower["proposal"]["threshold"] == 0.5


@pytest.mark.parametrize(
    ("days", "sounds", "proposes", "cautions"),
    [
        (0.0, {}, False, ["no_history"]),
        (0.4, {}, False, ["no_nights"]),
        (3.0, {}, True, ["little_history"]),
        (10.0, {}, True, ["little_history"]),
        (11.0, {}, True, []),
        (11.0, {at(night, 3): 1.0 for night in range(1, 11)}, False, ["too_noisy"]),
    ],
)
def test_says_what_can_not_be_claimed(
    days: float, sounds: dict[datetime, float], proposes: bool, cautions: list[str]
) -> None:
    answer = curve(question(), heard(days, sounds))
    assert answer["warnings"] == cautions
    assert (answer["proposal"] is not None) == proposes


def test_marks_count_and_what_is_right_is_not_false() -> None:
    sounds = {at(0, 14): 0.9, at(0, 16): 0.9, at(0, 18): 0.9, at(1, 2): 0.97}
    clips = [clip(each) for each in sounds]
    marks = {
        clips[0].name: Mark.WRONG,
        clips[1].name: Mark.WRONG,
        clips[2].name: Mark.UNSURE,
        clips[3].name: Mark.RIGHT,
    }
    answer = curve(question(clips=clips, marks=marks), heard(11.0, sounds))
    now = point(answer["points"], 0.8)
    assert (now["alerts"], now["right"], now["wrong"], now["night_alerts"]) == (4, 1, 2, 0)
    proposal = answer["proposal"]
    assert proposal is not None
    # Two wrong ones in 264 hours are 1.3 a week; the alarm at night is none of them.
    assert 0.9 < proposal["threshold"] < 0.97
    assert proposal["loses"] == []
    assert answer["warnings"] == []


def test_a_proposal_that_loses_what_was_right_says_so() -> None:
    sounds = {at(0, 14): 0.85, **{at(night, 2): 0.9 for night in range(1, 11)}}
    right = clip(at(0, 14))
    asked = question(clips=[right], marks={right.name: Mark.RIGHT})
    answer = curve(asked, heard(11.0, sounds))
    assert answer["proposal"] is not None
    assert answer["proposal"]["loses"] == [right.name]
    assert answer["warnings"] == ["loses_right"]


def test_lists_the_newest_alerts_with_their_clips() -> None:
    sounds = {at(0, 13): 0.85, at(0, 23, 30): 0.9, at(1, 8): 0.6, at(1, 9): 0.95}
    clips = [clip(at(0, 13), "cry"), clip(at(0, 23, 30), "glass"), clip(at(0, 23, 30))]
    quiet = QuietHours(start=time(8), end=time(10), classes=frozenset({"dog"}))
    asked = question(clips=clips, quiet_hours=quiet, marks={clips[2].name: Mark.WRONG})
    answer = alerts(asked, heard(2.0, sounds), 0.8, 200)
    assert answer["total"] == 3
    newest, night, oldest = answer["alerts"]
    assert newest["start"] == at(1, 9).astimezone(UTC).isoformat()
    assert newest["end"] == (at(1, 9) + timedelta(seconds=7 * HOP)).astimezone(UTC).isoformat()
    assert newest["score"] == newest["peak"] == pytest.approx(0.95, abs=0.002)
    assert (newest["night"], newest["quiet"], newest["clip"], newest["mark"]) == (
        False,
        True,
        None,
        None,
    )
    assert (night["night"], night["quiet"]) == (True, False)
    assert (night["clip"], night["mark"]) == (clips[2].name, "wrong")
    assert (oldest["clip"], oldest["mark"]) == (clips[0].name, None)
    few = alerts(asked, heard(2.0, sounds), 0.8, 1)
    assert (few["total"], len(few["alerts"])) == (3, 1)
    assert few["alerts"][0] == newest


def test_a_flood_of_alerts_is_not_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("custom_components.audio_guard.assistant.MOST_ALERTS", 2)
    sounds = {at(0, hour): 0.9 for hour in (13, 14, 15)}
    answer = alerts(question(), heard(1.0, sounds), 0.8, 200)
    assert (answer["total"], answer["alerts"]) == (None, [])


def test_nights_follow_the_homes_clock_also_when_it_changes() -> None:
    begins = datetime(2026, 10, 24, 12, 0, tzinfo=MADRID)
    shift = begins.timestamp() - NOON.timestamp()
    day = heard(1.0, {})
    changing = HeardTrack(track=day.track, times=day.times + shift)
    assert curve(question(), changing)["night_hours"] == 8.0


def test_pauses_divide_what_was_heard() -> None:
    def span(start: float, seconds: float, fits: bool = True) -> HeardSpan:
        return HeardSpan(start=start, seconds=seconds, fits=fits)

    answer = coverage(
        1.0, [span(0, 60), span(60.5, 60), span(3_600, 1_800), span(5_400, 60, False)]
    )
    assert answer["heard"] == [
        {"start": "1970-01-01T00:00:00+00:00", "end": "1970-01-01T00:02:00.500000+00:00"},
        {"start": "1970-01-01T01:00:00+00:00", "end": "1970-01-01T01:31:00+00:00"},
    ]
    assert answer["gaps"] == 1
    assert answer["heard_hours"] == pytest.approx(1_920 / 3_600, abs=1e-3)
    assert answer["other_model_hours"] == pytest.approx(60 / 3_600, abs=1e-3)
    assert coverage(1.0, [])["gaps"] == 0


@pytest.mark.parametrize("count", [0, 1, 5, 50])
def test_the_limit_is_that_of_a_poisson_process(count: int) -> None:
    limit = most_events(count)
    fewer = sum(
        math.exp(n * math.log(limit) - limit - math.lgamma(n + 1)) for n in range(count + 1)
    )
    assert fewer == pytest.approx(0.05, abs=0.002)
