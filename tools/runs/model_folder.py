"""Write the folder that people read about a model: recipe, weights, tables, figures and plots."""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tools.measures.baselines import baselines_text
from tools.measures.calibration import calibration_text
from tools.measures.calibration_plots import draw_reliability
from tools.measures.hop_cost import cost_text
from tools.measures.learning_plots import draw_learning_curve
from tools.measures.model_report import tables_text
from tools.measures.plots import draw_confusion
from tools.measures.policy_text import choices_text
from tools.measures.quiet_hours import quiet_hours_text
from tools.measures.runtimes import runtimes_text
from tools.measures.source_tables import sources_text
from tools.measures.stream_plots import draw_streams
from tools.measures.stream_report import streams_text
from tools.runs.filled_folder import filled_folder
from tools.runs.recipe import Recipe
from tools.runs.run_folder import write_json

# What an exam may hold besides the tables, and how it is told.
TEXTS = {
    "runtimes": runtimes_text,
    "streams": streams_text,
    "quiet_hours": quiet_hours_text,
    "cost": cost_text,
}


def write_model_folder(
    folder: Path,
    run: Path,
    recipe: Recipe,
    tables: Mapping[str, Any],
    exam: Mapping[str, Any],
    weights: Sequence[Path],
) -> None:
    """Fill the folder; with the run's best weights among `weights` training can start from it.

    `tables` are the figures of each split, `exam` all else that was measured, by what it is.
    """
    with filled_folder(folder) as made:
        (made / "recipe.toml").write_text(recipe.text, encoding="utf-8")
        for path in (*weights, run / "curves.png"):
            if path.is_file():
                shutil.copyfile(path, made / path.name)
        (made / "tables.md").write_text(exam_text(tables, exam) + "\n", encoding="utf-8")
        write_json(made / "metrics.json", tables)
        for name, figures in exam.items():
            write_json(made / f"{name}.json", figures)
        _draw(made, recipe, tables, exam)


def exam_text(tables: Mapping[str, Any], exam: Mapping[str, Any]) -> str:
    """Return all figures as Markdown tables."""
    parts = [tables_text(tables)]
    if "baselines" in exam:
        parts.append(baselines_text(exam["baselines"], "this model", tables))
    parts.append(choices_text(exam["choices"]))
    parts += [sources_text(split, of["sources"]) for split, of in tables.items()]
    parts.append(calibration_text(exam["calibration"]["before"], exam["calibration"]["after"]))
    parts += [text(exam[name]) for name, text in TEXTS.items() if name in exam]
    return "\n\n".join(parts)


def _draw(folder: Path, recipe: Recipe, tables: Mapping[str, Any], exam: Mapping[str, Any]) -> None:
    for split, of in tables.items():
        title = f"{recipe.name}, {split}, paper mix"
        draw_confusion(of["paper_mix"], recipe.labels, title, folder / f"confusion-{split}.png")
    calibration = exam["calibration"]
    title = f"{recipe.name}: what scores are worth"
    draw_reliability(calibration["before"], calibration["after"], title, folder / "reliability.png")
    if curve := exam.get("baselines", {}).get("curve"):
        title = "frozen mn04 with a classifier: recall over recordings"
        draw_learning_curve(curve, title, folder / "learning.png")
    if "streams" in exam:
        draw_streams(exam["streams"], f"{recipe.name}, test streams", folder / "streams.png")
