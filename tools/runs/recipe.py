"""Read a recipe: the TOML file that says all of how a model is made."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from audio_guard_engine.card import FrontEnd
from audio_guard_engine.decide import ClassPolicy
from tools.errors import ToolError
from tools.networks.network_recipe import NetworkRecipe, read_network
from tools.runs.toml_file import parse_toml, read_toml_text

HEADS = ("softmax", "sigmoid")
TRAINING_CHOICES = {
    "optimizer": ("adamw", "adam"),
    "schedule": ("one_cycle", "constant"),
    "sampling": ("even", "natural"),
}


class RecipeError(ToolError):
    """A recipe that cannot be used; the message names the file and what to change."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DataRecipe:
    """What is learned from, besides the data set.

    `variants`: how many augmented copies of each clip of a label. `synthetic_*`: how many generated
    clips. `gate_db`: windows of an event clip count as its label when within this of the loudest.
    `teacher`: a CSV beside the catalogue with what another model heard in each clip; clips of the
    background in which it hears a class of `suspect` at least as surely as given are left out.
    """

    variants: Mapping[str, int]
    synthetic_alarms: int = 0
    synthetic_sirens: int = 0
    synthetic_backgrounds: int = 0
    gate_db: float = 20.0
    teacher: str = ""
    suspect: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class TrainingRecipe:
    """How the weights are fitted.

    `optimizer`: adamw or adam. `schedule`: one_cycle (the rate rises, then falls to zero) or constant.
    `sampling`: even (the background has its `background_share`, events share the rest) or natural
    (each label is drawn as often as its windows come). `class_weights`: weigh the loss of a label by
    how rarely it is drawn. `average_decay`: 0 takes the last weights instead of their average.
    `encoder_rate_share`: the encoder's learning rate as a share of the rest's, for one that is pretrained.
    `clean_share`: how often a drawn clip is as it is; 0 as often as each of its augmented copies.
    `changed_share`: how many patches of a batch are augmented once more.
    """

    epochs: int
    windows_per_epoch: int
    batch: int = 128
    learning_rate: float = 1e-3
    weight_decay: float = 1e-4
    label_smoothing: float = 0.02
    mixup_share: float = 0.1
    background_share: float = 0.45
    average_decay: float = 0.999
    patience_epochs: int = 10
    optimizer: str = "adamw"
    schedule: str = "one_cycle"
    sampling: str = "even"
    class_weights: bool = False
    encoder_rate_share: float = 1.0
    clean_share: float = 0.0
    changed_share: float = 1.0

    def __post_init__(self) -> None:
        for option, choices in TRAINING_CHOICES.items():
            if (chosen := getattr(self, option)) not in choices:
                raise ValueError(
                    f"training.{option} {chosen!r} is unknown: choose {' or '.join(choices)}"
                )


@dataclass(frozen=True, kw_only=True, slots=True)
class Recipe:
    """A whole recipe; `text` is the file as it was read, for the run folder.

    `head`: softmax (one of the labels is true) or sigmoid (each is true or not by itself).
    """

    name: str
    version: str
    title: str
    license: str
    seed: int
    labels: tuple[str, ...]
    background: str
    front_end: FrontEnd
    data: DataRecipe
    network: NetworkRecipe
    training: TrainingRecipe
    decider: Mapping[str, ClassPolicy]
    head: str
    text: str

    @property
    def events(self) -> tuple[str, ...]:
        """Return the labels that can be detected."""
        return tuple(label for label in self.labels if label != self.background)


def read_recipe(path: Path) -> Recipe:
    """Read and check a recipe; the thresholds in it are starting points, chosen anew on val."""
    return parse_recipe(read_toml_text(path, RecipeError), path)


def parse_recipe(text: str, place: Path) -> Recipe:
    """Check a recipe's text; what is wrong is said of `place`."""
    table = parse_toml(text, place, RecipeError)
    try:
        return _recipe(table, text)
    except KeyError as error:
        raise RecipeError(f"{place}: {error.args[0]} is missing") from error
    except (TypeError, ValueError) as error:
        raise RecipeError(f"{place}: {error}") from error


def _front_end(table: dict[str, Any]) -> FrontEnd:
    """Read the table `[front_end]`; windows and hops are alike for all, or figures could not be compared."""
    front_end, common = FrontEnd(**table), FrontEnd()
    for name in (
        "sample_rate_hz",
        "window_samples",
        "hop_samples",
        "patch_frames",
        "patch_hop_frames",
    ):
        if getattr(front_end, name) != getattr(common, name):
            raise ValueError(f"front_end.{name} has to stay {getattr(common, name)}")
    if front_end.context_frames % front_end.patch_hop_frames:
        raise ValueError(
            f"front_end.context_frames: give whole hops of {front_end.patch_hop_frames}"
        )
    return front_end


def _tables(table: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return those of a recipe's fields that have to be tables."""
    names = ("front_end", "data", "network", "training", "decider")
    tables = {name: table[name] for name in names if name in table}
    for name, value in tables.items():
        if not isinstance(value, dict):
            raise TypeError(f"{name} should be a table, not {value!r}")
    return tables


def _recipe(table: dict[str, Any], text: str) -> Recipe:
    tables = _tables(table)
    recipe = Recipe(
        name=table["name"],
        version=table["version"],
        title=table["title"],
        license=table["license"],
        seed=table["seed"],
        labels=tuple(table["labels"]),
        background=table["background"],
        front_end=_front_end(tables.get("front_end", {})),
        data=DataRecipe(**tables["data"]),
        network=read_network(tables["network"]),
        training=TrainingRecipe(**tables["training"]),
        decider={label: ClassPolicy(**policy) for label, policy in tables["decider"].items()},
        head=table.get("head", "softmax"),
        text=text,
    )
    if recipe.head not in HEADS:
        raise ValueError(f"head {recipe.head!r} is unknown: choose {' or '.join(HEADS)}")
    if recipe.background not in recipe.labels:
        raise ValueError(f"background {recipe.background!r} is not among the labels")
    if missing := [label for label in recipe.events if label not in recipe.decider]:
        raise ValueError(f"[decider.{missing[0]}] is missing")
    return recipe
