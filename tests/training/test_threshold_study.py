"""Curves, thresholds and confidence are what one counts by hand."""

import numpy as np
import pytest

from tools.measures.confidence import confidence, confidence_figures
from tools.measures.spectrogram_plots import typical_clip
from tools.measures.threshold_study import (
    best_thresholds,
    roc,
    study,
    threshold_figures,
)
from tools.measures.window_tables import ScoredWindows

LABELS = ("alarm", "dog", "others")
ALARM, DOG, OTHERS = range(3)


def windows_of(
    *rows: tuple[int, tuple[float, float, float]], clips: object = None
) -> ScoredWindows:
    """Return windows of (truth, scores), each a clip of its own unless clips are given."""
    truth, scores = zip(*rows, strict=True)
    return ScoredWindows(
        scores=np.array(scores, np.float32),
        clip=np.arange(len(rows)) if clips is None else np.array(clips),
        truth=np.array(truth),
        counts=np.ones(len(rows), np.bool_),
    )


WINDOWS = windows_of(
    (ALARM, (0.9, 0.1, 0.0)),
    (DOG, (0.7, 0.2, 0.1)),
    (ALARM, (0.6, 0.1, 0.3)),
    (OTHERS, (0.2, 0.1, 0.7)),
    (OTHERS, (0.1, 0.1, 0.8)),
)


def test_roc_counts_which_windows_rank_higher() -> None:
    curve = roc(WINDOWS, ALARM)
    assert curve is not None
    assert curve.auc == pytest.approx(5 / 6)  # of 2 x 3 pairs one is in the wrong order
    assert curve.average_precision == pytest.approx((1 + 2 / 3) / 2)
    at_zero = curve.true_positive_rate[curve.false_positive_rate == 0]
    assert at_zero.max() == 0.5
    assert (np.diff(curve.thresholds) < 0).all()


def test_no_curve_where_only_one_side_is_there() -> None:
    assert roc(windows_of((OTHERS, (0.2, 0.2, 0.6))), ALARM) is None
    assert roc(windows_of((ALARM, (0.2, 0.2, 0.6))), ALARM) is None


@pytest.mark.parametrize(
    ("threshold", "precision", "recall", "f1", "false_windows"),
    [
        (0.15, 0.5, 1.0, 0.6667, 90_000.0),
        (0.6, 0.6667, 1.0, 0.8, 0.0),
        (0.65, 0.5, 0.5, 0.5, 0.0),
        (0.9, 1.0, 0.5, 0.6667, 0.0),
        (0.95, None, 0.0, 0.0, 0.0),
    ],
)
def test_threshold_gives_what_reaches_it(
    threshold: float, precision: float | None, recall: float, f1: float, false_windows: float
) -> None:
    assert threshold_figures(WINDOWS, ALARM, OTHERS, threshold) == {
        "threshold": threshold,
        "precision": precision,
        "recall": recall,
        "f1": f1,
        "false_windows_per_day": false_windows,
    }


def test_nothing_is_said_of_what_has_no_windows() -> None:
    figures = threshold_figures(windows_of((DOG, (0.9, 0.1, 0.0))), ALARM, OTHERS, 0.5)
    del figures["threshold"]
    assert set(figures.values()) == {None}


def test_best_threshold_is_the_highest_of_the_best_f1() -> None:
    windows = windows_of(
        (ALARM, (0.9, 0.0, 0.1)), (ALARM, (0.62, 0.0, 0.38)), (OTHERS, (0.3, 0.0, 0.7))
    )
    assert best_thresholds(windows, LABELS, "others") == {"alarm": 0.62}


def test_windows_that_do_not_count_are_left_out() -> None:
    loud = windows_of((ALARM, (0.9, 0.0, 0.1)), (ALARM, (0.0, 0.0, 1.0)), (OTHERS, (0.3, 0.0, 0.7)))
    loud.counts[1] = False
    assert threshold_figures(loud, ALARM, OTHERS, 0.9)["recall"] == 1.0
    assert confidence(loud, 3).windows.sum() == 2


def test_study_looks_at_thresholds_chosen_elsewhere() -> None:
    studied = study(WINDOWS, LABELS, "others", {"alarm": 0.65})
    assert set(studied) == {"alarm", "dog"}
    assert studied["alarm"]["chosen"]["recall"] == 0.5
    assert studied["alarm"]["auc"] == 0.8333
    assert studied["dog"]["chosen"] is None
    assert [row["recall"] for row in studied["alarm"]["thresholds"]] == (
        [1.0] * 3 + [0.5] * 6 + [0.0] * 2
    )


def test_confidence_is_the_mean_score_of_the_guess() -> None:
    matrix = confidence(WINDOWS, 3)
    assert matrix.windows.tolist() == [[2, 0, 0], [1, 0, 0], [0, 0, 2]]
    assert matrix.mean[ALARM, ALARM] == pytest.approx(0.75)
    assert matrix.mean[DOG, ALARM] == pytest.approx(0.7)
    assert matrix.mean[OTHERS, OTHERS] == pytest.approx(0.75)
    assert np.isnan(matrix.mean[matrix.windows == 0]).all()


def test_threshold_keeps_right_and_drops_wrong_guesses() -> None:
    figures = confidence_figures(WINDOWS, LABELS, 0.8)
    assert figures["classes"]["alarm"] == {
        "true_positives": {"windows": 2, "mean": 0.75, "kept": 0.5},
        "false_positives": {"windows": 1, "mean": 0.7, "kept": 0.0},
    }
    assert figures["classes"]["dog"]["true_positives"] == {
        "windows": 0,
        "mean": None,
        "kept": None,
    }
    assert figures["mean"][DOG] == [0.7, None, None]


def test_typical_clip_is_the_surest_of_the_longer_ones() -> None:
    windows = windows_of(
        (ALARM, (1.0, 0.0, 0.0)),
        (ALARM, (0.6, 0.0, 0.4)),
        (ALARM, (0.7, 0.0, 0.3)),
        (ALARM, (0.9, 0.0, 0.1)),
        (ALARM, (0.2, 0.0, 0.8)),
        clips=[0, 1, 1, 2, 2],
    )
    assert typical_clip(windows, ALARM) == 1
    assert typical_clip(windows, DOG) is None
