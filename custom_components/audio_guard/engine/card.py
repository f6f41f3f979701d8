"""A model's card: labels, front end, files with checksums and decider defaults, read from `card.json`."""

import hashlib
import itertools
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .decide import ClassPolicy
from .errors import ModelError

SCHEMA = 1
BUNDLED_MODELS = Path(__file__).parents[1] / "models"
DEFAULT_MODEL = "mobile"
CARD = "card.json"
LARGEST_CARD_BYTES = 1_000_000


@dataclass(frozen=True, kw_only=True, slots=True)
class FrontEnd:
    """A log-mel front end and how its frames are cut into patches.

    The defaults of the field: VGGish (Hershey et al. 2017, `vggish_params.py`). `spectrum_power`: 1 sums
    magnitudes into bands, 2 powers. `preemphasis`: the coefficient of x[t] - a x[t - 1] at
    `preemphasis_rate_hz`, put into the bands' weights. Bands above half the sample rate stay empty.
    `context_frames`: frames before a patch that the model sees too; before the first sound they are silent.
    """

    sample_rate_hz: int = 16_000
    window_samples: int = 400
    hop_samples: int = 160
    fft_size: int = 512
    mel_bands: int = 64
    mel_min_hz: float = 125.0
    mel_max_hz: float = 7_500.0
    log_offset: float = 0.01
    patch_frames: int = 96
    patch_hop_frames: int = 48
    context_frames: int = 0
    spectrum_power: int = 1
    preemphasis: float = 0.0
    preemphasis_rate_hz: int = 32_000

    @property
    def input_frames(self) -> int:
        """Frames that a model is given at once: a patch and its context."""
        return self.context_frames + self.patch_frames

    @property
    def silence(self) -> float:
        """What digital silence gives in every band."""
        return math.log(self.log_offset)

    @property
    def patch_samples(self) -> int:
        """Samples that one patch's frames reach over: the last frame sticks out by a window less a hop."""
        return (self.patch_frames - 1) * self.hop_samples + self.window_samples

    @property
    def patch_hop_samples(self) -> int:
        """Samples from one patch to the next."""
        return self.patch_hop_frames * self.hop_samples

    @property
    def patch_seconds(self) -> float:
        """Seconds from the first frame's start to where the next patch's frames would follow."""
        return self.patch_frames * self.hop_samples / self.sample_rate_hz

    def padded_samples(self, samples: int) -> int:
        """Length to which a recording is padded so that its last, partial window counts too."""
        window = self.patch_frames * self.hop_samples
        further = max(0, -(-(samples - window) // self.patch_hop_samples))
        return further * self.patch_hop_samples + self.patch_samples

    @property
    def patch_hop_seconds(self) -> float:
        """Seconds from one patch to the next."""
        return self.patch_hop_samples / self.sample_rate_hz


@dataclass(frozen=True, kw_only=True, slots=True)
class FalseAlarmRate:
    """How often a class was heard at a threshold where it was not, in a week of hard background sounds."""

    threshold: float
    per_week: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Model:
    """A model as its card describes it; the files are not opened yet.

    `files`: runtime → role → checked file, e.g. `files["ncnn"]["param"]`. `false_alarms`: rates of a class, by
    rising threshold; classes may be missing.
    """

    name: str
    version: str
    title: str
    labels: tuple[str, ...]
    background: str
    front_end: FrontEnd
    policies: Mapping[str, ClassPolicy]
    files: Mapping[str, Mapping[str, "ModelFile"]]
    false_alarms: Mapping[str, tuple[FalseAlarmRate, ...]] = field(default_factory=dict)

    @property
    def classes(self) -> tuple[str, ...]:
        """The labels that can be detected: all but the background."""
        return tuple(label for label in self.labels if label != self.background)


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelFile:
    """One file of a model and the checksum that its card gives."""

    path: Path
    sha256: str

    def checked(self) -> Path:
        """Return the path after comparing the file's checksum; raise `ModelError` if it differs.

        Runtimes are native code that may crash on a broken file, so nothing is loaded unchecked.
        """
        try:
            digest = hashlib.sha256(self.path.read_bytes()).hexdigest()
        except OSError as error:
            raise ModelError(
                f"the model's file {self.path.name} can't be read ({error.strerror}): install it again"
            ) from error
        if digest != self.sha256:
            raise ModelError(
                f"the model's file {self.path.name} is damaged or of another version "
                "(its checksum is not the one in card.json): install the model again"
            )
        return self.path


def load_model(name: str = DEFAULT_MODEL, folder: Path | None = None) -> Model:
    """Read the card of the model `name` in `folder` (default: the bundled models)."""
    models = folder or BUNDLED_MODELS
    if not name or Path(name).name != name:
        raise ModelError(
            f"{name!r} is not a model's name: give a folder's name inside {models.name}/"
        )
    card = models / name / CARD
    try:
        if card.stat().st_size > LARGEST_CARD_BYTES:
            raise ModelError(f"the card of model {name!r} is too large to be one: install it again")
        text = card.read_text(encoding="utf-8")
    except OSError as error:
        known = sorted(path.parent.name for path in models.glob(f"*/{CARD}"))
        raise ModelError(
            f"there is no model {name!r}; installed: {', '.join(known) or 'none'}"
        ) from error
    except UnicodeDecodeError as error:
        raise ModelError(f"the card of model {name!r} is no text: install it again") from error
    try:
        return _parse(json.loads(text), card.parent)
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise ModelError(
            f"the card of model {name!r} can't be used ({_reason(error)}): install the model again"
        ) from error


def _reason(error: Exception) -> str:
    """Say in words what is wrong with a card."""
    if isinstance(error, KeyError):
        return f"{error.args[0]!r} is missing"
    return str(error)


def _parse(card: Any, folder: Path) -> Model:
    """Build a model from a card's JSON; whatever is wrong raises KeyError, TypeError or ValueError."""
    if card["schema"] != SCHEMA:
        raise ValueError(f"its schema is {card['schema']!r}, this version reads {SCHEMA}")
    labels = tuple(_text(label) for label in card["labels"])
    background = _text(card["background"])
    if len(set(labels)) != len(labels) or len(labels) < 2:
        raise ValueError("labels must be two or more, each once")
    if background not in labels:
        raise ValueError(f"the background {background!r} is not among the labels")
    classes = [label for label in labels if label != background]
    return Model(
        name=_text(card["name"]),
        version=_text(card["version"]),
        title=_text(card["title"]),
        labels=labels,
        background=background,
        front_end=_front_end(card["front_end"]),
        policies={label: ClassPolicy(**card["decider"][label]) for label in classes},
        files={
            runtime: {role: _file(entry, folder) for role, entry in roles.items()}
            for runtime, roles in card["files"].items()
        },
        false_alarms={
            label: _rates(rows)
            for label, rows in card.get("false_alarms", {}).items()
            if label in classes
        },
    )


def _rates(rows: Sequence[Sequence[float]]) -> tuple[FalseAlarmRate, ...]:
    """Read a class's rows of threshold, alarms a week and their upper bound, by rising threshold."""
    rates = tuple(
        FalseAlarmRate(threshold=threshold, per_week=per_week) for threshold, per_week, *_ in rows
    )
    for rate in rates:
        if not (0 < rate.threshold <= 1 and 0 <= rate.per_week < math.inf):
            raise ValueError(
                f"a rate of false alarms can't be {rate.per_week!r} at {rate.threshold!r}"
            )
    if any(after.threshold <= before.threshold for before, after in itertools.pairwise(rates)):
        raise ValueError("the thresholds of the rates of false alarms should rise")
    return rates


def _text(value: Any) -> str:
    """Require a text that is not empty."""
    if not isinstance(value, str) or not value:
        raise ValueError(f"{value!r} should be a text")
    return value


def _front_end(card: Mapping[str, Any]) -> FrontEnd:
    """Read a front end and check that its numbers can work together."""
    numbers = dict(card)
    if (kind := numbers.pop("kind")) != "vggish":
        raise ValueError(f"the front end {kind!r} is unknown to this version")
    for key, value in numbers.items():
        if (
            isinstance(value, bool)
            or not isinstance(value, int | float)
            or not math.isfinite(value)
        ):
            raise ValueError(f"front_end.{key} should be a number, not {value!r}")
        if FrontEnd.__annotations__.get(key) is int and not isinstance(value, int):
            raise ValueError(f"front_end.{key} should be a whole number, not {value!r}")
    front_end = FrontEnd(**numbers)
    sizes_fit = (
        0 < front_end.hop_samples <= front_end.window_samples <= front_end.fft_size <= 65_536
    )
    frames_fit = 0 < front_end.patch_hop_frames <= front_end.patch_frames <= 10_000
    frames_fit &= 0 <= front_end.context_frames <= 10_000
    bands_fit = 0 < front_end.mel_bands <= 1_024 and front_end.log_offset > 0
    bands_fit &= front_end.spectrum_power in (1, 2) and 0 <= front_end.preemphasis < 1
    rates_fit = (
        0 <= front_end.mel_min_hz < front_end.mel_max_hz <= front_end.sample_rate_hz <= 192_000
        and front_end.sample_rate_hz <= front_end.preemphasis_rate_hz <= 192_000
    )
    if not (sizes_fit and frames_fit and bands_fit and rates_fit):
        raise ValueError("the front end's numbers don't fit together")
    return front_end


def _file(entry: Mapping[str, Any], folder: Path) -> ModelFile:
    """Read one file's entry; a name that leaves the model's folder is refused."""
    name = _text(entry["name"])
    if Path(name).name != name:
        raise ValueError(f"{name!r} is not a file's name")
    return ModelFile(path=folder / name, sha256=_text(entry["sha256"]))
