"""Search for hyper-parameters: `python -m tools.search --recipe models/recipes/compact.toml --data CLIPS --out OUT`.

Each trial is a training of python -m tools.train with other values, in a run folder of its own, OUT/trial-000 and
so on; Optuna chooses the values by what trials before reached on val, and ends those early that lag behind the
median. The test split is not looked at. Where to look is said in a TOML file (`--space`, see
tools/searching/default_space.toml). `--epochs 2 --windows 2000` makes short trials, `--vectors runs/vectors` shorter
ones, of a classifier alone.

OUT gets search.json, search.md, search.png and best.toml, the whole recipe of the best trial, to train with.
Ctrl-C keeps the trials that are done; the same command goes on, up to `--trials` in all.
"""

import argparse
import hashlib
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from optuna import Trial, TrialPruned
from optuna.study import Study

from tools.data.dataset import data_hash
from tools.measures.search_plots import draw_search
from tools.reviewing.option import add_reviewed
from tools.runs.recipe import Recipe, parse_recipe, read_recipe
from tools.runs.run_folder import surroundings, write_json
from tools.runs.verb import ends_in_words
from tools.searching.recipe_text import changed_text
from tools.searching.space import Dimension, read_space
from tools.searching.study import Watch, open_study, trials_done
from tools.searching.summary import importances, summary_text, trial_name, trial_rows
from tools.train import train
from tools.windows.encoded import read_facts
from tools.windows.training_data import read_clips

DEFAULT_SPACE = Path(__file__).parent / "searching" / "default_space.toml"
BEST = "best.toml"


@dataclass(frozen=True, kw_only=True, slots=True)
class Search:
    """What is searched: a recipe's fields within a space, by trainings on a data set.

    `changes`, `start`, `reviewed` and `vectors` are as in `tools.train.train`.
    """

    recipe: Recipe
    space: Sequence[Dimension]
    data: Path
    out: Path
    cache: Path
    changes: Mapping[str, int] = field(default_factory=dict)
    start: Path | None = None
    reviewed: Sequence[Path] = ()
    vectors: Path | None = None

    def facts(self) -> dict[str, Any]:
        """Return what a search must go on with, by what people call it."""
        return {
            "recipe": hashlib.sha256(self.recipe.text.encode()).hexdigest(),
            "space": [str(dimension) for dimension in self.space],
            "data": data_hash(read_clips(self.recipe, self.data, self.reviewed)),
            "length of trials": dict(self.changes),
            "--start": self.start.name if self.start else "",
            "--vectors": read_facts(self.vectors)["encoder_hash"] if self.vectors else "",
        }

    def run_trial(self, trial: Trial) -> float:
        """Train with the values of a trial and return the figure of the best epoch."""
        values = {dimension.field: dimension.suggest(trial) for dimension in self.space}
        run = self.out / trial_name(trial.number)
        print(f"{run.name}: " + ", ".join(f"{name} {value}" for name, value in values.items()))
        recipe = parse_recipe(changed_text(self.recipe.text, values), run)
        watch = Watch(trial, self.changes.get("epochs", recipe.training.epochs))
        finished = train(
            recipe,
            self.data,
            run,
            self.cache,
            changes=self.changes,
            start=self.start,
            reviewed=self.reviewed,
            vectors=self.vectors,
            go_on=watch,
        )
        if not finished:
            raise KeyboardInterrupt
        if watch.lags:
            raise TrialPruned
        return watch.best_figure


def search(wanted: Search, *, trials: int, minutes: float | None, startup: int) -> Path | None:
    """Run trials until there are so many, or no time is left to begin one.

    The first `startup` are drawn at random and never ended early. Return the recipe of the best, if any.
    """
    study = open_study(wanted.out, wanted.facts(), wanted.recipe.seed, startup)
    left = trials - trials_done(study)
    try:
        if left > 0:
            seconds = None if minutes is None else 60 * minutes
            study.optimize(wanted.run_trial, n_trials=left, timeout=seconds)
    finally:
        best = _write_summary(study, wanted)
    return best


def _write_summary(study: Study, wanted: Search) -> Path | None:
    """Write what is known of the trials so far; return the recipe of the best, if any."""
    rows, shares = trial_rows(study, wanted.space), importances(study)
    facts = {"recipe": wanted.recipe.name, "data": wanted.data.name, **surroundings()}
    content = {**facts, "changes": dict(wanted.changes), "importances": shares, "trials": rows}
    write_json(wanted.out / "search.json", content)
    (wanted.out / "search.md").write_text(summary_text(rows, shares), encoding="utf-8")
    draw_search(rows, shares, wanted.out / "search.png")
    finished = [row for row in rows if row["state"] == "finished"]
    if not finished:
        return None
    run = wanted.out / max(finished, key=lambda row: row["figure"])["trial"]
    return shutil.copyfile(run / "recipe.toml", wanted.out / BEST)


@ends_in_words("stopped; the trials that are done are kept, the same command goes on")
def main(arguments: list[str] | None = None) -> int:
    """Run the command line."""
    options = _parser().parse_args(arguments)
    if options.threads:
        torch.set_num_threads(options.threads)
    given = {"epochs": options.epochs, "windows_per_epoch": options.windows}
    recipe = read_recipe(options.recipe)
    wanted = Search(
        recipe=recipe,
        space=read_space(options.space, recipe),
        data=options.data,
        out=options.out,
        cache=options.cache,
        changes={name: value for name, value in given.items() if value},
        start=options.start,
        reviewed=options.reviewed,
        vectors=options.vectors,
    )
    best = search(wanted, trials=options.trials, minutes=options.minutes, startup=options.startup)
    print(best or f"{options.out}: no trial is finished")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tools.search",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--recipe", type=Path, required=True, help="TOML file of the recipe")
    parser.add_argument("--data", type=Path, required=True, help="catalogue CSV or folder of clips")
    parser.add_argument("--out", type=Path, required=True, help="folder of the trials")
    parser.add_argument("--space", type=Path, default=DEFAULT_SPACE, help="TOML file of the space")
    parser.add_argument(
        "--trials", type=int, default=20, help="in all, those that are done too (default: 20)"
    )
    parser.add_argument("--minutes", type=float, help="begin no trial after so many")
    parser.add_argument(
        "--startup",
        type=int,
        default=5,
        help="trials that are drawn at random and not ended early (default: %(default)s)",
    )
    parser.add_argument("--cache", type=Path, default=Path("runs/cache"), help="clips, reused")
    add_reviewed(parser)
    parser.add_argument(
        "--vectors", type=Path, help="folder of python -m tools.embed to learn from"
    )
    parser.add_argument("--start", type=Path, help="run folder whose weights to start from")
    parser.add_argument("--epochs", type=int, help="of a trial, instead of the recipe's")
    parser.add_argument("--windows", type=int, help="windows per epoch instead of the recipe's")
    parser.add_argument("--threads", type=int, default=0, help="CPU threads (default: all)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
