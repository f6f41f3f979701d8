"""Compare the epochs of a training by their figures on val."""

import math
from collections.abc import Mapping, Sequence
from typing import Any


def rank(row: Mapping[str, Any]) -> tuple[float, float]:
    """Return what is highest in the best epoch: the figure, and of equal ones, as few clips give, less loss."""
    return row["figure"], -row.get("val_loss", math.inf)


def best_row(rows: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """Return the row of the best epoch, the first of equals."""
    return max(rows, key=rank)
