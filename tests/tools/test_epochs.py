"""The best epoch has the highest figure, and of equal ones the lowest loss."""

from tools.runs.epochs import best_row


def row(epoch: int, figure: float, **others: float) -> dict[str, float]:
    return {"epoch": epoch, "figure": figure} | others


def test_higher_figure_wins_over_less_loss() -> None:
    rows = [row(1, 0.8, val_loss=0.1), row(2, 0.9, val_loss=0.5)]
    assert best_row(rows)["epoch"] == 2


def test_less_loss_wins_among_equal_figures() -> None:
    rows = [row(1, 0.9, val_loss=0.4), row(2, 0.9, val_loss=0.1), row(3, 0.9, val_loss=0.2)]
    assert best_row(rows)["epoch"] == 2


def test_first_wins_where_losses_are_equal_or_were_not_kept() -> None:
    assert best_row([row(1, 0.9, val_loss=0.1), row(2, 0.9, val_loss=0.1)])["epoch"] == 1
    assert best_row([row(1, 0.9), row(2, 0.9)])["epoch"] == 1
