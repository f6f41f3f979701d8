"""Measure a model: `python -m tools.evaluate --data CLIPS [--model compact] [--split test]`.

Prints the window tables (paper mix and all windows), the clip table and the alerts of the decider,
computed by the engine's ncnn runtime; `--out FOLDER` also writes metrics.json and confusion matrices.
"""

import argparse
import sys
from pathlib import Path

from audio_guard_engine.card import BUNDLED_MODELS, load_model
from audio_guard_engine.errors import EngineError
from tools.data.dataset import SPLITS, DatasetError, read_dataset
from tools.measures.model_report import measure, tables_text
from tools.runs.recipe import RecipeError, read_recipe
from tools.runs.run_folder import ROOT, recipe_place, write_json


def main(arguments: list[str] | None = None) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.evaluate",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--data", type=Path, required=True, help="catalogue CSV or folder of clips")
    parser.add_argument("--model", default="compact", help="name of the model (default: compact)")
    parser.add_argument("--models", type=Path, default=BUNDLED_MODELS, help="folder of models")
    parser.add_argument("--recipe", type=Path, help="default: the model's own in models/")
    parser.add_argument("--split", choices=SPLITS, action="append", help="default: val and test")
    parser.add_argument("--cache", type=Path, default=Path("runs/cache"), help="features, reused")
    parser.add_argument("--out", type=Path, help="folder for metrics.json and plots")
    options = parser.parse_args(arguments)
    recipe_path = options.recipe or ROOT / recipe_place(options.model)
    try:
        model = load_model(options.model, options.models)
        recipe = read_recipe(recipe_path)
        clips = read_dataset(options.data, model.labels)
        splits = options.split or ("val", "test")
        figures = measure(model, recipe, clips, splits, options.cache)
        print(tables_text(figures))
        if options.out:
            options.out.mkdir(parents=True, exist_ok=True)
            write_json(options.out / "metrics.json", figures)
            from tools.measures.plots import draw_confusion  # noqa: PLC0415  matplotlib is for this alone

            for split, of in figures.items():
                title = f"{model.name}, {split}, paper mix"
                path = options.out / f"confusion-{split}.png"
                draw_confusion(of["paper_mix"], model.labels, title, path)
    except (DatasetError, RecipeError, EngineError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
