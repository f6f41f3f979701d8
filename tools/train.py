"""Train a network: `python -m tools.train --data CLIPS --out runs/mine`.

CLIPS is a catalogue CSV, the folder that holds it, or a folder with one sub-folder per class, one of them
`others`. Without `--recipe` one is made for these classes from models/templates/few_clips.toml.j2, which
needs `python -m tools.fetch mn04` once; models/templates/from_scratch.toml.j2 needs nothing and errs more.
`--init models/mobile` begins with the model that ships and needs nothing either.
`--recipe models/recipes/compact.toml` trains for the classes that the recipe names. On a laptop add
`--epochs 2 --windows 2000` for a first try in minutes.

The run folder gets recipe.toml, `run.json`, `metrics.json`, `curves.png`, `best.pt` and, at the end, a report
(python -m tools.report). Ctrl-C stops early and keeps the best weights; `python -m tools.train --resume
--data CLIPS --out runs/mine` goes on from the last whole epoch.
"""

import argparse
import copy
import json
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from tools.data.corrections import list_facts
from tools.data.dataset import Clip, data_hash
from tools.errors import MENDABLE
from tools.measures.plots import draw_curves
from tools.networks.clip_lesson import ClipLesson
from tools.networks.head_lesson import read_lesson, require_encoder
from tools.networks.network import weight_count
from tools.networks.network_kinds import require_weights
from tools.networks.trainer import EpochFigures, Lesson, Trainer
from tools.report import write_run_report
from tools.reviewing.option import add_reviewed
from tools.runs.checkpoint import (
    Standing,
    forget_last,
    load_last,
    load_network,
    save_best,
    save_last,
)
from tools.runs.own_recipe import FEW_CLIPS, FROM_SHIPPED, is_template, own_recipe
from tools.runs.recipe import Recipe, read_recipe
from tools.runs.run_folder import (
    METRICS,
    ROOT,
    RunFolderError,
    create_run_folder,
    learned_or_removed,
    require_no_run,
    write_json,
)
from tools.runs.whole_file import whole_file
from tools.windows.training_data import evaluation_store, read_clips, training_store


def train(
    recipe: Recipe,
    data: Path,
    out: Path,
    cache: Path,
    *,
    changes: Mapping[str, int] | None = None,
    start: Path | None = None,
    resume: bool = False,
    reviewed: Sequence[Path] = (),
    vectors: Path | None = None,
    go_on: Callable[[dict[str, Any]], bool] = lambda _: True,
) -> bool:
    """Train until the epochs are over, validation stands still or Ctrl-C; keep the best weights.

    Return whether the training is finished: False after Ctrl-C.

    `changes` overrule the recipe's table `[training]`. `start` is a run folder whose weights to begin
    with. `resume` goes on with the unfinished training in `out`. `reviewed` are lists of what people
    decided about the clips. `vectors` is a folder of python -m tools.embed to teach the classifier by.
    `go_on` is given the figures of each epoch, and ends the training by returning False.
    """
    recipe = replace(recipe, training=replace(recipe.training, **(changes or {})))
    require_weights(recipe)
    if not resume:
        require_no_run(out)
    clips = read_clips(recipe, data, reviewed)
    lesson = _lesson(recipe, clips, data, cache, vectors)
    trainer = Trainer(recipe, lesson)
    hashed = data_hash(clips)
    standing = Standing()
    if resume:
        standing = _resume(trainer, out, hashed, lesson.taught_by)
    elif start:
        begun, network = load_network(start)
        trainer.start_from(network, start.name, begun.labels)
    trainer.require_encoder()
    if vectors:
        require_encoder(recipe, trainer.network, vectors)
    facts = {
        "changes": dict(changes or {}),
        "started_from": trainer.started_from,
        "taught_by": lesson.taught_by,
        "data": str(data.name),
        "data_hash": hashed,
        "reviewed": list_facts(reviewed),
        "clips": {split: sum(c.split == split for c in clips) for split in ("train", "val")},
        "left_out": lesson.left_out,
        "weights": weight_count(trainer.network),
        "torch": torch.__version__,
    }
    with learned_or_removed(out):
        if not resume:
            create_run_folder(out, recipe, facts)
        try:
            _epochs(trainer, recipe, lesson, out, standing, go_on)
            forget_last(out)
            finished = True
        except KeyboardInterrupt:
            if not standing.rows:
                raise
            finished = False
            print(
                f"stopped after {len(standing.rows)} epochs; the best weights are kept, and "
                f"--resume --out {out} goes on",
                file=sys.stderr,
            )
    with whole_file(out / "curves.png") as part:
        draw_curves(standing.rows, part)
    return finished


def _lesson(
    recipe: Recipe, clips: list[Clip], data: Path, cache: Path, vectors: Path | None
) -> Lesson:
    if vectors:
        return read_lesson(recipe, clips, data, vectors)
    val = evaluation_store(recipe, clips, "val", cache)
    return ClipLesson(recipe, training_store(recipe, clips, data, cache), val)


def _resume(trainer: Trainer, out: Path, hashed: str, taught_by: str) -> Standing:
    """Put the trainer where it was; refuse when the data has changed since."""
    state, standing = load_last(out)
    facts = json.loads((out / "run.json").read_text())
    if (before := facts.get("taught_by", ClipLesson.taught_by)) != taught_by:
        raise RunFolderError(
            f"{out}: is taught by {before}; resume it with --vectors or without it, as it began"
        )
    if facts["data_hash"] != hashed:
        raise RunFolderError(
            f"{out}: its data has changed since, or other lists are given to --reviewed; train anew "
            f"into another --out, with --start {out} to begin with its weights"
        )
    # What is not taught, an encoder that vectors were made with, is kept with the best weights alone.
    trainer.start_from(load_network(out)[1], out.name)
    trainer.restore(state)
    return standing


def _epochs(
    trainer: Trainer,
    recipe: Recipe,
    lesson: Lesson,
    out: Path,
    standing: Standing,
    go_on: Callable[[dict[str, Any]], bool],
) -> None:
    averaged = copy.deepcopy(trainer.network)
    for epoch in range(len(standing.rows) + 1, recipe.training.epochs + 1):
        started = time.monotonic()
        figures = trainer.run_epoch()
        state = trainer.averaged_state()
        averaged.load_state_dict(state)
        tables = lesson.judge(averaged)
        row = _row(epoch, figures, tables, time.monotonic() - started)
        print("  ".join(f"{name} {value}" for name, value in row.items()), flush=True)
        if standing.is_best(row):
            standing.best_epoch = epoch
            save_best(out, state, epoch)
            write_json(out / "val.json", tables)
        rows = [*standing.rows, row]
        write_json(out / METRICS, {"best_epoch": standing.best_epoch, "epochs": rows})
        standing.rows.append(row)
        save_last(out, trainer.state(), standing)
        if epoch - standing.best_epoch >= recipe.training.patience_epochs:
            print(f"no better for {epoch - standing.best_epoch} epochs: stopping")
            return
        if not go_on(row):
            return


def _row(epoch: int, train: EpochFigures, tables: dict[str, Any], seconds: float) -> dict[str, Any]:
    """Return an epoch's figures; `figure` is what the best epoch is chosen by."""
    mix, everything = tables["paper_mix"], tables["all_windows"]
    figures = (mix["macro"]["recall"], mix["macro"]["precision"], everything["macro"]["precision"])
    return {
        "epoch": epoch,
        "loss": round(train.loss, 4),
        "train_accuracy": round(train.accuracy, 4),
        "val_loss": mix["loss"],
        "accuracy": mix["micro"]["accuracy"],
        "precision": mix["macro"]["precision"],
        "recall": mix["macro"]["recall"],
        "precision_all": everything["macro"]["precision"],
        "figure": round(float(np.mean(figures)), 4),
        "seconds": round(seconds, 1),
    }


def _recipe(options: argparse.Namespace) -> Recipe:
    """Return the recipe that is given, that of the run to resume, or one for the classes of the clips."""
    own = FROM_SHIPPED if options.init else FEW_CLIPS
    chosen: Path = options.out / "recipe.toml" if options.resume else options.recipe or own
    if is_template(chosen):
        return own_recipe(chosen, options.data, options.out.resolve().name)
    return read_recipe(chosen)


def main(arguments: list[str] | None = None) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.train",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--recipe",
        type=Path,
        help="TOML file of the recipe, or a template (.j2) to fill in with the classes of the clips "
        f"(default: {FEW_CLIPS.relative_to(ROOT)})",
    )
    parser.add_argument("--data", type=Path, required=True, help="catalogue CSV or folder of clips")
    parser.add_argument("--out", type=Path, required=True, help="run folder to make")
    parser.add_argument("--cache", type=Path, default=Path("runs/cache"), help="clips, reused")
    add_reviewed(parser)
    begin = parser.add_mutually_exclusive_group()
    begin.add_argument("--start", type=Path, help="run folder whose weights to start from")
    begin.add_argument(
        "--init",
        type=Path,
        metavar="MODEL",
        help="folder of the model that ships, models/mobile: teach it further; without --recipe one is made from "
        f"{FROM_SHIPPED.relative_to(ROOT)}",
    )
    parser.add_argument(
        "--vectors", type=Path, help="folder of python -m tools.embed to learn from"
    )
    parser.add_argument("--resume", action="store_true", help="go on with the training in --out")
    parser.add_argument("--epochs", type=int, help="instead of the recipe's")
    parser.add_argument("--windows", type=int, help="windows per epoch instead of the recipe's")
    parser.add_argument(
        "--no-report", dest="report", action="store_false", help="leave the report out"
    )
    parser.add_argument("--threads", type=int, default=0, help="CPU threads (default: all)")
    options = parser.parse_args(arguments)
    if options.resume and options.recipe:
        parser.error("--resume goes on by the recipe in --out; leave --recipe out")
    if options.threads:
        torch.set_num_threads(options.threads)
    try:
        given = {"epochs": options.epochs, "windows_per_epoch": options.windows}
        changes = {name: value for name, value in given.items() if value}
        if options.resume:
            load_last(options.out)  # says so when there is nothing to resume
            changes = json.loads((options.out / "run.json").read_text())["changes"] | changes
        finished = train(
            _recipe(options),
            options.data,
            options.out,
            options.cache,
            changes=changes,
            start=options.start or options.init,
            resume=options.resume,
            reviewed=options.reviewed,
            vectors=options.vectors,
        )
    except MENDABLE as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stopped before the first epoch was over; nothing is kept", file=sys.stderr)
        return 130
    return _report(options) if finished and options.report else 0


def _report(options: argparse.Namespace) -> int:
    """Write the report of a finished run; without it the run is as good."""
    try:
        write_run_report(options.out, options.data, options.cache, reviewed=options.reviewed)
    except MENDABLE as error:
        print(f"error: the run is finished, its report is not: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"python -m tools.report {options.out} writes the report later", file=sys.stderr)
        return 130
    print(f"open {options.out / 'report' / 'report.html'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
