"""Gather what a recipe learns from: clips, generated clips and their sound."""

import hashlib
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from tools import augmentation
from tools.data.corrections import correct, read_corrections, summary
from tools.data.dataset import Clip, read_dataset, require_every_label, select
from tools.data.suspects import read_teacher, without_suspects
from tools.runs.recipe import Recipe
from tools.windows.pcm_store import PcmStore, open_store
from tools.windows.takes import EvaluationTake, TrainingTakes

BACKGROUND_POOL = 400


def read_clips(recipe: Recipe, data: Path, reviewed: Sequence[Path] = ()) -> list[Clip]:
    """Read the data set and check that each label has clips to learn from and to choose by."""
    clips = read_reviewed(data, recipe.labels, reviewed)
    for split in ("train", "val"):
        require_every_label(clips, recipe.labels, split, data)
    return clips


def read_reviewed(data: Path, labels: Sequence[str], reviewed: Sequence[Path]) -> list[Clip]:
    """Read the data set as lists of what people decided about its clips and windows make it."""
    clips = read_dataset(data, labels)
    if not reviewed:
        return clips
    corrections = read_corrections(reviewed, clips, labels)
    corrected = correct(clips, corrections)
    print(summary(corrections, corrected), file=sys.stderr)
    return corrected


def trusted(recipe: Recipe, clips: list[Clip], data: Path) -> list[Clip]:
    """Return the clips without background clips in which the recipe's teacher hears an event.

    The teacher's list belongs to one data set; another data set has none, and keeps all its clips.
    """
    if not recipe.data.teacher:
        return clips
    teacher = (data if data.is_dir() else data.parent) / recipe.data.teacher
    if not teacher.exists():
        print(f"no {teacher.name} beside the clips: all background clips are kept", file=sys.stderr)
        return clips
    heard = read_teacher(teacher)
    return without_suspects(clips, recipe.background, heard, recipe.data.suspect)


def doubtful(recipe: Recipe, clips: list[Clip], data: Path) -> set[str]:
    """Name the clips in which a false alarm may be a true one: the teacher or a person hears an event."""
    sure = {clip.name for clip in trusted(recipe, clips, data) if not clip.dropped_seconds}
    return {clip.name for clip in clips} - sure


def training_clips(recipe: Recipe, clips: list[Clip], data: Path) -> list[Clip]:
    """Return the train clips without suspects, and the generated clips."""
    kept = trusted(recipe, select(clips, "train"), data)
    generated = [
        Clip(name=f"{generator}:{seed}", label=label, split="train", group=f"{generator}:{seed}")
        for generator, label, count in (
            ("alarm", "alarm", recipe.data.synthetic_alarms),
            ("siren", "alarm", recipe.data.synthetic_sirens),
            ("background", recipe.background, recipe.data.synthetic_backgrounds),
        )
        for seed in range(count)
    ]
    return kept + generated


def training_store(recipe: Recipe, clips: list[Clip], data: Path, cache: Path) -> PcmStore:
    """Return the augmented sound of the train split."""
    chosen = training_clips(recipe, clips, data)
    recorded = [clip for clip in chosen if clip.label == recipe.background and clip.path]
    # What people dropped from a background clip may be an event.
    pure = [clip for clip in recorded if not clip.dropped_seconds] or recorded
    picks = np.random.default_rng(recipe.seed).permutation(len(pure))[:BACKGROUND_POOL]
    takes_of = TrainingTakes(
        variants=recipe.data.variants,
        backgrounds=[pure[i] for i in sorted(picks)],
        background_label=recipe.background,
        gate_db=recipe.data.gate_db,
        seed=recipe.seed,
    )
    settings = f"train {recipe.seed} {recipe.data} {augmentation_hash()}"
    return _reported(open_store(cache, chosen, takes_of, settings, title="train clips"))


def augmentation_hash() -> str:
    """Return a hash of the code that changes clips, since what it made is kept."""
    digest = hashlib.sha256()
    for module in sorted(Path(augmentation.__path__[0]).glob("*.py")):
        digest.update(module.read_bytes())
    return digest.hexdigest()[:16]


def evaluation_store(recipe: Recipe, clips: list[Clip], split: str, cache: Path) -> PcmStore:
    """Return the sound of a split as the engine would hear it."""
    take = EvaluationTake(background_label=recipe.background, gate_db=recipe.data.gate_db)
    settings = f"evaluation {take}"
    return _reported(
        open_store(cache, select(clips, split), take, settings, title=f"{split} clips")
    )


def _reported(store: PcmStore) -> PcmStore:
    for failure in store.failures:
        print(f"left out: {failure}", file=sys.stderr)
    return store
