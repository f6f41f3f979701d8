"""The decider: scores in, detections out. Pure and clockless, so recorded frames can be replayed through it."""

import math
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, replace

from .frame import ScoreFrame


@dataclass(frozen=True, kw_only=True, slots=True)
class ClassPolicy:
    """When scores of one class become a detection.

    It starts once `confirm_hops` of the last `of_hops` scores reach `threshold`, is kept while scores reach
    `keep_threshold`, ends `hold_seconds` after the last of those, and can't start again for
    `refractory_seconds`. Impulses (glass, a shot) confirm in one hop, sustained sounds (crying, fire) in several.
    A threshold of 1 switches the class off, also for scores that are rounded up to 1.
    """

    threshold: float
    hysteresis: float = 0.1
    confirm_hops: int = 1
    of_hops: int = 1
    hold_seconds: float = 3.0
    refractory_seconds: float = 0.0

    def __post_init__(self) -> None:
        """Refuse numbers that can't work, so that a broken card is found when it is read."""
        for name in ("threshold", "hysteresis", "hold_seconds", "refractory_seconds"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise ValueError(f"{name} should be a number, not {value!r}")
            if not math.isfinite(value) or value < 0:
                raise ValueError(f"{name} should be 0 or more, not {value!r}")
        for name in ("confirm_hops", "of_hops"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int):
                raise ValueError(f"{name} should be a whole number, not {value!r}")
        if self.threshold > 1:
            raise ValueError(f"threshold should be 1 or less, not {self.threshold!r}")
        if not 1 <= self.confirm_hops <= self.of_hops <= 1_000:
            raise ValueError("confirm_hops should be at least 1 and at most of_hops")

    @property
    def keep_threshold(self) -> float:
        """The score that prolongs a detection; never under half the threshold, so that a low one can't stick."""
        return max(self.threshold - self.hysteresis, self.threshold / 2)

    def starts(self, score: float) -> bool:
        """Tell whether a score counts towards a detection."""
        return self.threshold <= score and self.threshold < 1

    def keeps(self, score: float) -> bool:
        """Tell whether a score prolongs a detection that is going on."""
        return self.keep_threshold <= score and self.threshold < 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Detection:
    """A change of one class at one hop: a detection that starts (`active`) or ends.

    `t`: stream seconds of the frame that decided it. `score`: the highest score of the detection so far.
    """

    label: str
    active: bool
    t: float
    score: float


class Decider:
    """Follow the scores of one source and say when a class starts and ends. Not thread-safe."""

    def __init__(self, policies: Mapping[str, ClassPolicy]) -> None:
        """Take a policy for every class that may be detected."""
        self._classes = {label: _ClassState(policy) for label, policy in policies.items()}

    @property
    def policies(self) -> dict[str, ClassPolicy]:
        """The policies in use, thresholds included; another decider can be made of them."""
        return {label: state.policy for label, state in self._classes.items()}

    def step(self, frame: ScoreFrame) -> list[Detection]:
        """Take the next frame and return what changed by it, in the policies' order."""
        changes = (state.step(label, frame) for label, state in self._classes.items())
        return [change for change in changes if change is not None]

    def set_threshold(self, label: str, threshold: float) -> None:
        """Use another threshold from the next frame on; hops already confirmed count as they did."""
        state = self._classes[label]
        state.policy = replace(state.policy, threshold=threshold)

    def threshold(self, label: str) -> float:
        """Return the threshold in use."""
        return self._classes[label].policy.threshold

    def active(self, label: str) -> bool:
        """Tell whether a detection of the class is going on."""
        return self._classes[label].active

    def reset(self) -> None:
        """Forget everything heard: what comes next belongs to another stretch of sound."""
        for state in self._classes.values():
            state.reset()


class _ClassState:
    """One class's memory between frames."""

    def __init__(self, policy: ClassPolicy) -> None:
        self.policy = policy
        self.reset()

    def reset(self) -> None:
        """Start as if nothing had been heard."""
        self.active = False
        self._recent: deque[float | None] = deque(maxlen=self.policy.of_hops)
        self._peak = 0.0
        self._last_kept = -math.inf
        self._deaf_until = -math.inf

    def step(self, label: str, frame: ScoreFrame) -> Detection | None:
        """Take the class's score of one frame; return the change it makes, if any."""
        score = frame.scores[label]
        if not math.isfinite(score):
            score = 0.0
        self._recent.append(score if self.policy.starts(score) else None)
        if self.active:
            return self._keep_or_end(label, frame.t, score)
        return self._start(label, frame.t)

    def _start(self, label: str, t: float) -> Detection | None:
        """Start a detection once enough of the recent hops reached the threshold."""
        confirmed = [score for score in self._recent if score is not None]
        if len(confirmed) < self.policy.confirm_hops or t < self._deaf_until:
            return None
        self.active = True
        self._peak = max(confirmed)
        self._last_kept = t
        return Detection(label=label, active=True, t=t, score=self._peak)

    def _keep_or_end(self, label: str, t: float, score: float) -> Detection | None:
        """Prolong the detection, or end it when the hold time has run out."""
        if self.policy.keeps(score):
            self._last_kept = t
            self._peak = max(self._peak, score)
            return None
        if t - self._last_kept < self.policy.hold_seconds:
            return None
        self.active = False
        self._recent.clear()
        self._deaf_until = t + self.policy.refractory_seconds
        return Detection(label=label, active=False, t=t, score=self._peak)
