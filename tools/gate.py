"""See what the engine's level gate spares, and that no detection changes by it: `python -m tools.gate --data CLIPS`.

Plays streams through several codecs with and without the gate: each split's background alone, its events over it at
several signal-to-noise ratios, and steady noises in which nothing happens. Prints a table; `--out FOLDER` also
writes it there, as gate.md and gate.json. What the gate goes by was chosen on val; test shows how it holds.

    python -m tools.gate --data CLIPS --out models/mobile
"""

import argparse
import sys
from pathlib import Path

from audio_guard_engine.card import BUNDLED_MODELS, DEFAULT_MODEL, load_model
from tools.data.dataset import SPLITS
from tools.measures.gate_study import gate_figures, gate_text
from tools.measures.model_report import model_listener
from tools.measures.stream_report import StreamSetting
from tools.runs.recipe import read_recipe
from tools.runs.run_folder import ROOT, recipe_place, write_json
from tools.runs.verb import ends_in_words
from tools.streams.lines import LINES
from tools.windows.training_data import doubtful, evaluation_store, read_reviewed


def study_gate(options: argparse.Namespace) -> None:
    """Measure, print and write."""
    model = load_model(options.model, options.models)
    recipe = read_recipe(ROOT / recipe_place(options.model))
    clips = read_reviewed(options.data, model.labels, ())
    stores = {
        split: evaluation_store(recipe, clips, split, options.cache)
        for split in options.split or ("val", "test")
    }
    setting = StreamSetting(lines=options.line, clips_per_class=options.stream_clips)
    doubted = {split: doubtful(recipe, stores[split].clips, options.data) for split in stores}
    rows = gate_figures(model_listener(model), model, stores, setting, doubted)
    print("\n" + gate_text(rows))
    if options.out:
        options.out.mkdir(parents=True, exist_ok=True)
        write_json(options.out / "gate.json", rows)
        (options.out / "gate.md").write_text(gate_text(rows), encoding="utf-8")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tools.gate",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--data", type=Path, required=True, help="catalogue CSV or folder of clips")
    parser.add_argument(
        "--model", default=DEFAULT_MODEL, help="name of the model (default: %(default)s)"
    )
    parser.add_argument("--models", type=Path, default=BUNDLED_MODELS, help="folder of models")
    parser.add_argument("--split", choices=SPLITS, action="append", help="default: val and test")
    parser.add_argument(
        "--line",
        choices=LINES,
        nargs="+",
        default=StreamSetting().lines,
        help="default: %(default)s",
    )
    parser.add_argument("--stream-clips", type=int, help="event clips per class (default: all)")
    parser.add_argument("--cache", type=Path, default=Path("runs/cache"), help="clips, reused")
    parser.add_argument("--out", type=Path, help="folder for gate.md and gate.json")
    return parser


@ends_in_words("stopped")
def main(arguments: list[str] | None = None) -> int:
    """Run the command line."""
    study_gate(_parser().parse_args(arguments))
    return 0


if __name__ == "__main__":
    sys.exit(main())
