"""Say for each class how often it would raise a false alarm at each threshold, as far as hours can tell."""

from collections.abc import Sequence
from dataclasses import replace

from tools.measures.intervals import most_events
from tools.measures.policy_choice import worst_false_alarms
from tools.measures.stream_sweep import THRESHOLDS
from tools.streams.scoring import Listener, ScoredStream

WEEK_HOURS = 168


def false_alarm_curves(
    listener: Listener, quiet: Sequence[ScoredStream]
) -> dict[str, list[list[float]]]:
    """Return [threshold, false alarms a week, their upper 95 % limit] per class, at rising thresholds.

    Rates are of streams without events on the worst line. Each row's threshold is the lowest with that
    rate, so the rate at any threshold is that of the row below it.
    """
    return {label: _curve(listener, label, quiet) for label in listener.policies}


def _curve(listener: Listener, label: str, quiet: Sequence[ScoredStream]) -> list[list[float]]:
    """Count from the highest threshold down, where a lower one never counts as quieter.

    Far below, one detection that never ends would count as one false alarm.
    """
    policy = listener.policies[label]
    rows: list[list[float]] = []
    most = -1
    for threshold in reversed(THRESHOLDS):
        alarms = worst_false_alarms(listener, label, replace(policy, threshold=threshold), quiet)
        row = [threshold, *_per_week(max(alarms, most), quiet[0].hours)]
        if alarms > most:
            rows.append(row)
        else:
            rows[-1] = row
        most = max(alarms, most)
    return rows[::-1]


def _per_week(count: int, hours: float) -> tuple[float, float]:
    weeks = hours / WEEK_HOURS
    return round(count / weeks, 1), round(most_events(count) / weeks, 1)
