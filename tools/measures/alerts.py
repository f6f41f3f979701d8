"""Run the engine's decider over scored clips: what is heard, what is a false alarm, which threshold.

Each clip is a stream of its own. Clips with the label count as heard when at least one detection
starts; detections in background clips are false alarms.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audio_guard_engine.decide import ClassPolicy, Decider
from audio_guard_engine.frame import ScoreFrame
from tools.measures.window_tables import ScoredWindows, of_windows
from tools.windows.features import FRONT_END

THRESHOLDS = tuple(round(0.5 + 0.025 * step, 3) for step in range(19))


def detections(scores: NDArray[np.float32], label: str, policy: ClassPolicy) -> int:
    """Count the detections of one class in a stream of its scores (hops,)."""
    decider = Decider({label: policy})
    started = 0
    for hop, score in enumerate(scores.tolist()):
        t = FRONT_END.patch_seconds + hop * FRONT_END.patch_hop_seconds
        frame = ScoreFrame(source="", t=t, scores={label: score}, level_dbfs=0.0)
        started += sum(change.active for change in decider.step(frame))
    return started


def alert_figures(
    windows: ScoredWindows, labels: Sequence[str], background: str, label: str, policy: ClassPolicy
) -> dict[str, Any]:
    """Return the share of the label's clips that are heard and the false alarms per hour.

    Windows of background clips that do not count, as they may hold an event, raise no false alarm.
    """
    number, quiet = labels.index(label), labels.index(background)
    windows = of_windows(windows, windows.counts | (windows.truth != quiet))
    heard, clips, false_alarms, hops = 0, 0, 0, 0
    for _, truth, scores in clip_streams(windows):
        if truth == number:
            clips += 1
            heard += detections(scores[:, number], label, policy) > 0
        elif truth == quiet:
            hops += len(scores)
            false_alarms += detections(scores[:, number], label, policy)
    hours = hops * FRONT_END.patch_hop_seconds / 3600
    return {
        "recall": round(heard / clips, 4) if clips else None,
        "clips": clips,
        "false_alarms": false_alarms,
        "false_alarms_per_hour": round(false_alarms / hours, 3) if hours else None,
        "hours": round(hours, 3),
    }


def clip_streams(windows: ScoredWindows) -> list[tuple[int, int, NDArray[np.float32]]]:
    """Return (clip, true label number, scores (hops, labels)) of each clip."""
    edges = np.flatnonzero(np.diff(windows.clip, prepend=-1, append=-1))
    return [
        (int(windows.clip[a]), int(windows.truth[a]), windows.scores[a:b])
        for a, b in pairwise(edges)
    ]


def choose_policies(
    windows: ScoredWindows,
    labels: Sequence[str],
    background: str,
    policies: Mapping[str, ClassPolicy],
    false_alarms_per_hour: float,
) -> dict[str, ClassPolicy]:
    """Give each class the smallest threshold that keeps its false alarms within a budget.

    Thresholds from 0.5 to 0.95 are tried; where none keeps the budget the highest is taken.
    """
    chosen = {}
    for label, policy in policies.items():
        for threshold in THRESHOLDS:
            chosen[label] = replace(policy, threshold=threshold)
            figures = alert_figures(windows, labels, background, label, chosen[label])
            if (figures["false_alarms_per_hour"] or 0.0) <= false_alarms_per_hour:
                break
    return chosen
