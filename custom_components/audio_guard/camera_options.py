"""What a person chose for one camera: the entry's options, read once and typed."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import time
from typing import Any, Self

from .const import (
    OPTION_CLASSES_OFF,
    OPTION_CLIP_DAYS,
    OPTION_CLIP_MEGABYTES,
    OPTION_CLIPS,
    OPTION_CONFIRMATIONS,
    OPTION_GAIN,
    OPTION_HISTORY,
    OPTION_HOLDS,
    OPTION_LISTENING,
    OPTION_MODEL,
    OPTION_ONLY_WHILE_STREAMING,
    OPTION_QUIET_HOURS,
    OPTION_RUNTIME,
    OPTION_THRESHOLDS,
)
from .engine.card import DEFAULT_MODEL, Model
from .engine.decide import ClassPolicy
from .engine.scorer import Runtime

# A clip of ten seconds with its picture is about half a megabyte.
CLIP_DAYS = 14.0
CLIP_MEGABYTES = 200.0


@dataclass(frozen=True, kw_only=True, slots=True)
class QuietHours:
    """A stretch of every day in which some classes are not announced; it may go over midnight."""

    start: time
    end: time
    classes: frozenset[str]

    def includes(self, now: time) -> bool:
        """Tell whether a local time lies in them; a stretch that ends where it starts is the whole day."""
        if self.start < self.end:
            return self.start <= now < self.end
        return now >= self.start or now < self.end


@dataclass(frozen=True, kw_only=True, slots=True)
class CameraOptions:
    """One camera's options. What is not chosen is left to the model's card, so that a better model's values apply."""

    listening: bool = True
    only_while_streaming: bool = False
    classes_off: frozenset[str] = frozenset()
    thresholds: Mapping[str, float] = field(default_factory=dict)
    confirmations: Mapping[str, int] = field(default_factory=dict)
    holds: Mapping[str, float] = field(default_factory=dict)
    quiet_hours: QuietHours | None = None
    gain_db: float = 0.0
    clips: bool = False  # nobody is recorded who was not asked
    clip_days: float = CLIP_DAYS
    clip_megabytes: float = CLIP_MEGABYTES
    history: bool = True
    model: str = DEFAULT_MODEL
    runtime: Runtime | None = None

    @classmethod
    def read(cls, options: Mapping[str, Any]) -> Self:
        """Read an entry's options."""
        quiet, runtime = options.get(OPTION_QUIET_HOURS), options.get(OPTION_RUNTIME)
        return cls(
            listening=options.get(OPTION_LISTENING, True),
            only_while_streaming=options.get(OPTION_ONLY_WHILE_STREAMING, False),
            classes_off=frozenset(options.get(OPTION_CLASSES_OFF, ())),
            thresholds=options.get(OPTION_THRESHOLDS, {}),
            confirmations=options.get(OPTION_CONFIRMATIONS, {}),
            holds=options.get(OPTION_HOLDS, {}),
            quiet_hours=quiet
            and QuietHours(
                start=time.fromisoformat(quiet["start"]),
                end=time.fromisoformat(quiet["end"]),
                classes=frozenset(quiet["classes"]),
            ),
            gain_db=options.get(OPTION_GAIN, 0.0),
            clips=options.get(OPTION_CLIPS, False),
            clip_days=options.get(OPTION_CLIP_DAYS, CLIP_DAYS),
            clip_megabytes=options.get(OPTION_CLIP_MEGABYTES, CLIP_MEGABYTES),
            history=options.get(OPTION_HISTORY, True),
            model=options.get(OPTION_MODEL, DEFAULT_MODEL),
            runtime=runtime and Runtime(runtime),
        )

    def classes(self, model: Model) -> tuple[str, ...]:
        """Return the classes of the model that are listened for."""
        return tuple(label for label in model.classes if label not in self.classes_off)

    def policies(self, model: Model) -> dict[str, ClassPolicy]:
        """Return how each class that is listened for is decided on: as chosen, or else as in the card."""
        return {label: self._policy(label, model.policies[label]) for label in self.classes(model)}

    def _policy(self, label: str, policy: ClassPolicy) -> ClassPolicy:
        """Change what was chosen otherwise for one class."""
        confirm_hops = self.confirmations.get(label, policy.confirm_hops)
        return replace(
            policy,
            threshold=self.thresholds.get(label, policy.threshold),
            confirm_hops=confirm_hops,
            of_hops=max(policy.of_hops, confirm_hops),
            hold_seconds=self.holds.get(label, policy.hold_seconds),
        )
