"""Train and measure the paper's systems and ours on the same data: `python -m tools.compare --data CLIPS`.

Trains each system of models/recipes/compare.toml into OUT/NAME with a report, then writes docs/paper.md:
the paper's tables beside ours. What is finished in OUT is kept, so an interrupted comparison goes on where
it was; on two CPU cores all of it takes about an hour and a quarter. `--only compact --windows 1000 --epochs 2`
is a first try in minutes; what is less than the whole comparison writes OUT/paper.md instead.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from tools.data.dataset import data_hash, read_dataset, select
from tools.fetch import WEIGHTS, find_weights
from tools.measures.timing import time_labels
from tools.networks.trainer import TorchScorer
from tools.report import write_run_report
from tools.runs.checkpoint import load_network
from tools.runs.comparison import System, present, read_systems
from tools.runs.comparison_page import write_comparison
from tools.runs.recipe import RecipeError, read_recipe
from tools.runs.run_folder import ROOT, RunFolderError, recipe_place, surroundings, write_json
from tools.runs.verb import ends_in_words
from tools.train import train

SYSTEMS = ROOT / "models" / "recipes" / "compare.toml"
PAGE = ROOT / "docs" / "paper.md"


def compare(
    systems: Sequence[System], data: Path, out: Path, cache: Path, notes: Sequence[str]
) -> dict[str, Any]:
    """Train and measure what is not finished yet; return the figures of all systems."""
    measured = {}
    for number, system in enumerate(systems, 1):
        print(f"{system.recipe} ({number} of {len(systems)})", flush=True)
        measured[system.recipe] = _measured(system, data, out, cache)
    for name, of in measured.items():
        of["timing"] |= _timed(out / name, data, of["timing"]["split"])
    figures = {
        "data": data.name,
        "notes": list(notes),
        **surroundings(),
        "systems": measured,
    }
    write_json(out / "compare.json", figures)
    return figures


def _measured(system: System, data: Path, out: Path, cache: Path) -> dict[str, Any]:
    """Return the figures of a system's report, from its folder if they are there."""
    run = out / system.recipe
    report = run / "report" / "metrics.json"
    if not report.is_file():
        _train(system, data, run, out, cache)
        return write_run_report(run, data, cache)
    figures: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))
    recipe = read_recipe(ROOT / recipe_place(system.recipe))
    hashed = data_hash(read_dataset(data, recipe.labels))
    if figures["measured_on"]["data_hash"] != hashed:
        raise RunFolderError(
            f"{run}: was measured on other data; choose another --out or delete it"
        )
    if read_recipe(run / "recipe.toml") != recipe or figures["facts"]["changes"] != system.changes:
        raise RunFolderError(f"{run}: is of another recipe; choose another --out or delete it")
    return figures


def _timed(run: Path, data: Path, split: str) -> dict[str, Any]:
    """Time a system anew: times of all systems are comparable only when taken one after the other."""
    recipe, network = load_network(run)
    clips = select(read_dataset(data, recipe.labels), split)
    return time_labels(clips, recipe.labels, recipe.front_end, TorchScorer(network, recipe))


def _train(system: System, data: Path, run: Path, out: Path, cache: Path) -> None:
    """Train a system unless its training is finished."""
    unfinished = (run / "last.pt").is_file()
    if (run / "best.pt").is_file() and not unfinished:
        return
    finished = train(
        read_recipe(ROOT / recipe_place(system.recipe)),
        data,
        run,
        cache,
        changes=system.changes,
        start=out / system.start if system.start and not unfinished else None,
        resume=unfinished,
    )
    if not finished:
        raise KeyboardInterrupt


def _chosen(options: argparse.Namespace) -> tuple[list[System], list[str]]:
    """Return the systems of the command line and notes on those that are left out."""
    systems = read_systems(options.systems)
    known = [system.recipe for system in systems]
    if unknown := [name for name in options.only or () if name not in known]:
        raise RecipeError(
            f"{options.systems}: has no system {unknown[0]!r}; choose of {', '.join(known)}"
        )
    absent = [name for name in WEIGHTS if not find_weights(name).is_file()]
    chosen, notes = present(systems, absent)
    if options.only:
        needed = set(options.only) | {s.start for s in chosen if s.recipe in options.only}
        chosen = [system for system in chosen if system.recipe in needed]
    given = {"epochs": options.epochs, "windows_per_epoch": options.windows}
    changes = {name: value for name, value in given.items() if value}
    if not chosen:
        raise RecipeError("no system is left to compare: " + " ".join(notes))
    return [replace(system, changes={**system.changes, **changes}) for system in chosen], notes


def _page(options: argparse.Namespace) -> Path:
    """Return where the page goes: the project's own is for the whole comparison."""
    if options.page:
        return Path(options.page)
    part = options.only or options.epochs or options.windows
    return options.out / "paper.md" if part else PAGE


@ends_in_words("stopped; the same command goes on")
def main(arguments: list[str] | None = None) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.compare",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--data", type=Path, required=True, help="catalogue CSV or folder of clips")
    parser.add_argument("--out", type=Path, default=Path("runs/compare"), help="folder of the runs")
    parser.add_argument("--page", type=Path, help="what to write")
    parser.add_argument("--systems", type=Path, default=SYSTEMS, help="TOML list of systems")
    parser.add_argument(
        "--only", action="append", metavar="NAME", help="of the systems; repeatable"
    )
    parser.add_argument("--epochs", type=int, help="instead of the list's")
    parser.add_argument("--windows", type=int, help="windows per epoch instead of the list's")
    parser.add_argument("--cache", type=Path, default=Path("runs/cache"), help="clips, reused")
    options = parser.parse_args(arguments)
    systems, notes = _chosen(options)
    figures = compare(systems, options.data, options.out, options.cache, notes)
    page = _page(options)
    write_comparison(figures, page)
    print(f"wrote {page}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
