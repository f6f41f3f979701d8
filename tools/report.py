"""Report on a run: `python -m tools.report runs/a --data CLIPS`, then open runs/a/report/report.html.

Scores val and test of CLIPS with the run's network and writes runs/a/report/: report.md and the same
as report.html, their pictures (training curves, confusion matrices, ROC curves, thresholds, confidence,
spectrograms) and metrics.json with all figures. An older report there is replaced.

`--model mobile --out FOLDER` reports on an exported model instead, as the engine runs it.
"""

import argparse
import copy
import json
import sys
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch

from audio_guard_engine.card import BUNDLED_MODELS, load_model
from audio_guard_engine.scorer import Runtime, load_scorer
from tools.data.corrections import list_facts
from tools.data.dataset import SPLITS, data_hash
from tools.measures.model_report import engine_score
from tools.measures.run_figures import Subject, run_figures, score_splits
from tools.measures.run_pictures import draw_pictures
from tools.networks.device import choose_device
from tools.networks.trainer import TorchScorer
from tools.reviewing.option import add_reviewed
from tools.runs.checkpoint import load_network
from tools.runs.new_folder import new_folder, replaced_folder
from tools.runs.recipe import read_recipe
from tools.runs.report_pages import write_pages
from tools.runs.run_folder import ROOT, recipe_place, write_json
from tools.runs.verb import ends_in_words
from tools.windows.training_data import read_reviewed

MEASURED_SPLITS = ("val", "test")
OTHER_DATA = (
    "The data is not as it was when this was trained, or other lists are followed: what is val or test "
    "here may have been learned from."
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Origin:
    """How a subject was made: facts, a row per epoch if they are known, what its thresholds are."""

    facts: Mapping[str, Any]
    epochs: Sequence[dict[str, Any]]
    thresholds: str


def write_run_report(
    run: Path,
    data: Path,
    cache: Path,
    splits: Sequence[str] = MEASURED_SPLITS,
    reviewed: Sequence[Path] = (),
) -> dict[str, Any]:
    """Write RUN/report/ and return its figures; `reviewed` are lists of what people decided."""
    recipe, network = load_network(run)
    subject = Subject(
        recipe=recipe,
        score=TorchScorer(copy.deepcopy(network).to(choose_device()), recipe),
        timed_score=TorchScorer(network, recipe),
        timed_on=f"PyTorch {torch.__version__}",
    )
    origin = Origin(
        facts={"run": run.name} | json.loads((run / "run.json").read_text(encoding="utf-8")),
        epochs=json.loads((run / "metrics.json").read_text(encoding="utf-8"))["epochs"],
        thresholds="the thresholds that the recipe starts with; export chooses them on val",
    )
    folder = replaced_folder(run / "report")
    return _write_report(subject, origin, data, cache, splits, reviewed, folder)


def write_model_report(
    name: str,
    models: Path,
    recipe_path: Path,
    out: Path,
    data: Path,
    cache: Path,
    splits: Sequence[str] = MEASURED_SPLITS,
    reviewed: Sequence[Path] = (),
) -> dict[str, Any]:
    """Write a report on an exported model to a new folder and return its figures."""
    model, recipe = load_model(name, models), read_recipe(recipe_path)
    score = engine_score(load_scorer(model, Runtime.NCNN))
    subject = Subject(
        recipe=replace(
            recipe,
            labels=model.labels,
            background=model.background,
            front_end=model.front_end,
            decider=model.policies,
        ),
        score=score,
        timed_score=score,
        timed_on="the engine's ncnn",
    )
    card = json.loads((models / name / "card.json").read_text(encoding="utf-8"))
    origin = Origin(facts=card["training"], epochs=(), thresholds="the thresholds of its card")
    return _write_report(subject, origin, data, cache, splits, reviewed, new_folder(out))


def _write_report(
    subject: Subject,
    origin: Origin,
    data: Path,
    cache: Path,
    splits: Sequence[str],
    reviewed: Sequence[Path],
    folder: AbstractContextManager[Path],
) -> dict[str, Any]:
    recipe = subject.recipe
    clips = read_reviewed(data, recipe.labels, reviewed)
    scored = score_splits(subject, clips, splits, cache)
    measured_on = {
        "data": data.name,
        "data_hash": data_hash(clips),
        "reviewed": list_facts(reviewed),
    }
    figures = {
        "name": recipe.name,
        "title": recipe.title,
        "facts": dict(origin.facts),
        "measured_on": measured_on,
        "epochs": list(origin.epochs),
        **run_figures(subject, clips, splits, scored),
    }
    if origin.facts.get("data_hash") not in (None, measured_on["data_hash"]):
        figures["notes"].append(OTHER_DATA)
    with folder as made:
        draw_pictures(figures, scored, recipe, origin.epochs, made)
        write_json(made / "metrics.json", figures)
        write_pages(figures, recipe, origin.thresholds, made)
    return figures


def _report(options: argparse.Namespace) -> Path:
    """Write what the command line asks for and return the report's folder."""
    splits = options.split or MEASURED_SPLITS
    if options.run:
        folder: Path = options.run / "report"
        figures = write_run_report(
            options.run, options.data, options.cache, splits, options.reviewed
        )
    else:
        folder = options.out
        figures = write_model_report(
            options.model,
            options.models,
            options.recipe or ROOT / recipe_place(options.model),
            folder,
            options.data,
            options.cache,
            splits,
            options.reviewed,
        )
    for note in figures["notes"]:
        print(f"note: {note}", file=sys.stderr)
    return folder


@ends_in_words("stopped; nothing was written")
def main(arguments: list[str] | None = None) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.report",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("run", type=Path, nargs="?", help="run folder of python -m tools.train")
    parser.add_argument("--data", type=Path, required=True, help="catalogue CSV or folder of clips")
    parser.add_argument("--split", choices=SPLITS, action="append", help="default: val and test")
    add_reviewed(parser)
    parser.add_argument("--cache", type=Path, default=Path("runs/cache"), help="clips, reused")
    parser.add_argument("--model", help="name of an exported model, instead of a run")
    parser.add_argument("--models", type=Path, default=BUNDLED_MODELS, help="folder of models")
    parser.add_argument("--recipe", type=Path, help="default: the model's own in models/")
    parser.add_argument("--out", type=Path, help="folder to make for the report on a model")
    options = parser.parse_args(arguments)
    if bool(options.run) == bool(options.model):
        parser.error("give a run folder, or --model and --out")
    if options.model and not options.out:
        parser.error("--model needs --out, the folder to make")
    folder = _report(options)
    print(f"open {folder / 'report.html'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
