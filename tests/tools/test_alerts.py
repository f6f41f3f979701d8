"""Clips are heard, and false alarms raised, as the engine's decider makes of their scores."""

from dataclasses import replace

import numpy as np

from audio_guard_engine.decide import ClassPolicy
from tools.measures.alerts import alert_figures, clip_streams
from tools.measures.window_tables import ScoredWindows

LABELS = ("dog", "others")
POLICY = ClassPolicy(threshold=0.5, hysteresis=0.1, hold_seconds=1.0, refractory_seconds=2.0)


def windows_of(*clips: tuple[str, list[float]]) -> ScoredWindows:
    dog = np.array([score for _, scores in clips for score in scores], np.float32)
    number = np.concatenate([np.full(len(scores), i) for i, (_, scores) in enumerate(clips)])
    truth = np.concatenate([np.full(len(s), LABELS.index(label)) for label, s in clips])
    counts = np.ones(dog.size, np.bool_)
    scores = np.stack((dog, 1 - dog), axis=1)
    return ScoredWindows(scores=scores, clip=number, truth=truth, counts=counts)


def test_clips_do_not_run_into_each_other() -> None:
    windows = windows_of(("dog", [0.9]), ("others", [0.1, 0.2]), ("dog", [0.3]))
    assert [(clip, len(scores)) for clip, _, scores in clip_streams(windows)] == [
        (0, 1),
        (1, 2),
        (2, 1),
    ]


def test_figures_count_heard_clips_and_false_alarms() -> None:
    windows = windows_of(("dog", [0.9]), ("dog", [0.2]), ("others", [0.6] + [0.0] * 7499))
    figures = alert_figures(windows, LABELS, "others", "dog", POLICY)
    assert figures["recall"] == 0.5
    assert figures["false_alarms"] == 1
    assert figures["hours"] == 1.0


def test_background_window_that_does_not_count_raises_no_false_alarm() -> None:
    windows = windows_of(("dog", [0.9]), ("others", [0.6] + [0.0] * 7499))
    windows = replace(windows, counts=windows.scores[:, 0] != np.float32(0.6))
    assert alert_figures(windows, LABELS, "others", "dog", POLICY)["false_alarms"] == 0
