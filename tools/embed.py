"""Encode clips once, to train classifiers on their vectors in seconds.

`python -m tools.embed CLIPS --recipe models/recipes/vggish_classifier.toml --out runs/vectors`

CLIPS is a data set of `python -m tools.train`. Encoded are some windows of each train clip and of each of its
augmented copies, and every window of val and test. Then, as often as you like:
`python -m tools.train --vectors runs/vectors --recipe models/recipes/vggish_classifier.toml --data CLIPS --out runs/a`.
What a recipe says of `[network]` and `[training]` may change in between, but for the encoder. Patches can't be
augmented anew in each batch then: there are the copies that were encoded, and no others.

`--run runs/b` instead of `--recipe` encodes by a trained network; then add `--start runs/b` to the training.
OUT gets vectors.json and the arrays of each split. What is there already is kept when it still fits.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import nn

from tools.networks.device import choose_device
from tools.networks.encoder import TorchEncoder, encoder_hash, require_frozen, require_head
from tools.networks.network_kinds import first_network
from tools.reviewing.option import add_reviewed
from tools.runs.checkpoint import load_network
from tools.runs.new_folder import new_folder
from tools.runs.recipe import Recipe, read_recipe
from tools.runs.verb import ends_in_words
from tools.windows.encoded import FACTS, require_facts, write_facts, write_windows
from tools.windows.encoding import clips_to_encode, data_facts, encode_all, encode_some
from tools.windows.training_data import evaluation_store, read_clips, training_store

WINDOWS_PER_TAKE = 8


def embed(
    recipe: Recipe,
    network: nn.Module,
    data: Path,
    out: Path,
    cache: Path,
    *,
    windows_per_take: int = WINDOWS_PER_TAKE,
    reviewed: Sequence[Path] = (),
) -> bool:
    """Make the folder of vectors and return True, or False when it is there and fits."""
    clips = read_clips(recipe, data, reviewed)
    chosen = clips_to_encode(recipe, clips, data)
    facts = data_facts(recipe, chosen) | {
        "encoder_hash": encoder_hash(network),
        "windows_per_take": windows_per_take,
    }
    if (out / FACTS).exists():
        require_facts(out, facts)
        return False
    encode = TorchEncoder(network.to(choose_device()))
    with new_folder(out) as made:
        store = training_store(recipe, clips, data, cache)
        write_windows(made, "train", encode_some(store, recipe, encode, windows_per_take))
        left_out = {"train": store.failures}
        for split in [split for split in chosen if split != "train"]:
            store = evaluation_store(recipe, clips, split, cache)
            write_windows(made, split, encode_all(store, recipe, encode))
            left_out[split] = store.failures
        write_facts(made, facts, chosen, left_out)
    return True


def _encoder(options: argparse.Namespace) -> tuple[Recipe, nn.Module]:
    """Return the recipe and the network that encodes, of a run or as the recipe starts."""
    if options.run:
        recipe, network = load_network(options.run)
        require_head(recipe)
        return recipe, network
    recipe = read_recipe(options.recipe)
    require_head(recipe)
    network, _ = first_network(recipe)
    require_frozen(recipe, network)
    return recipe, network


@ends_in_words("stopped; nothing was written")
def main(arguments: list[str] | None = None) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.embed",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("data", type=Path, help="catalogue CSV or folder of clips")
    encoder = parser.add_mutually_exclusive_group(required=True)
    encoder.add_argument("--recipe", type=Path, help="TOML file of the recipe whose encoder to use")
    encoder.add_argument("--run", type=Path, help="run folder whose encoder to use")
    parser.add_argument("--out", type=Path, required=True, help="folder to make")
    parser.add_argument(
        "--windows-per-take",
        type=int,
        default=WINDOWS_PER_TAKE,
        help="at most so many of a clip or of its augmented copy (default: %(default)s)",
    )
    parser.add_argument("--cache", type=Path, default=Path("runs/cache"), help="clips, reused")
    add_reviewed(parser)
    parser.add_argument("--threads", type=int, default=0, help="CPU threads (default: all)")
    options = parser.parse_args(arguments)
    if options.windows_per_take < 1:
        parser.error("--windows-per-take: give at least 1")
    if options.threads:
        torch.set_num_threads(options.threads)
    made = embed(
        *_encoder(options),
        options.data,
        options.out,
        options.cache,
        windows_per_take=options.windows_per_take,
        reviewed=options.reviewed,
    )
    print(f"{options.out}: {'made' if made else 'is there already, and fits'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
