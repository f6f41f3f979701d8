"""Run the engine's decider over scored clips: what is heard, what is a false alarm.

Each clip is a stream of its own. Clips with the label count as heard when at least one detection
starts; detections in background clips are false alarms.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audio_guard_engine.decide import ClassPolicy
from tools.measures.detections import detection_times
from tools.measures.window_tables import ScoredWindows, of_windows
from tools.windows.features import FRONT_END


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
            heard += detection_times(scores[:, number], label, policy).size > 0
        elif truth == quiet:
            hops += len(scores)
            false_alarms += detection_times(scores[:, number], label, policy).size
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
