"""Write the page that sets the paper's tables beside ours."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tools.measures.paper import (
    TABLE_1,
    TABLE_4,
    TABLE_4_SECONDS_PER_SAMPLE,
    TABLES_2_AND_3,
)
from tools.runs.epochs import best_row
from tools.runs.report_pages import templates

# Which of our systems stands for each of the paper's two, by the kinds of network.
CNN_PREFIX = "2dcnn"
CLASSIFIER_PREFIX = "vggish"


def write_comparison(figures: Mapping[str, Any], page: Path) -> None:
    """Write the Markdown page of a comparison's figures."""
    systems = figures["systems"]
    won = best(systems, systems)
    text = (
        templates()
        .get_template("paper.md.j2")
        .render(
            figures,
            rows=[_row(name, of) for name, of in systems.items()],
            ours=_columns(systems, won),
            won=won,
            best_on_test=max(systems, key=lambda name: _figure(systems[name], "test")),
            minutes=sum(_minutes(of) for of in systems.values()),
            paper_table_1=TABLE_1,
            paper_classes=TABLES_2_AND_3,
            paper_times=_times(),
            paper_mean_seconds=TABLE_4_SECONDS_PER_SAMPLE,
        )
    )
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(text, encoding="utf-8")


def best(names: Sequence[str] | Mapping[str, Any], systems: Mapping[str, Any]) -> str:
    """Return the system with the highest figure on val; test chooses nothing."""
    return max(names, key=lambda name: _figure(systems[name], "val"))


def _figure(of: Mapping[str, Any], split: str) -> float:
    """Return the mean of the paper mix's macro recall and precision and of all windows' precision."""
    tables = of["splits"][split]
    mix, everything = tables["paper_mix"]["macro"], tables["all_windows"]["macro"]
    return float(mix["recall"] + mix["precision"] + everything["precision"]) / 3


def _columns(systems: Mapping[str, Any], won: str) -> dict[str, Any]:
    """Return ours beside the paper's: the best 2DCNN, the best VGGish and the winner, as far as there."""
    chosen = {}
    for prefix in (CNN_PREFIX, CLASSIFIER_PREFIX):
        if mine := [name for name in systems if name.startswith(prefix)]:
            name = best(mine, systems)
            chosen[name] = systems[name]
    chosen[won] = systems[won]
    return chosen


def _row(name: str, of: Mapping[str, Any]) -> dict[str, Any]:
    """Return a system's line in the tables of all systems."""
    epoch = best_row(of["epochs"])
    return {
        "name": name,
        "weights": of["facts"]["weights"],
        "started_from": of["facts"]["started_from"],
        "epochs": len(of["epochs"]),
        "minutes": _minutes(of),
        "epoch": epoch,
        "val": of["splits"]["val"],
        "test": of["splits"]["test"],
        "val_figure": _figure(of, "val"),
        "test_figure": _figure(of, "test"),
        "seconds_per_sample": of["timing"]["seconds_per_sample"],
    }


def _minutes(of: Mapping[str, Any]) -> float:
    return float(sum(row["seconds"] for row in of["epochs"])) / 60


def _times() -> list[dict[str, Any]]:
    """Return the paper's Table 4 with its times per sample."""
    return [
        {
            "name": row.name,
            "label": row.label,
            "samples": row.samples,
            "cnn": row.cnn,
            "cnn_each": row.cnn / row.samples,
            "classifier": row.classifier,
            "classifier_each": row.classifier / row.samples,
        }
        for row in TABLE_4
    ]
