"""Write a run's figures as a Markdown report and, made of that, as an HTML page."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Undefined, select_autoescape
from markdown_it import MarkdownIt
from markupsafe import Markup

from tools.runs.epochs import best_row
from tools.runs.recipe import Recipe

NOTHING = "–"
FEW = 5
HEADINGS = {
    "train": "train (learned from)",
    "val": "val (chosen by)",
    "test": "test (not chosen by)",
}


def write_pages(
    figures: Mapping[str, Any], recipe: Recipe, alert_thresholds: str, folder: Path
) -> None:
    """Write report.md and report.html into the folder that holds their pictures."""
    pages = templates()
    text = pages.get_template("report.md.j2").render(
        figures,
        recipe=recipe,
        about=_about(figures, recipe),
        training=_training(figures["epochs"]),
        alert_thresholds=alert_thresholds,
        headings=HEADINGS,
    )
    body = MarkdownIt("commonmark", {"html": False}).enable("table").render(text)
    page = pages.get_template("report.html.j2").render(title=recipe.title, body=Markup(body))  # noqa: S704  made of Markdown without HTML
    (folder / "report.md").write_text(text, encoding="utf-8")
    (folder / "report.html").write_text(page, encoding="utf-8")


def templates() -> Environment:
    """Return the pages of this folder, and how they write numbers."""
    pages = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=select_autoescape(("html.j2",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pages.filters |= {
        "share": _form("{:.1%}"),
        "number": _form("{:g}"),
        "figure": _form("{:.3f}"),
        "count": _form("{:.0f}"),
        "seconds": _form("{:.4f}"),
    }
    return pages


def _form(template: str) -> Callable[[float | Undefined | None], str]:
    """Return a filter that writes a number so; what is unknown, or an old run lacks, is a dash."""

    def written(value: float | Undefined | None) -> str:
        return NOTHING if value is None or isinstance(value, Undefined) else template.format(value)

    return written


def _about(figures: Mapping[str, Any], recipe: Recipe) -> dict[str, str]:
    """Return what the figures depend on, as texts."""
    measured = {f"measured on {name}": value for name, value in figures["measured_on"].items()}
    facts = {"recipe": f"{recipe.name} {recipe.version}", "seed": recipe.seed}
    return {
        name.replace("_", " "): _text(value)
        for name, value in (facts | figures["facts"] | measured).items()
    }


def _text(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{_text(of)} {name}" for name, of in value.items()) or NOTHING
    if isinstance(value, list):
        more = f" and {len(value) - FEW} more" if len(value) > FEW else ""
        return (", ".join(_text(of) for of in value[:FEW]) or NOTHING) + more
    return str(value)


def _training(epochs: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the best epoch of how many; nothing where none is known."""
    if not epochs:
        return {}
    return {"best": best_row(epochs), "epochs": len(epochs)}
