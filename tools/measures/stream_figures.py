"""Make figures of scored streams: events heard and false alarms, at chosen thresholds and at all.

Thresholds for a budget of false alarms are chosen on val; everything is measured on test. False alarms
are counted in streams without events, in which each background recording sounds once.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tools.data.dataset import Clip
from tools.measures.intervals import independent_items, most_events, wilson
from tools.measures.stream_sweep import THRESHOLDS, sweep
from tools.measures.stream_verdicts import Verdict
from tools.streams.scoring import Listener, ScoredStream, StreamSet

CARD = "card"


def stream_figures(
    listener: Listener, streams: StreamSet, budgets_per_day: Sequence[float]
) -> dict[str, Any]:
    """Return all figures of a model, for JSON."""
    return {
        "val": _extent(streams.val[0]),
        "test": _extent(streams.quiet[0]),
        "allowed_in_val": {
            _name(budget): int(_allowed(budget, streams)) for budget in budgets_per_day
        },
        "lines": [stream.name for stream in streams.quiet],
        "mixes": [stream.name for stream in streams.mixed],
        "classes": {
            label: _class_figures(listener, label, streams, budgets_per_day)
            for label in listener.policies
        },
    }


def _name(budget_per_day: float) -> str:
    return f"{budget_per_day:g} a day"


def _allowed(budget_per_day: float, streams: StreamSet) -> float:
    """Return how many false alarms in val keep a budget."""
    return budget_per_day / 24 * streams.val[0].hours


def _extent(stream: ScoredStream) -> dict[str, float]:
    """Return how much background a split has, and the least rate that so many hours could show."""
    return {
        "hours": round(stream.hours, 3),
        "recordings": len(stream.background),
        "least_per_day": round(24 * most_events(0) / stream.hours, 1),
    }


def _class_figures(
    listener: Listener, label: str, streams: StreamSet, budgets_per_day: Sequence[float]
) -> dict[str, Any]:
    card = listener.policies[label].threshold
    thresholds = sorted({card, *THRESHOLDS})
    val, quiet, mixed = (
        sweep(listener, label, of, thresholds) for of in (streams.val, streams.quiet, streams.mixed)
    )
    clips = [event.clip for event in streams.mixed[0].events if event.clip.label == label]
    places = {CARD: thresholds.index(card)} | {
        _name(budget): val.within(_allowed(budget, streams)) for budget in budgets_per_day
    }
    return {
        "clips": len(clips),
        "recordings": len({clip.group for clip in clips}),
        "others": len(streams.mixed[0].events) - len(clips),
        "choices": {
            name: None
            if place is None
            else {
                "threshold": thresholds[place],
                **_events_heard(mixed.at(place), clips),
                "false_alarms": _false_alarms(quiet.at(place), streams.quiet),
            }
            for name, place in places.items()
        },
        "curves": {
            "thresholds": thresholds,
            "val_false_alarms": val.false_alarms(),
            "false_alarms": quiet.false_alarms(),
            "heard": mixed.shares_heard(),
        },
    }


def _events_heard(verdicts: Mapping[str, Verdict], clips: Sequence[Clip]) -> dict[str, Any]:
    """Return the share of events that are heard, of all streams together and of each, and confusions.

    The intervals count recordings: neither clips of one recording nor the same clip in another stream
    are independent.
    """
    confused = Counter(label for verdict in verdicts.values() for label in verdict.confused)
    heard: dict[str, Any] = {"confused": dict(confused.most_common())}
    if not clips:
        return heard | {"heard": None, "heard_in": {}}
    items = independent_items(clip.group for clip in clips)
    shares = {name: float(verdict.heard.mean()) for name, verdict in verdicts.items()}
    return heard | {
        "heard": _share(float(np.mean(list(shares.values()))), items),
        "heard_in": {name: _share(share, items) for name, share in shares.items()},
    }


def _share(share: float, items: float) -> dict[str, float]:
    low, high = wilson(share, items)
    return {"share": round(share, 4), "low": round(low, 4), "high": round(high, 4)}


def _false_alarms(
    verdicts: Mapping[str, Verdict], streams: Sequence[ScoredStream]
) -> dict[str, dict[str, Any]]:
    """Count the detections in streams without events, with the exact upper limit of their rate.

    `clips` names the background recordings, so that someone can listen whether the alarm was false.
    """
    return {
        stream.name: {
            "count": len(clips := verdicts[stream.name].elsewhere),
            "per_day": round(24 * len(clips) / stream.hours, 1),
            "per_day_at_most": round(24 * most_events(len(clips)) / stream.hours, 1),
            "clips": list(clips),
        }
        for stream in streams
    }
