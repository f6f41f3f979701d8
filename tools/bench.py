"""Measure what listening costs: `python -m tools.bench --quick` in a minute, `python -m tools.bench` in about six.

Times every part of a hop by the engine's own code on one thread, back to back and at a camera's cadence, beside the
least that arithmetic allows, the paper's pipeline and a network of YAMNet's size; many cameras in simulation; memory;
the start of a camera; and, where Home Assistant is installed (scripts/setup ha), what its event loop pays.

Writes performance.json, performance.md, images/performance.png and scale.md, by default into docs/. A machine that does
nothing else gives the figures worth quoting; the pages name its load.
"""

import argparse
import sys
from pathlib import Path

from tools.cost.figures import QUICK, Plan, measure
from tools.cost.pages import performance_page, scale_page
from tools.cost.plots import draw_parts
from tools.cost.scale import Prices
from tools.runs.run_folder import ROOT, write_json
from tools.runs.verb import ends_in_words

DOCS = ROOT / "docs"
QUICK_OUT = Path("runs/bench")


def bench(out: Path, cache: Path, plan: Plan) -> None:
    """Measure and write everything."""
    figures = measure(plan, cache, lambda what: print(f"measuring: {what}", flush=True))
    images = out / "images"
    images.mkdir(parents=True, exist_ok=True)
    write_json(out / "performance.json", figures)
    (out / "performance.md").write_text(performance_page(figures), encoding="utf-8")
    (out / "scale.md").write_text(scale_page(figures, Prices()), encoding="utf-8")
    draw_parts(figures, images / "performance.png")
    print(f"written: {out / 'performance.md'}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tools.bench",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--quick", action="store_true", help="short and rough, for a first look")
    parser.add_argument(
        "--out", type=Path, help=f"folder to write to (default: docs; with --quick {QUICK_OUT})"
    )
    parser.add_argument(
        "--cache",
        type=Path,
        default=Path("runs/cache/networks"),
        help="networks that are converted for comparison, 300 MB, reused (default: %(default)s)",
    )
    return parser


@ends_in_words("stopped; nothing is written")
def main(arguments: list[str] | None = None) -> int:
    """Run the command line."""
    options = _parser().parse_args(arguments)
    out = options.out or (QUICK_OUT if options.quick else DOCS)
    bench(out, options.cache, QUICK if options.quick else Plan())
    return 0


if __name__ == "__main__":
    sys.exit(main())
