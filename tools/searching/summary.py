"""Sum up the trials of a search: as rows, as Markdown, and which fields mattered."""

import warnings
from collections.abc import Mapping, Sequence
from typing import Any

from optuna.importance import get_param_importances
from optuna.study import Study
from optuna.trial import FrozenTrial, TrialState

from tools.searching.space import Dimension

STATES = {
    TrialState.COMPLETE: "finished",
    TrialState.PRUNED: "pruned",
    TrialState.FAIL: "stopped",
    TrialState.RUNNING: "running",
}


def trial_name(number: int) -> str:
    """Return the name of a trial's run folder."""
    return f"trial-{number:03d}"


def trial_rows(study: Study, space: Sequence[Dimension]) -> list[dict[str, Any]]:
    """Return a row per trial; its figure is that of its best epoch."""
    return [_row(trial, space) for trial in study.get_trials(deepcopy=False)]


def _row(trial: FrozenTrial, space: Sequence[Dimension]) -> dict[str, Any]:
    return {
        "trial": trial_name(trial.number),
        "state": STATES[trial.state],
        "figure": max(trial.intermediate_values.values(), default=None),
        "epochs": len(trial.intermediate_values),
        "seconds": round(trial.duration.total_seconds(), 1) if trial.duration else None,
        "values": {
            dimension.field: dimension.shown(trial.params[dimension.field])
            for dimension in space
            if dimension.field in trial.params
        },
    }


def importances(study: Study) -> dict[str, float]:
    """Return which share of what makes a trial good each field has; nothing while that can't be told."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", UserWarning)  # "importances will be equal"
            shares = get_param_importances(study)
    except (UserWarning, ValueError):
        return {}
    return {field: round(float(share), 3) for field, share in shares.items()}


def summary_text(rows: Sequence[Mapping[str, Any]], shares: Mapping[str, float]) -> str:
    """Return the trials as Markdown, the best first."""
    fields = list(dict.fromkeys(field for row in rows for field in row["values"]))
    titles = ("trial", "state", "figure", "epochs", "seconds", *fields)
    ordered = sorted(rows, key=lambda row: (row["state"] != "finished", -(row["figure"] or 0)))
    lines = [
        "# Trials",
        "",
        "The figure is that of the best epoch on val: the mean of recall and precision in the paper mix and of "
        "precision over all windows.",
        "",
        _line(titles),
        _line(["---"] * len(titles)),
        *(_line([*map(row.get, titles[:5]), *map(row["values"].get, fields)]) for row in ordered),
    ]
    if shares:
        named = ", ".join(f"{field} {share:.0%}" for field, share in shares.items())
        lines += ["", f"What made trials good (PED-ANOVA): {named}."]
    return "\n".join(lines) + "\n"


def _line(cells: Sequence[Any]) -> str:
    return "| " + " | ".join(map(_cell, cells)) + " |"


def _cell(value: Any) -> str:
    if value is None:
        return "–"
    return f"{value:.4g}" if isinstance(value, float) else str(value)
