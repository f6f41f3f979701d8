"""What the threshold assistant's websocket commands answer; `docs/history.md` has an example of each."""

from typing import Literal, TypedDict

# Why a proposal, or the lack of one, is to be taken with care.
type Caution = Literal[
    # nothing at all was heard in these days by the model in use
    "no_history",
    # nights of less than an hour in all: no threshold is proposed
    "no_nights",
    # so few hours of night that no alert in them may still be more than one a day
    "little_history",
    # what was marked right is heard at the threshold in use and would not be at the one proposed
    "loses_right",
    # even the highest threshold had more false alarms than wanted
    "too_noisy",
]


class Point(TypedDict):
    """One threshold of the curve.

    `per_day`: alerts in 24 heard hours. `night_alerts`: those of the nights but for what was marked right.
    `right`, `wrong`: clips marked so that alerts cover.
    """

    threshold: float
    alerts: int
    per_day: float
    night_alerts: int
    right: int
    wrong: int


class Proposal(TypedDict):
    """The lowest threshold with about one false alarm a week.

    `per_week`: the false alarms of this camera's nights, or where more the clips marked wrong, in a week of
    listening. `per_week_limit`: with 95 % confidence those of the nights are fewer. `loses`: clips marked right that
    are heard at the threshold in use and not at this one.
    """

    threshold: float
    per_week: float
    per_week_limit: float
    loses: list[str]


class Curve(TypedDict):
    """How many alerts each threshold would have had.

    `threshold`: the one in use; `default`: the model's. `points`: by rising threshold; where a threshold would have
    had more than `most_per_day`, neither it nor lower ones are listed. `proposal`: None if none can be made.
    """

    label: str
    days: float
    heard_hours: float
    night_hours: float
    threshold: float
    default: float
    most_per_day: float
    points: list[Point]
    proposal: Proposal | None
    warnings: list[Caution]


class Alert(TypedDict):
    """One alert that a threshold would have had; times are ISO 8601 in UTC.

    `score`: when it began. `peak`: the highest while it lasted. `night`: at night, local time. `quiet`: in quiet
    hours of the sound, so that it would not have been announced. `clip`: one that holds some of it.
    """

    start: str
    end: str
    score: float
    peak: float
    night: bool
    quiet: bool
    clip: str | None
    mark: Literal["right", "wrong", "unsure"] | None


class Alerts(TypedDict):
    """The alerts at one threshold, the newest first.

    `total`: how many there were, of which the newest are listed; None for more than 10 000, of which none are.
    """

    label: str
    days: float
    threshold: float
    heard_hours: float
    total: int | None
    alerts: list[Alert]


class Span(TypedDict):
    """From one time to another, ISO 8601 in UTC."""

    start: str
    end: str


class Coverage(TypedDict):
    """When a camera was listened to.

    `heard`: without pauses longer than ten seconds, oldest first; what lies between is a gap.
    `other_model_hours`: heard by a model, or a version of it, that is not in use; the assistant leaves them out.
    `gaps`: how many of the days' stretches without sound there are between the first and the last `heard`.
    """

    days: float
    heard_hours: float
    other_model_hours: float
    heard: list[Span]
    gaps: int
