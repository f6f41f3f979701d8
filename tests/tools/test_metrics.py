"""Tables are what one counts by hand."""

import numpy as np
import pytest

from tools.measures.metrics import calibration_error, confusion_matrix, table
from tools.measures.window_tables import ScoredWindows, of_clips, paper_mix, split_tables

LABELS = ("alarm", "dog", "others")


def test_table_matches_a_count_by_hand() -> None:
    truth = np.array([0, 0, 0, 1, 1, 2, 2, 2, 2, 2])
    guess = np.array([0, 0, 2, 1, 2, 2, 2, 2, 2, 0])
    made = table(confusion_matrix(truth, guess, 3), LABELS)
    assert made["micro"]["accuracy"] == 0.7
    assert made["classes"]["alarm"] == {
        "accuracy": 0.8,
        "precision": 0.6667,
        "recall": 0.6667,
        "specificity": 0.8571,
        "items": 3,
    }
    assert made["macro"]["recall"] == pytest.approx((2 / 3 + 1 / 2 + 4 / 5) / 3, abs=1e-4)
    assert made["confusion"] == [[2, 0, 1], [0, 1, 1], [1, 0, 4]]


def test_class_without_items_is_left_out_of_means() -> None:
    made = table(confusion_matrix(np.array([0, 2]), np.array([0, 2]), 3), LABELS)
    assert made["macro"]["recall"] == 1.0
    assert made["classes"]["dog"]["precision"] == 0.0


def test_calibration_error_is_the_gap_of_confidence_and_accuracy() -> None:
    scores = np.tile(np.array([[0.8, 0.2]], np.float32), (10, 1))
    assert calibration_error(scores, np.array([0] * 8 + [1] * 2)) == pytest.approx(0.0, abs=1e-4)
    assert calibration_error(scores, np.array([0] * 3 + [1] * 7)) == pytest.approx(0.5, abs=1e-4)


def make_windows() -> ScoredWindows:
    truth = np.array([0] * 4 + [1] * 2 + [2] * 30)
    clip = np.array([0] * 4 + [1] * 2 + [2] * 10 + [3] * 20)
    counts = np.ones(36, np.bool_)
    counts[3] = False
    scores = np.eye(3, dtype=np.float32)[truth]
    scores[3] = (0, 0, 1)
    return ScoredWindows(scores=scores, clip=clip, truth=truth, counts=counts)


def test_paper_mix_has_as_many_background_windows_as_events() -> None:
    windows = make_windows()
    chosen = paper_mix(windows, 2)
    assert (chosen & (windows.truth != 2)).sum() == 5
    assert (chosen & (windows.truth == 2)).sum() == 5
    assert not chosen[3]
    assert np.array_equal(chosen, paper_mix(windows, 2))


def test_split_tables_leave_quiet_windows_out() -> None:
    tables = split_tables(make_windows(), LABELS, "others")
    assert tables["all_windows"]["items"] == 35
    assert tables["all_windows"]["micro"]["accuracy"] == 1.0
    assert tables["clips"]["items"] == 4


def test_windows_of_some_clips_can_be_taken() -> None:
    windows = of_clips(make_windows(), np.array([True, False, False, True]))
    assert set(windows.clip.tolist()) == {0, 3}
    assert len(windows.scores) == len(windows.truth) == len(windows.counts) == 24
