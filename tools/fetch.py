"""Fetch published weights that a recipe needs: `python -m tools.fetch vggish`.

They are kept in the cache folder ($XDG_CACHE_HOME/audio_guard, or ~/.cache/audio_guard), where recipes
with `encoder_weights = "vggish"` find them; files that are already in $AUDIO_GUARD_WEIGHTS are found too.
An interrupted download goes on where it stopped.
"""

import argparse
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from tools.runs.download import download
from tools.runs.verb import ends_in_words


@dataclass(frozen=True, kw_only=True, slots=True)
class Weights:
    """Published weights: where they are and how their sha256 begins."""

    url: str
    sha256_prefix: str
    about: str

    @property
    def name(self) -> str:
        """Return the file's name."""
        return self.url.rpartition("/")[2]


WEIGHTS = {
    # PyTorch's convention: the last part of the name is how the file's sha256 begins.
    "vggish": Weights(
        url="https://github.com/harritaylor/torchvggish/releases/download/v0.1/vggish-10086976.pth",
        sha256_prefix="10086976",
        about="VGGish, 72 million weights, 275 MiB",
    ),
    "vggish_pca": Weights(
        url="https://github.com/harritaylor/torchvggish/releases/download/v0.1/"
        "vggish_pca_params-970ea276.pth",
        sha256_prefix="970ea276",
        about="the PCA of VGGish's post-processor, 0.2 MiB",
    ),
    "mn04": Weights(
        url="https://github.com/fschmid56/EfficientAT/releases/download/v0.0.1/mn04_as_mAP_432.pt",
        sha256_prefix="899a8c6217063f69",
        about="EfficientAT's MobileNetV3 at width 0.4, trained on AudioSet, 4 MiB",
    ),
}


def cache_folder() -> Path:
    """Return the folder for what was fetched; XDG wants relative paths to be ignored."""
    chosen = Path(os.environ.get("XDG_CACHE_HOME", ""))
    return (chosen if chosen.is_absolute() else Path.home() / ".cache") / "audio_guard"


def cached_file(name: str) -> Path:
    """Return where the weights of that name are, once fetched."""
    return cache_folder() / WEIGHTS[name].name


def find_weights(name: str) -> Path:
    """Return the file of the weights of that name: the user's own copy, else the cached one."""
    own = Path(os.environ.get("AUDIO_GUARD_WEIGHTS", ""), WEIGHTS[name].name)
    return own if own.is_file() else cached_file(name)


@ends_in_words("stopped; run this again to go on")
def main(arguments: list[str] | None = None) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.fetch",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    known = "; ".join(f"{name}: {weights.about}" for name, weights in WEIGHTS.items())
    parser.add_argument("name", choices=WEIGHTS, help=known)
    weights = WEIGHTS[(name := parser.parse_args(arguments).name)]
    place = cached_file(name)
    download(weights.url, place, weights.sha256_prefix)
    print(place)
    return 0


if __name__ == "__main__":
    sys.exit(main())
