"""Run the engine's decider over the scores of one class in a long stream."""

import numpy as np
from numpy.typing import NDArray

from audio_guard_engine.decide import ClassPolicy, Decider
from audio_guard_engine.frame import ScoreFrame
from tools.windows.features import FRONT_END


def detection_times(
    scores: NDArray[np.float32], label: str, policy: ClassPolicy
) -> NDArray[np.float64]:
    """Return when detections start, in seconds, given the scores of a class (hops,).

    Scores at which the decider can't change are not shown to it: while nothing is detected and none of
    the last `of_hops` scores reached the threshold, a score below it leaves everything as it was.
    """
    values = scores.tolist()
    reached = np.append(np.flatnonzero(scores.astype(np.float64) >= policy.threshold), scores.size)
    decider = Decider({label: policy})
    started = []
    hop = last = int(reached[0])
    while hop < scores.size:
        t = FRONT_END.patch_seconds + hop * FRONT_END.patch_hop_seconds
        frame = ScoreFrame(source="", t=t, scores={label: values[hop]}, level_dbfs=0.0)
        started += [change.t for change in decider.step(frame) if change.active]
        if values[hop] >= policy.threshold:
            last = hop
        hop += 1
        if not decider.active(label) and hop - last > policy.of_hops:
            hop = int(reached[np.searchsorted(reached, hop)])
    return np.array(started)
