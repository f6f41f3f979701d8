"""Review the clips that a network contradicts most: `python -m tools.review CLIPS --run runs/a --out reviewed.csv`.

CLIPS is a data set of `python -m tools.train`, runs/a a run folder of it. The clips of train and val
whose labels its network believes least are played and shown on a page for this machine's browsers, or
with --terminal in the terminal. Each is kept, dropped, relabeled or left as unsure. The test split is
not even read, and no clip is changed.

Each decision is in OUT at once; Ctrl-C ends. The same command goes on with clips that OUT does not hold
yet, and `python -m tools.train --reviewed OUT` uses what it holds.
"""

import argparse
import sys
from pathlib import Path

from torch import nn

from tools.data.dataset import Clip
from tools.measures.window_tables import score_store
from tools.networks.device import choose_device
from tools.networks.trainer import TorchScorer
from tools.reviewing.conflicts import Conflict, conflicts_of, most_conflicting
from tools.reviewing.page_server import ReviewServer
from tools.reviewing.reviewed_file import ReviewedFile
from tools.reviewing.terminal import review_in_terminal
from tools.runs.checkpoint import load_network
from tools.runs.recipe import Recipe
from tools.runs.verb import ends_in_words
from tools.windows.training_data import evaluation_store, read_clips

REVIEWED_SPLITS = ("train", "val")  # never test: it must stay as hard as it is


def review(data: Path, run: Path, out: Path, cache: Path, *, most: int, terminal: bool) -> None:
    """Show the most conflicting clips that are not decided in `out` until the person has enough."""
    recipe, network = load_network(run)
    clips = read_clips(recipe, data)
    reviewed = ReviewedFile(out, clips, recipe.labels)
    conflicts = find_conflicts(recipe, network, clips, cache)
    undecided = [c for c in conflicts if not reviewed.decision(c.clip.name)]
    chosen = most_conflicting(undecided, most)
    if not chosen:
        print(f"{run} contradicts no label of {data} that is not decided yet")
        return
    try:
        if terminal:
            review_in_terminal(chosen, recipe.labels, reviewed)
        else:
            _serve(chosen, recipe, reviewed)
    except KeyboardInterrupt:
        print()
    print(
        f"{len(reviewed)} clips are decided in {out}; use them with "
        f"python -m tools.train --data {data} --reviewed {out}"
    )


def find_conflicts(
    recipe: Recipe, network: nn.Module, clips: list[Clip], cache: Path
) -> list[Conflict]:
    """Compare what the network hears in all clips but the test split's with their labels."""
    score = TorchScorer(network.to(choose_device()), recipe)
    conflicts = []
    for split in REVIEWED_SPLITS:
        store = evaluation_store(recipe, clips, split, cache)
        windows = score_store(store, recipe.labels, score, recipe.front_end)
        conflicts += conflicts_of(windows, store.clips, recipe.labels, recipe.background)
    return conflicts


def _serve(conflicts: list[Conflict], recipe: Recipe, reviewed: ReviewedFile) -> None:
    with ReviewServer(conflicts, recipe.labels, reviewed) as server:
        print(f"{len(conflicts)} clips to review: {server.address}\nCtrl-C ends", flush=True)
        server.serve_forever()


@ends_in_words("stopped; the list of decisions is as it was")
def main(arguments: list[str] | None = None) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.review",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("data", type=Path, help="catalogue CSV or folder of clips")
    parser.add_argument("--run", type=Path, required=True, help="run folder whose network is asked")
    parser.add_argument("--out", type=Path, required=True, help="CSV of decisions, made or gone on")
    parser.add_argument(
        "--most", type=int, default=40, help="clips to show, of all classes (default %(default)s)"
    )
    parser.add_argument("--terminal", action="store_true", help="without a browser")
    parser.add_argument("--cache", type=Path, default=Path("runs/cache"), help="clips, reused")
    options = parser.parse_args(arguments)
    review(
        options.data,
        options.run,
        options.out,
        options.cache,
        most=options.most,
        terminal=options.terminal,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
