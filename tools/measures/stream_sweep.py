"""Judge one class at many thresholds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from tools.measures.stream_verdicts import Verdict, judge
from tools.streams.scoring import Listener, ScoredStream

# Evenly spaced in log-odds, because scores crowd near 1: from 0.09 to 0.9999.
THRESHOLDS = tuple(round(float(1 / (1 + 10**-odds)), 6) for odds in np.linspace(-1, 4, 41))


@dataclass(frozen=True, kw_only=True, slots=True)
class Sweep:
    """The verdicts on a class, for each stream (by its name) one per threshold, which rise."""

    thresholds: Sequence[float]
    verdicts: Mapping[str, Sequence[Verdict]]

    def false_alarms(self) -> dict[str, list[int]]:
        """Count the detections outside events, per stream and threshold."""
        return {
            name: [len(verdict.elsewhere) for verdict in verdicts]
            for name, verdicts in self.verdicts.items()
        }

    def shares_heard(self) -> dict[str, list[float]]:
        """Return the share of the class's events that are heard, per stream and threshold."""
        return {
            name: [round(float(verdict.heard.mean()), 4) for verdict in verdicts]
            for name, verdicts in self.verdicts.items()
            if verdicts[0].heard.size
        }

    def at(self, place: int) -> dict[str, Verdict]:
        """Return the verdict on each stream at one of the thresholds."""
        return {name: verdicts[place] for name, verdicts in self.verdicts.items()}

    def within(self, allowed: float) -> int | None:
        """Return the place of the lowest threshold that keeps every stream's false alarms within bounds.

        So do all above it: far below, one detection that never ends would count as one false alarm.
        """
        worst = np.max(list(self.false_alarms().values()), axis=0)
        broken = np.flatnonzero(worst > allowed)
        place = int(broken[-1]) + 1 if broken.size else 0
        return place if place < len(self.thresholds) else None


def sweep(
    listener: Listener, label: str, streams: Sequence[ScoredStream], thresholds: Sequence[float]
) -> Sweep:
    """Judge a class's policy in streams at rising thresholds."""
    policy = listener.policies[label]
    return Sweep(
        thresholds=thresholds,
        verdicts={
            stream.name: [
                judge(stream, listener.labels, label, replace(policy, threshold=threshold))
                for threshold in thresholds
            ]
            for stream in streams
        },
    )
