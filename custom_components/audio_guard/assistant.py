"""What thresholds would have done with what was heard, and which one to take; takes up to a second."""

import bisect
import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import Final

import numpy as np
from homeassistant.util import slugify

from .assistant_types import Alert, Alerts, Caution, Coverage, Curve, Point, Proposal, Span
from .camera_options import QuietHours
from .clip_files import ClipName
from .clips import AFTER_SECONDS, BEFORE_SECONDS
from .engine.decide import ClassPolicy
from .engine.replay import Replay, ReplayedAlert
from .engine.score_code import SCORES
from .score_store import HeardSpan, HeardTrack

WEEK_HOURS: Final = 168.0
# What is heard then in a home is most likely no alarm; in the home's own time.
NIGHT: Final = QuietHours(start=time(23), end=time(6), classes=frozenset())
WANTED_PER_WEEK: Final = 1.0
# Shorter nights show nothing.
LEAST_NIGHT_HOURS: Final = 1.0
# Having heard none in H hours, there may be 3 / H an hour: less than one a day is shown by 72 hours.
LITTLE_PER_WEEK: Final = 7.0
# Nobody wants an alert an hour, and many alerts take long to replay.
MOST_PER_DAY: Final = 24.0
MOST_ALERTS: Final = 10_000
# Equal steps of log-odds, as finely as the number can be set.
GRID: Final = tuple(
    sorted({round(200 / (1 + math.exp(-logit))) / 200 for logit in np.linspace(-2.94, 5.3, 40)})
)
# Sound that goes on after a shorter pause is one span.
PAUSE_SECONDS: Final = 10.0
# A clip's name tells whole seconds, and its sound may have come late.
CLIP_SLACK_SECONDS: Final = 2.0


class Mark(StrEnum):
    """What a person said of a class in a clip."""

    RIGHT = "right"
    WRONG = "wrong"
    UNSURE = "unsure"


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """What the assistant is asked about: one class of one camera.

    `policy`: the one in use. `default`: the threshold of the model's card. `zone`: the home's. `clips`: those that
    are kept. `marks`: by a clip's name, whether the class was rightly heard in it.
    """

    label: str
    days: float
    policy: ClassPolicy
    default: float
    zone: tzinfo
    quiet_hours: QuietHours | None = None
    clips: Sequence[ClipName] = ()
    marks: Mapping[str, Mark] | None = None


def curve(question: Question, heard: HeardTrack) -> Curve:
    """Return what each threshold would have done, and propose one."""
    assistant = _Assistant(question, heard)
    points = assistant.points()
    proposal, warnings = assistant.propose(points)
    return Curve(
        label=question.label,
        days=question.days,
        heard_hours=round(heard.hours, 3),
        night_hours=round(assistant.night_hours, 3),
        threshold=question.policy.threshold,
        default=question.default,
        most_per_day=MOST_PER_DAY,
        points=points,
        proposal=proposal,
        warnings=warnings,
    )


def alerts(question: Question, heard: HeardTrack, threshold: float, limit: int) -> Alerts:
    """Return the alerts that one threshold would have had."""
    assistant = _Assistant(question, heard)
    found = assistant.replay(threshold, MOST_ALERTS)
    return Alerts(
        label=question.label,
        days=question.days,
        threshold=threshold,
        heard_hours=round(heard.hours, 3),
        total=None if found is None else len(found),
        alerts=[assistant.describe(alert) for alert in reversed((found or [])[-limit:])],
    )


def coverage(days: float, spans: Sequence[HeardSpan]) -> Coverage:
    """Return when a camera was heard; the spans begin in the order of time."""
    heard: list[tuple[float, float]] = []
    for span in spans:
        end = span.start + span.seconds
        if heard and span.start <= heard[-1][1] + PAUSE_SECONDS:
            start, before = heard.pop()
            heard.append((start, max(before, end)))
        else:
            heard.append((span.start, end))
    return Coverage(
        days=days,
        heard_hours=round(sum(span.seconds for span in spans if span.fits) / 3_600, 3),
        other_model_hours=round(sum(span.seconds for span in spans if not span.fits) / 3_600, 3),
        heard=[Span(start=_iso(start), end=_iso(end)) for start, end in heard],
        gaps=max(0, len(heard) - 1),
    )


def most_events(count: int) -> float:
    """Return the 95 % upper limit of how many events a Poisson process brings, having brought some.

    Half a quantile of chi square by Wilson and Hilferty's approximation (1931), here within 1 %.
    """
    n = count + 1
    return n * (1 - 1 / (9 * n) + 1.6449 / (3 * math.sqrt(n))) ** 3


class _Assistant:
    """The replay of one question, with what is known of the clips."""

    def __init__(self, question: Question, heard: HeardTrack) -> None:
        self._question = question
        self._heard = heard
        self._replay = Replay(heard.track, question.policy)
        self._marks = question.marks or {}
        self._label = slugify(question.label)  # as clips are named
        self._clips = sorted(question.clips, key=lambda clip: clip.heard_at)
        self._clip_times = [clip.heard_at.timestamp() for clip in self._clips]
        self.night_hours = _night_hours(heard, question.zone)

    def replay(self, threshold: float, most: float) -> list[ReplayedAlert] | None:
        """Return the alerts at a threshold; None if there are more than that."""
        found = list(itertools.islice(self._replay.alerts(threshold), int(most) + 1))
        return found if len(found) <= most else None

    def points(self) -> list[Point]:
        """Return the curve, as far down as anybody wants it."""
        days = self._heard.hours / 24
        if not days:
            return []
        points: list[Point] = []
        question = self._question
        thresholds = {*GRID, question.policy.threshold, question.default}
        for threshold in sorted(thresholds, reverse=True):
            found = self.replay(threshold, MOST_PER_DAY * max(days, 1.0))
            if found is None:
                break
            points.append(self._point(threshold, found, days))
        return points[::-1]

    def propose(self, points: Sequence[Point]) -> tuple[Proposal | None, list[Caution]]:
        """Return the lowest threshold that is quiet enough, and what to know about it.

        None under both the threshold in use and the model's own, since quiet nights don't show that a lower one
        is right for the day.
        """
        if not len(self._heard.times):
            return None, ["no_history"]
        if self.night_hours < LEAST_NIGHT_HOURS:
            return None, ["no_nights"]
        warnings: list[Caution] = []
        if most_events(0) / self.night_hours * WEEK_HOURS > LITTLE_PER_WEEK:
            warnings.append("little_history")
        floor = min(self._question.policy.threshold, self._question.default)
        quiet = list(
            itertools.takewhile(
                lambda point: point["threshold"] >= floor and self._quiet(point), reversed(points)
            )
        )
        if not quiet:
            return None, [*warnings, "too_noisy"]
        best = quiet[-1]
        loses = sorted(
            self._right(self._question.policy.threshold) - self._right(best["threshold"])
        )
        if loses:
            warnings.append("loses_right")
        limit = most_events(best["night_alerts"]) / self.night_hours * WEEK_HOURS
        return Proposal(
            threshold=best["threshold"],
            per_week=round(self._per_week(best), 2),
            per_week_limit=round(limit, 2),
            loses=loses,
        ), warnings

    def describe(self, alert: ReplayedAlert) -> Alert:
        """Return an alert as it is told."""
        start, end = self._times(alert)
        local = self._local(alert)
        quiet = self._question.quiet_hours
        codes = self._heard.track.codes[alert.start : alert.end + 1]
        clip, mark = self._clip(start, end), self._mark(alert)
        return Alert(
            start=_iso(start),
            end=_iso(end),
            score=round(alert.score, 4),
            peak=round(max(alert.score, float(SCORES[codes.max()])), 4),
            night=NIGHT.includes(local),
            quiet=bool(quiet and self._question.label in quiet.classes and quiet.includes(local)),
            clip=clip.name if clip else None,
            mark=mark.value if mark else None,
        )

    def _point(self, threshold: float, found: Sequence[ReplayedAlert], days: float) -> Point:
        """Sum the alerts of a threshold up."""
        at_night = [alert for alert in found if NIGHT.includes(self._local(alert))]
        marks = [self._marks[name] for name in self._marked(found)]
        return Point(
            threshold=threshold,
            alerts=len(found),
            per_day=round(len(found) / days, 3),
            night_alerts=sum(self._mark(alert) is not Mark.RIGHT for alert in at_night),
            right=marks.count(Mark.RIGHT),
            wrong=marks.count(Mark.WRONG),
        )

    def _per_week(self, point: Point) -> float:
        """Return how many false alarms a threshold has in a week, as nights and marks say."""
        of_nights = point["night_alerts"] / self.night_hours
        return max(of_nights, point["wrong"] / self._heard.hours) * WEEK_HOURS

    def _quiet(self, point: Point) -> bool:
        """Tell whether a threshold has no more false alarms than are wanted."""
        return self._per_week(point) <= WANTED_PER_WEEK

    def _right(self, threshold: float) -> set[str]:
        """Return the clips marked right that a threshold's alerts cover."""
        if Mark.RIGHT not in self._marks.values():
            return set()
        found = list(itertools.islice(self._replay.alerts(threshold), MOST_ALERTS))
        return {name for name in self._marked(found) if self._marks[name] is Mark.RIGHT}

    def _marked(self, found: Sequence[ReplayedAlert]) -> set[str]:
        """Return the marked clips that alerts cover."""
        if not self._marks:
            return set()
        covered = itertools.chain.from_iterable(
            self._overlapping(*self._times(alert)) for alert in found
        )
        return {clip.name for clip in covered if clip.name in self._marks}

    def _times(self, alert: ReplayedAlert) -> tuple[float, float]:
        """Return when an alert starts and ends, as Unix time."""
        return float(self._heard.times[alert.start]), float(self._heard.times[alert.end])

    def _local(self, alert: ReplayedAlert) -> time:
        """Return the home's time when an alert starts."""
        return datetime.fromtimestamp(self._times(alert)[0], self._question.zone).time()

    def _mark(self, alert: ReplayedAlert) -> Mark | None:
        """Return what a person said of an alert's clip."""
        clip = self._clip(*self._times(alert)) if self._marks else None
        return self._marks.get(clip.name) if clip else None

    def _overlapping(self, start: float, end: float) -> Sequence[ClipName]:
        """Return the clips that hold some of what was heard between two times, the oldest first."""
        first = bisect.bisect_left(self._clip_times, start - AFTER_SECONDS - CLIP_SLACK_SECONDS)
        stop = bisect.bisect_right(self._clip_times, end + BEFORE_SECONDS + CLIP_SLACK_SECONDS)
        return self._clips[first:stop]

    def _clip(self, start: float, end: float) -> ClipName | None:
        """Return the clip to play for an alert, rather one of its class."""
        covering = self._overlapping(start, end)
        own = (clip for clip in covering if clip.label == self._label)
        return next(own, next(iter(covering), None))


def _night_hours(heard: HeardTrack, zone: tzinfo) -> float:
    """Return how long was listened at night."""
    if not len(heard.times):
        return 0.0
    times = np.sort(heard.times, kind="stable")  # they are in order, but for jumps of the clock
    first, last = (datetime.fromtimestamp(float(t), zone).date() for t in (times[0], times[-1]))
    limits = [
        limit
        for day in range(-1, (last - first).days + 1)
        for limit in (
            _unix(first + timedelta(days=day), NIGHT.start, zone),
            _unix(first + timedelta(days=day + 1), NIGHT.end, zone),
        )
    ]
    hops = np.diff(np.searchsorted(times, limits))[::2].sum()
    return float(hops) * heard.track.hop_seconds / 3_600


def _unix(day: date, at: time, zone: tzinfo) -> float:
    """Return a local time as Unix time."""
    return datetime.combine(day, at, zone).timestamp()


def _iso(unix: float) -> str:
    """Return a Unix time as it is told."""
    return datetime.fromtimestamp(unix, UTC).isoformat()
