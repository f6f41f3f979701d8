"""Export a trained run: `python -m tools.export RUN_DIR --data CLIPS --out MODELS_FOLDER`.

Writes MODELS_FOLDER/NAME/ with the files of both runtimes and card.json. The network is calibrated on val,
the scores of both runtimes on real patches are held together, thresholds and confirmations are chosen on
streams of val, then val and test are measured. The folder is made beside its place and moved there when it
is whole, so a failed export leaves nothing behind. `--int8` adds a .tflite with 8-bit weights.

`--report FOLDER` also writes there what people read: recipe.toml and best.pt (to start another training
from), tables.md, metrics.json, confusion matrices, reliability and, unless left out by `--without`, how
the runtimes agree and what the model hears in streams.
"""

import argparse
import json
import sys
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from audio_guard_engine.card import BUNDLED_MODELS
from tools.data.corrections import list_facts
from tools.data.dataset import Clip, select
from tools.measures.int8_choice import with_int8
from tools.measures.model_exam import PARTS, Candidate, examine
from tools.measures.policy_choice import ChoiceSetting
from tools.measures.split_gaps import gap_notes, missing_side
from tools.networks.calibration import KINDS
from tools.networks.calibration_study import calibrate
from tools.reviewing.option import add_reviewed
from tools.runs.card_file import CardContent
from tools.runs.checkpoint import BEST, load_network
from tools.runs.model_folder import exam_text, write_model_folder
from tools.runs.model_making import ModelMaking
from tools.runs.new_folder import replaced_folder
from tools.runs.recipe import Recipe
from tools.runs.run_folder import recipe_place
from tools.runs.verb import ends_in_words
from tools.windows.pcm_store import PcmStore
from tools.windows.training_data import doubtful, evaluation_store, read_clips

MEASURED_SPLITS = ("val", "test")
CALIBRATION_FACTS = ("kind", "scale", "shift", "windows")


@dataclass(frozen=True, kw_only=True, slots=True)
class ExportPlan:
    """How a run is exported.

    `calibration`: a kind, else the head's own. `report`: the folder of what people read, without the parts
    of the exam in `left_out`.
    """

    data_name: str = "own recordings"
    notes: str = ""
    calibration: str | None = None
    choice: ChoiceSetting = field(default_factory=ChoiceSetting)
    int8: bool = False
    reviewed: Sequence[Path] = ()
    report: Path | None = None
    left_out: Collection[str] = ()


def export(
    run: Path, data: Path, out: Path, cache: Path, plan: ExportPlan
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Make the model's folder below `out`; return the tables of val and test, and all else measured."""
    recipe, network = load_network(run)
    clips = read_clips(recipe, data, plan.reviewed)
    stores = _stores(recipe, clips, cache)
    doubts = doubtful(recipe, stores["val"].clips, data)
    network, calibration = calibrate(recipe, network, stores, doubts, plan.calibration)
    training = _training_facts(run, recipe, plan)
    training["calibration"] = {name: calibration[name] for name in CALIBRATION_FACTS}
    out.mkdir(parents=True, exist_ok=True)
    with replaced_folder(out / recipe.name) as folder:
        card = CardContent(policies=recipe.decider, training=training)
        making = ModelMaking(
            recipe=recipe, folder=folder, card=card, stores=stores, doubtful=doubts
        )
        making.convert(network)
        small = making.shrink() if plan.int8 else None
        chosen = making.choose(plan.choice)
        tables = making.measure(clips, cache)
        exam = {"calibration": calibration, "choices": dict(chosen.facts)}
        model = making.model()
        if plan.report:
            model = with_int8(model, small) if small else model
            candidate = Candidate(
                model=model,
                stores=stores,
                train=partial(evaluation_store, recipe, clips, "train", cache),
                tables=tables,
                doubtful=doubts,
            )
            exam |= examine(candidate, plan.left_out)
            weights = [run / BEST, *([small] if small and small.parent != folder else [])]
            write_model_folder(plan.report, run, recipe, tables, exam, weights)
    return tables, exam


def _stores(recipe: Recipe, clips: list[Clip], cache: Path) -> dict[str, PcmStore]:
    """Return the sound of the splits that can be measured."""
    for note in gap_notes(clips, recipe.labels, recipe.background, MEASURED_SPLITS):
        print(f"note: {note}", file=sys.stderr)
    return {
        split: evaluation_store(recipe, clips, split, cache)
        for split in MEASURED_SPLITS
        if not missing_side(select(clips, split), recipe.background)
    }


def _training_facts(run: Path, recipe: Recipe, plan: ExportPlan) -> dict[str, Any]:
    facts = json.loads((run / "run.json").read_text())
    metrics = json.loads((run / "metrics.json").read_text())
    return {
        "data": plan.data_name,
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
        "thresholds": "chosen on streams of val's background on the lines "
        f"{', '.join(plan.choice.lines)}: the lowest from which on there are at most "
        f"{plan.choice.false_alarms_per_day:g} false alarms a day on the worst line; clips in which "
        "another model surely hears an event do not count",
        "notes": plan.notes,
        "reviewed": list_facts(plan.reviewed),
    }


def _plan(options: argparse.Namespace) -> ExportPlan:
    usual = ChoiceSetting()
    return ExportPlan(
        data_name=options.data_name,
        notes=options.notes,
        calibration=options.calibration,
        choice=ChoiceSetting(
            false_alarms_per_day=options.false_alarms_per_day,
            hours=options.hours,
            confirmations=() if options.keep_confirmation else usual.confirmations,
        ),
        int8=options.int8,
        reviewed=options.reviewed,
        report=options.report,
        left_out=options.without,
    )


def _parser() -> argparse.ArgumentParser:
    usual = ChoiceSetting()
    parser = argparse.ArgumentParser(
        prog="python -m tools.export",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("run", type=Path, help="run folder of python -m tools.train")
    parser.add_argument("--data", type=Path, required=True, help="catalogue CSV or folder of clips")
    parser.add_argument("--out", type=Path, default=BUNDLED_MODELS, help="folder of models")
    parser.add_argument("--report", type=Path, help="folder for metrics, tables and plots")
    parser.add_argument(
        "--without",
        action="append",
        choices=tuple(PARTS),
        default=[],
        help="leave a part out of the report; repeatable",
    )
    parser.add_argument("--cache", type=Path, default=Path("runs/cache"), help="features, reused")
    parser.add_argument(
        "--data-name", default="own recordings", help="what the card calls the data"
    )
    parser.add_argument("--notes", default="", help="what else the card should say of the training")
    parser.add_argument("--int8", action="store_true", help="add a file with 8-bit weights")
    parser.add_argument(
        "--calibration", choices=KINDS, help="default: temperature, of a sigmoid head vector"
    )
    parser.add_argument(
        "--false-alarms-per-day",
        type=float,
        default=usual.false_alarms_per_day,
        help="budget of each class on val, for thresholds (default: %(default)g, which 1.3 h of "
        "negatives can show as one)",
    )
    parser.add_argument(
        "--hours",
        type=float,
        default=usual.hours,
        help="hours of val's background per line at most (default: %(default)g)",
    )
    parser.add_argument(
        "--keep-confirmation",
        action="store_true",
        help="confirm detections as the recipe says, instead of choosing that on val too",
    )
    add_reviewed(parser)
    return parser


@ends_in_words("stopped; nothing was written")
def main(arguments: list[str] | None = None) -> int:
    """Run the command line."""
    options = _parser().parse_args(arguments)
    tables, exam = export(options.run, options.data, options.out, options.cache, _plan(options))
    print(exam_text(tables, exam))
    return 0


if __name__ == "__main__":
    sys.exit(main())
