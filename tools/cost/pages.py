"""Write what was measured as pages for people: docs/performance.md and docs/scale.md."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from tools.cost.figures import AT_CADENCE, BACK_TO_BACK
from tools.cost.hop_parts import MODEL, PAPER_MODEL, PAPER_WHOLE, WHOLE, YAMNET_MODEL, YAMNET_WHOLE
from tools.cost.scale import CAMERAS, LINE_MBIT_PER_S, Prices, added_mb, energy_price, fleet
from tools.cost.targets import SHIPPED_RUNTIME, verdicts

YAMNET_SECONDS = 0.975


def performance_page(figures: Mapping[str, Any]) -> str:
    """Return the page in Markdown."""
    return (
        _templates()
        .get_template("performance.md.j2")
        .render(
            figures,
            verdicts=verdicts(figures),
            shipped=SHIPPED_RUNTIME,
            parts=list(_part_rows(figures)),
            limits=list(_limit_rows(figures)),
            second_ms=_second_ms(figures),
            steps=list(_memory_steps(figures["memory"])),
        )
    )


def scale_page(figures: Mapping[str, Any], prices: Prices) -> str:
    """Return the page in Markdown."""
    return (
        _templates()
        .get_template("scale.md.j2")
        .render(
            load=figures["cameras"][SHIPPED_RUNTIME]["load"],
            shipped=SHIPPED_RUNTIME,
            added_mb=added_mb(figures),
            fleets=[fleet(figures, cameras, prices) for cameras in CAMERAS],
            prices=prices,
            assumptions=asdict(prices),
            line_mbit=LINE_MBIT_PER_S,
            camera_energy=energy_price(figures, prices),
        )
    )


def network_parts(timings: Mapping[str, Any]) -> dict[str, str]:
    """Return the parts that are a network alone, each with the key of what it has to compute."""
    own = {name: "model" for name in timings if name.startswith(f"{MODEL}, ")}
    return own | {PAPER_MODEL: "paper", YAMNET_MODEL: "yamnet"}


def _part_rows(figures: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Give each part's times, and how much faster than its sound it is."""
    for name, in_a_row in figures["timings"][BACK_TO_BACK].items():
        paced = figures["timings"][AT_CADENCE][name]
        of_yamnet = name in (YAMNET_MODEL, YAMNET_WHOLE)
        seconds = YAMNET_SECONDS if of_yamnet else figures["hop_seconds"]
        times = 1e3 * seconds / paced["median_ms"]
        yield {"name": name, "in_a_row": in_a_row, "paced": paced, "times": times}


def _limit_rows(figures: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    timings = figures["timings"][BACK_TO_BACK]
    for name, key in network_parts(timings).items():
        yield {"name": name, "median_ms": timings[name]["median_ms"], **figures["work"][key]}


def _second_ms(figures: Mapping[str, Any]) -> dict[str, float]:
    """Return what a second of sound costs here and by others, at cadence."""
    paced, hop = figures["timings"][AT_CADENCE], figures["hop_seconds"]
    return {
        "ours": paced[f"{WHOLE}, {SHIPPED_RUNTIME}"]["median_ms"] / hop,
        "paper": paced[PAPER_WHOLE]["median_ms"] / hop,
        "yamnet": paced[YAMNET_WHOLE]["median_ms"] / YAMNET_SECONDS
        + (figures["ffmpeg_ms_per_second"] or 0.0),
    }


def _memory_steps(memory: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Give the resident memory of each step, and what it has added."""
    before = 0.0
    for step, resident in memory["resident_mb"].items():
        yield {"name": step, "resident": resident, "added": resident - before}
        before = resident


def _templates() -> Environment:
    """Return the pages of this folder, and how they write numbers."""
    pages = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=False,  # noqa: S701  Markdown of our own figures
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    pages.filters |= {
        "three": _form("{:.3g}"),
        "ms": _form("{:.3f}"),
        "one": _form("{:.1f}"),
        "two": _form("{:,.2f}"),
        "count": _form("{:,.0f}"),
        "share": _form("{:.0%}"),
    }
    return pages


def _form(form: str) -> Callable[[float], str]:
    return form.format
