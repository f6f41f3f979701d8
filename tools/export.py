"""Export a trained run: `python -m tools.export RUN_DIR --data CLIPS --out MODELS_FOLDER`.

Writes MODELS_FOLDER/NAME/ with the files of both runtimes and card.json. Their scores on real patches
of val are held together, thresholds are chosen on val, then val and test are measured. The folder is
made beside its place and moved there when it is whole, so a failed export leaves nothing behind.
`--report FOLDER` also writes recipe.toml, metrics.json, tables.md and confusion matrices there.
"""

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from audio_guard_engine.card import BUNDLED_MODELS, load_model
from audio_guard_engine.errors import EngineError
from audio_guard_engine.logmel import frames
from audio_guard_engine.scorer import Runtime, load_scorer
from tools.data.corrections import list_facts
from tools.data.dataset import Clip, DatasetError
from tools.measures.alerts import choose_policies
from tools.measures.model_report import engine_score, measure, summary, tables_text
from tools.measures.plots import draw_confusion
from tools.measures.window_tables import of_clips, score_store
from tools.networks.convert import ConvertError, write_litert, write_ncnn
from tools.reviewing.option import add_reviewed
from tools.runs.card_file import write_card
from tools.runs.checkpoint import load_network
from tools.runs.recipe import Recipe, RecipeError
from tools.runs.run_folder import RunFolderError, recipe_place, write_json
from tools.windows.pcm_store import FULL_SCALE, PcmStore
from tools.windows.training_data import evaluation_store, read_clips, trusted

LARGEST_DIFFERENCE = 1e-3
PARITY_PATCHES = 256


def export(
    run: Path,
    data: Path,
    out: Path,
    cache: Path,
    *,
    data_name: str,
    notes: str = "",
    false_alarms_per_hour: float = 3.0,
    reviewed: Sequence[Path] = (),
) -> tuple[Recipe, dict[str, Any]]:
    """Make the model's folder below `out`; return the recipe and the figures of val and test."""
    recipe, network = load_network(run)
    clips = read_clips(recipe, data, reviewed)
    val = evaluation_store(recipe, clips, "val", cache)
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".exporting-", dir=out) as scratch:
        folder = Path(scratch) / recipe.name
        folder.mkdir()
        write_ncnn(network, recipe, folder / recipe.name)
        write_litert(network, recipe, folder / f"{recipe.name}.tflite")
        training = _training_facts(run, recipe, data_name, notes, false_alarms_per_hour)
        training["reviewed"] = list_facts(reviewed)
        write_card(folder, recipe, recipe.decider, training, {})
        training["largest_difference_of_runtimes"] = check_parity(folder, val)
        sure = {clip.name for clip in trusted(recipe, val.clips, data)}
        recipe = _with_chosen_thresholds(recipe, folder, val, sure, false_alarms_per_hour)
        write_card(folder, recipe, recipe.decider, training, {})
        figures = _measure(recipe, folder, clips, cache)
        metrics = {split: summary(of) for split, of in figures.items()}
        write_card(folder, recipe, recipe.decider, training, metrics)
        _replace_folder(folder, out / recipe.name)
    return recipe, figures


def check_parity(folder: Path, store: PcmStore) -> float:
    """Return the largest difference between the runtimes on real patches; raise if it is too large."""
    model = load_model(folder.name, folder.parent)
    rng = np.random.default_rng(0)
    takes = rng.choice(len(store.clip), PARITY_PATCHES)
    heard = np.stack([store.window(int(take), 0, model.front_end) for take in takes])
    patches = frames(heard.astype(np.float32) / np.float32(FULL_SCALE), model.front_end)
    silence = np.full_like(patches[:1], model.front_end.silence)
    patches = np.concatenate((patches, silence))
    ncnn, litert = (
        engine_score(load_scorer(model, runtime))(patches)
        for runtime in (Runtime.NCNN, Runtime.LITERT)
    )
    difference = float(np.abs(ncnn - litert).max())
    if not difference <= LARGEST_DIFFERENCE:
        raise ConvertError(f"ncnn and LiteRT differ by {difference:.2g}: the export is not usable")
    return difference


def _with_chosen_thresholds(
    recipe: Recipe, folder: Path, val: PcmStore, sure: set[str], false_alarms_per_hour: float
) -> Recipe:
    """Choose by the clips named in `sure`: a siren in a background clip is no false alarm."""
    model = load_model(folder.name, folder.parent)
    score = engine_score(load_scorer(model, Runtime.NCNN))
    windows = score_store(val, recipe.labels, score, recipe.front_end)
    windows = of_clips(windows, np.array([clip.name in sure for clip in val.clips]))
    policies = choose_policies(
        windows, recipe.labels, recipe.background, recipe.decider, false_alarms_per_hour
    )
    return replace(recipe, decider=policies)


def _measure(recipe: Recipe, folder: Path, clips: list[Clip], cache: Path) -> dict[str, Any]:
    model = load_model(folder.name, folder.parent)
    return measure(model, recipe, clips, ("val", "test"), cache)


def _training_facts(
    run: Path, recipe: Recipe, data_name: str, notes: str, budget: float
) -> dict[str, Any]:
    facts = json.loads((run / "run.json").read_text())
    metrics = json.loads((run / "metrics.json").read_text())
    return {
        "data": data_name,
        "clips": facts["clips"],
        "recipe": recipe_place(recipe.name).as_posix(),
        "commit": facts["commit"],
        "seed": recipe.seed,
        "weights": facts["weights"],
        "torch": facts["torch"],
        "started_from": facts["started_from"],
        "epochs": len(metrics["epochs"]),
        "best_epoch": metrics["best_epoch"],
        "minutes": round(sum(row["seconds"] for row in metrics["epochs"]) / 60, 1),
        "thresholds": f"chosen on val: from 0.5 to 0.95 the smallest with at most {budget:g} false "
        "alarms an hour in background clips, else 0.95; clips in which another model surely hears "
        "an event do not count",
        "notes": notes,
    }


def _replace_folder(made: Path, place: Path) -> None:
    """Move a whole folder into place; an older model there is set aside first, then removed."""
    aside = made.parent / "older"
    if place.exists():
        place.rename(aside)
    made.rename(place)
    shutil.rmtree(aside, ignore_errors=True)


def write_report(folder: Path, run: Path, recipe: Recipe, figures: dict[str, Any]) -> None:
    """Write what people read about the model."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "recipe.toml").write_text(recipe.text, encoding="utf-8")
    (folder / "tables.md").write_text(tables_text(figures) + "\n", encoding="utf-8")
    write_json(folder / "metrics.json", figures)
    for split, of in figures.items():
        title = f"{recipe.name}, {split}, paper mix"
        draw_confusion(of["paper_mix"], recipe.labels, title, folder / f"confusion-{split}.png")
    if (run / "curves.png").is_file():
        shutil.copyfile(run / "curves.png", folder / "curves.png")


def main(arguments: list[str] | None = None) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.export",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("run", type=Path, help="run folder of python -m tools.train")
    parser.add_argument("--data", type=Path, required=True, help="catalogue CSV or folder of clips")
    parser.add_argument("--out", type=Path, default=BUNDLED_MODELS, help="folder of models")
    parser.add_argument("--report", type=Path, help="folder for metrics, tables and plots")
    parser.add_argument("--cache", type=Path, default=Path("runs/cache"), help="features, reused")
    parser.add_argument(
        "--data-name", default="own recordings", help="what the card calls the data"
    )
    parser.add_argument("--notes", default="", help="what else the card should say of the training")
    parser.add_argument(
        "--false-alarms-per-hour", type=float, default=3.0, help="budget on val, for thresholds"
    )
    add_reviewed(parser)
    options = parser.parse_args(arguments)
    try:
        recipe, figures = export(
            options.run,
            options.data,
            options.out,
            options.cache,
            data_name=options.data_name,
            notes=options.notes,
            false_alarms_per_hour=options.false_alarms_per_hour,
            reviewed=options.reviewed,
        )
        if options.report:
            write_report(options.report, options.run, recipe, figures)
    except (ConvertError, DatasetError, EngineError, RecipeError, RunFolderError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(tables_text(figures))
    return 0


if __name__ == "__main__":
    sys.exit(main())
