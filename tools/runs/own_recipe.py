"""Fill in the template of a recipe with the classes of somebody's own clips."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError

from tools.data.dataset import Clip, DatasetError, read_dataset, require_every_label
from tools.data.recordings import read_source
from tools.runs.recipe import DataRecipe, Recipe, RecipeError, parse_recipe
from tools.runs.run_folder import ROOT
from tools.windows.features import FRONT_END, frame_count, load_pcm, loud, window_energy

FEW_CLIPS = ROOT / "models" / "templates" / "few_clips.toml.j2"
FROM_SHIPPED = ROOT / "models" / "templates" / "from_shipped.toml.j2"
BACKGROUND = "others"
GATE_DB = DataRecipe(variants={}).gate_db
# A class gets copies of its clips until there are about so many takes, but few clips can't be told
# apart from their copies: more than so many of each add time and nothing else.
TAKES = 150
MOST_VARIANTS = 24
# Enough to know how long a sound lasts.
MOST_HEARD = 40


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnClass:
    """What a template is told of a class.

    `variants`: how many augmented copies of each clip make up for how few there are. `windows`: how many
    windows are loud in the middle one of its train clips; 0 for the background.
    """

    label: str
    variants: int
    windows: int


def is_template(path: Path) -> bool:
    """Tell a template from a whole recipe."""
    return path.suffix == ".j2"


def own_recipe(template: Path, data: Path, name: str) -> Recipe:
    """Return the recipe that a template makes for the classes of a data set.

    Raise DatasetError when these can't be learned, RecipeError when the template can't be used.
    """
    classes = own_classes(data)
    pages = Environment(
        loader=FileSystemLoader(template.parent),
        autoescape=False,  # noqa: S701  TOML is no HTML; texts are quoted as JSON is
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    try:
        text = pages.get_template(template.name).render(
            name=name, classes=classes, background=BACKGROUND, gate_db=GATE_DB
        )
    except (TemplateError, OSError) as error:
        raise RecipeError(f"{template}: cannot be filled in ({error})") from error
    return parse_recipe(text, template)


def own_classes(data: Path) -> list[OwnClass]:
    """Return the classes of a data set; raise when they are not some events and the background."""
    labels = read_source(data).labels
    _require_sides(data, labels)
    clips = read_dataset(data, labels)
    for split in ("train", "val"):
        require_every_label(clips, labels, split, data)
    train = [clip for clip in clips if clip.split == "train"]
    return [_own_class(label, [clip for clip in train if clip.label == label]) for label in labels]


def _require_sides(data: Path, labels: Sequence[str]) -> None:
    if BACKGROUND not in labels:
        raise DatasetError(
            f"{data / BACKGROUND}: no such class (there is {', '.join(labels)}); add recordings of what "
            "the microphone hears all day, rooms, talk, television, rain: without them a model takes "
            "everything for an event"
        )
    if len(labels) == 1:
        raise DatasetError(
            f"{data}: holds nothing but {BACKGROUND}; add a class with recordings of what to hear"
        )


def _own_class(label: str, clips: Sequence[Clip]) -> OwnClass:
    return OwnClass(
        label=label,
        variants=max(1, min(MOST_VARIANTS, round(TAKES / len(clips)) - 1)),
        windows=0 if label == BACKGROUND else _middle_loud_windows(clips[:MOST_HEARD]),
    )


def _middle_loud_windows(clips: Sequence[Clip]) -> int:
    """Return how many windows of a clip are loud, in the median; training names clips without audio."""
    counts, failure = [], None
    for clip in clips:
        try:
            counts.append(_loud_windows(clip))
        except DatasetError as error:
            failure = failure or error
    if not counts and failure:
        raise failure
    return int(statistics.median_low(counts))


def _loud_windows(clip: Clip) -> int:
    pcm = load_pcm(clip)
    energy = window_energy(pcm, frame_count(pcm))[:: FRONT_END.patch_hop_frames]
    return int(loud(energy, GATE_DB).sum())
