"""Measure a model: `python -m tools.evaluate --data CLIPS [--model mobile] [--split test]`.

Prints the window tables (paper mix and all windows), the clip table and the alerts of the decider,
computed by the engine's ncnn runtime; `--out FOLDER` also writes metrics.json and confusion matrices.

`--streams HOURS` also plays the test clips over background recordings at several signal-to-noise
ratios through several codecs, and so many hours of background alone (all there is, if less): which
events are heard, and how many false alarms there are, at the card's thresholds and at those chosen on
val for a budget. `--out` then also gets streams.json and streams.png. The mobile model takes about
12 s of one core for an hour of sound.

`--quiet-hours` also plays an hour each of synthesized noise, mains hum, silence, talk and music, in which
nothing should raise an alert, and test's recordings of speech and music; which those are, EfficientAT's
mn04 tells where its weights are at hand (`python -m tools.fetch mn04`). `--runtimes` compares what ncnn
and LiteRT, in 8 bits too where the model has that, get right. `--baselines` measures others on the same
windows: mn04 with AudioSet's classes mapped, and a small classifier on the frozen mn04. `--cost` times a hop.
All of it for the model that ships:

    python -m tools.evaluate --data CLIPS --baselines --runtimes --quiet-hours --cost --streams 3 --out OUT
"""

import argparse
import sys
from functools import partial
from pathlib import Path
from typing import Any

from audio_guard_engine.card import BUNDLED_MODELS, DEFAULT_MODEL, Model, load_model
from tools.data.dataset import SPLITS, Clip
from tools.measures.model_report import measure, model_listener, tables_text
from tools.measures.stream_report import StreamSetting, measure_streams, streams_text
from tools.reviewing.option import add_reviewed
from tools.runs.recipe import Recipe, read_recipe
from tools.runs.run_folder import ROOT, recipe_place, write_json
from tools.runs.verb import ends_in_words
from tools.streams.lines import LINES
from tools.windows.training_data import doubtful, evaluation_store, read_reviewed

EXAMS = ("baselines", "runtimes", "quiet_hours", "cost")


def evaluate(options: argparse.Namespace) -> None:
    """Measure what was asked for, print it and write it."""
    model = load_model(options.model, options.models)
    recipe = read_recipe(options.recipe or ROOT / recipe_place(options.model))
    clips = read_reviewed(options.data, model.labels, options.reviewed)
    splits = options.split or ("val", "test")
    figures = measure(model, recipe, clips, splits, options.cache)
    print(tables_text(figures))
    if options.out:
        options.out.mkdir(parents=True, exist_ok=True)
        _write_tables(options.out, model, figures)
    if asked := {name for name in EXAMS if getattr(options, name)}:
        _examine(model, recipe, clips, figures, asked, options)
    if options.streams:
        streams = _measure_streams(model, recipe, clips, options)
        print("\n" + streams_text(streams))
        if options.out:
            _write_streams(options.out, model, streams)


def _examine(
    model: Model,
    recipe: Recipe,
    clips: list[Clip],
    tables: dict[str, Any],
    asked: set[str],
    options: argparse.Namespace,
) -> None:
    """Measure, print and write parts of the exam that a released model passes."""
    # PyTorch and matplotlib are for these and for plots alone.
    from tools.measures.baselines import baselines_text  # noqa: PLC0415
    from tools.measures.model_exam import PARTS, Candidate, examine  # noqa: PLC0415
    from tools.runs.model_folder import TEXTS  # noqa: PLC0415

    stores = {split: evaluation_store(recipe, clips, split, options.cache) for split in tables}
    candidate = Candidate(
        model=model,
        stores=stores,
        train=partial(evaluation_store, recipe, clips, "train", options.cache),
        tables=tables,
        doubtful=(),
    )
    for name, figures in examine(candidate, set(PARTS) - asked).items():
        beside = name == "baselines"
        text = baselines_text(figures, model.name, tables) if beside else TEXTS[name](figures)
        print("\n" + text)
        if options.out:
            write_json(options.out / f"{name}.json", figures)


def _measure_streams(
    model: Model, recipe: Recipe, clips: list[Clip], options: argparse.Namespace
) -> dict[str, Any]:
    """Measure on streams; thresholds are chosen by the val clips that nobody doubts."""
    val, test = (evaluation_store(recipe, clips, split, options.cache) for split in ("val", "test"))
    listener = model_listener(model)
    setting = StreamSetting(
        hours=options.streams,
        snrs_db=options.snr,
        lines=options.line,
        clips_per_class=options.stream_clips,
        budgets_per_day=options.budget,
        seed=options.seed,
    )
    return measure_streams(listener, val, test, setting, doubtful(recipe, val.clips, options.data))


def _write_tables(out: Path, model: Model, figures: dict[str, Any]) -> None:
    from tools.measures.plots import draw_confusion  # noqa: PLC0415  matplotlib is for plots alone

    write_json(out / "metrics.json", figures)
    for split, of in figures.items():
        title = f"{model.name}, {split}, paper mix"
        draw_confusion(of["paper_mix"], model.labels, title, out / f"confusion-{split}.png")


def _write_streams(out: Path, model: Model, streams: dict[str, Any]) -> None:
    from tools.measures.stream_plots import draw_streams  # noqa: PLC0415  as above

    write_json(out / "streams.json", streams)
    draw_streams(streams, f"{model.name}, test streams", out / "streams.png")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tools.evaluate",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--data", type=Path, required=True, help="catalogue CSV or folder of clips")
    parser.add_argument(
        "--model", default=DEFAULT_MODEL, help="name of the model (default: %(default)s)"
    )
    parser.add_argument("--models", type=Path, default=BUNDLED_MODELS, help="folder of models")
    parser.add_argument("--recipe", type=Path, help="default: the model's own in models/")
    parser.add_argument("--split", choices=SPLITS, action="append", help="default: val and test")
    parser.add_argument("--cache", type=Path, default=Path("runs/cache"), help="clips, reused")
    parser.add_argument("--out", type=Path, help="folder for metrics.json and plots")
    add_reviewed(parser)
    parser.add_argument("--runtimes", action="store_true", help="compare the runtimes too")
    parser.add_argument(
        "--baselines", action="store_true", help="measure others on the same windows"
    )
    parser.add_argument("--cost", action="store_true", help="time all that a hop takes")
    parser.add_argument(
        "--quiet-hours", action="store_true", help="count alerts where none should be"
    )
    _add_stream_options(parser.add_argument_group("streams"))
    return parser


def _add_stream_options(group: argparse._ArgumentGroup) -> None:
    usual = StreamSetting()
    group.add_argument(
        "--streams", type=_positive, metavar="HOURS", help="hours of background alone, per split"
    )
    group.add_argument(
        "--snr", type=float, nargs="+", default=usual.snrs_db, help="dB (default: %(default)s)"
    )
    group.add_argument(
        "--line", choices=LINES, nargs="+", default=usual.lines, help="default: %(default)s"
    )
    group.add_argument(
        "--budget",
        type=_positive,
        nargs="+",
        default=usual.budgets_per_day,
        help="false alarms a day (default: %(default)s)",
    )
    group.add_argument("--stream-clips", type=int, help="test clips per class (default: all)")
    group.add_argument("--seed", type=int, default=usual.seed, help="order and places")


def _positive(text: str) -> float:
    number = float(text)
    if not number > 0:
        raise argparse.ArgumentTypeError(f"{text} is not above 0")
    return number


@ends_in_words("stopped")
def main(arguments: list[str] | None = None) -> int:
    """Run the command line."""
    options = _parser().parse_args(arguments)
    evaluate(options)
    return 0


if __name__ == "__main__":
    sys.exit(main())
