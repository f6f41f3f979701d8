"""Replay kept scores through the decider at many thresholds, looking only at hops that can change anything."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from .decide import ClassPolicy, Decider, Detection
from .frame import ScoreFrame
from .score_code import SCORES, first_code

_LABEL: Final = "class"
_SCORES: Final = SCORES.tolist()
# Times are rounded; a hop that ends a hold time may seem to come this much early.
_SLACK_SECONDS: Final = 1e-3
_FIRST_LOOK, _WIDEST_LOOK = 256, 1 << 18


@dataclass(frozen=True, kw_only=True, slots=True)
class ScoreTrack:
    """What one class scored, hop after hop.

    `codes`: scores as `score_code.encode` gives them. `t`: each hop's stream time, rising within a stretch.
    `starts`: the hops with which a stretch begins, rising; before each the decider starts afresh.
    """

    codes: NDArray[np.uint8]
    t: NDArray[np.float64]
    starts: NDArray[np.intp]
    hop_seconds: float


@dataclass(frozen=True, kw_only=True, slots=True)
class ReplayedAlert:
    """A detection: the hops that start and end it, and the score that starts it.

    One that is going on where its stretch breaks off ends with the stretch's last hop.
    """

    start: int
    end: int
    score: float


class Replay:
    """One class's track, prepared for any threshold of a policy."""

    def __init__(self, track: ScoreTrack, policy: ClassPolicy) -> None:
        """Find what holds at every threshold; takes some milliseconds per million hops."""
        self._track = track
        self._policy = policy
        self._stops = np.append(track.starts[1:], len(track.codes))
        # A detection can start only where enough of the newest hops reach the threshold, and
        self._confirmed = _ranked(track.codes, policy.confirm_hops, policy.of_hops)
        # end only after as many hops as the hold time lasts, none of which reaches the threshold to keep it;
        hold = (policy.hold_seconds - _SLACK_SECONDS) / track.hop_seconds
        self._hold_hops = max(1, math.ceil(hold))
        self._kept = _highest(track.codes, self._hold_hops)
        # after hops that were skipped it may end sooner.
        for hop in np.flatnonzero(np.diff(track.t) > 1.5 * track.hop_seconds) + 1:
            self._kept[hop : hop + self._hold_hops] = 0

    def alerts(self, threshold: float) -> Iterator[ReplayedAlert]:
        """Yield what the decider would have started at a threshold; the work grows with what is taken."""
        policy = replace(self._policy, threshold=threshold)
        if not policy.starts(1.0):
            return
        decider = Decider({_LABEL: policy})
        start_code, keep_code = first_code(threshold), first_code(policy.keep_threshold)
        track, size = self._track, len(self._track.codes)
        hop = 0  # the first that the decider has not seen
        seek = 0  # the first that can start something
        memory = False  # whether the decider remembers hops
        while (found := _find(np.greater_equal, self._confirmed, start_code, seek, size)) < size:
            stretch = int(np.searchsorted(track.starts, found, side="right")) - 1
            first, stop = int(track.starts[stretch]), int(self._stops[stretch])
            begin = max(first, found - policy.of_hops + 1)
            if first >= hop or (begin > hop and memory):
                decider.reset()
            started, hop = self._step(decider, max(hop, begin), found + 1)
            memory, seek = True, hop
            if started is None:
                continue
            start, score = hop - 1, started.score
            hop = self._end(decider, keep_code, hop, stop)
            yield ReplayedAlert(start=start, end=hop - 1, score=score)
            memory = False
            deaf_until = track.t[hop - 1] + policy.refractory_seconds - _SLACK_SECONDS
            seek = hop + int(np.searchsorted(track.t[hop:stop], deaf_until))

    def _step(self, decider: Decider, hop: int, stop: int) -> tuple[Detection | None, int]:
        """Let the decider see hops until something changes; return the change and the hop after it."""
        codes, times = self._track.codes, self._track.t
        for at in range(hop, stop):
            scores = {_LABEL: _SCORES[codes[at]]}
            frame = ScoreFrame(source="", t=float(times[at]), scores=scores, level_dbfs=0.0)
            if changes := decider.step(frame):
                return changes[0], at + 1
        return None, stop

    def _end(self, decider: Decider, keep_code: int, hop: int, stop: int) -> int:
        """Go on until the detection ends, or the stretch; return the hop after that."""
        while (found := _find(np.less, self._kept, keep_code, hop, stop)) < stop:
            # Of the hops before, the last that keeps the detection is all that the decider has to know.
            begin = max(hop, found - self._hold_hops)
            keeps = np.flatnonzero(self._track.codes[begin:found] >= keep_code)
            if len(keeps):
                self._step(decider, begin + int(keeps[-1]), begin + int(keeps[-1]) + 1)
            ended, hop = self._step(decider, found, found + 1)
            if ended is not None:
                return hop
        return stop


def _highest(codes: NDArray[np.uint8], of_hops: int) -> NDArray[np.uint8]:
    """Return for each hop the highest code of its newest `of_hops`."""
    highest, width = codes.copy(), 1
    while width < of_hops:
        step = min(width, of_hops - width)
        highest[step:] = np.maximum(highest[step:], highest[:-step])
        width += step
    return highest


def _ranked(codes: NDArray[np.uint8], rank: int, of_hops: int) -> NDArray[np.uint8]:
    """Return for each hop the code that is the rank-th highest of its newest `of_hops`, 0 where there are fewer."""
    layers = [np.zeros_like(codes) for _ in range(rank)]
    for back in range(min(of_hops, len(codes))):
        lower = codes[: len(codes) - back]
        for layer in layers:
            newer = layer[back:]
            lower, newer[:] = np.minimum(newer, lower), np.maximum(newer, lower)
    return layers[-1]


def _find(compare: Any, values: NDArray[np.uint8], code: int, start: int, stop: int) -> int:
    """Return the first place from `start` on where a comparison with a code holds, or else `stop`."""
    look = _FIRST_LOOK
    while start < stop:
        holds = compare(values[start : min(stop, start + look)], code)
        place = int(holds.argmax())
        if holds[place]:
            return start + place
        start += len(holds)
        look = min(4 * look, _WIDEST_LOOK)
    return stop
