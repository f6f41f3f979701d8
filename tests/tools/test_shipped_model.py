"""The shipped model hears what it is for, stays quiet at nothing, and its report is its own."""

import json

import numpy as np
import pytest
from numpy.typing import NDArray

from audio_guard_engine.card import BUNDLED_MODELS, Model, load_model
from audio_guard_engine.scorer import Runtime, Scorer, load_scorer
from tools.augmentation.synth_alarms import synthesize_alarm
from tools.augmentation.synth_background import synthesize_background
from tools.runs.run_folder import ROOT
from tools.windows.features import patches_of, window_frames

# Seeds far from those that the recipe trains with.
SEEDS = range(900_000, 900_014)


@pytest.fixture(scope="module")
def model() -> Model:
    return load_model()


@pytest.fixture(scope="module")
def scorer(model: Model) -> Scorer:
    return load_scorer(model, Runtime.NCNN)


def scores_of(scorer: Scorer, pcm: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the scores of all windows, (windows, labels)."""
    front_end = load_model().front_end
    return np.stack(
        [scorer.score(patch) for patch in patches_of(window_frames(pcm, front_end), front_end)]
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_noise_hum_tones_and_silence_stay_under_every_threshold(
    model: Model, scorer: Scorer, seed: int
) -> None:
    scores = scores_of(scorer, synthesize_background(seed))
    for label, policy in model.policies.items():
        assert scores[:, model.labels.index(label)].max() < policy.threshold, label


def test_beeping_alarms_are_heard(model: Model, scorer: Scorer) -> None:
    policy, number = model.policies["alarm"], model.labels.index("alarm")
    heard = [
        (scores_of(scorer, synthesize_alarm(seed))[:, number] >= policy.threshold).sum()
        >= policy.confirm_hops
        for seed in SEEDS
    ]
    assert sum(heard) >= 0.9 * len(SEEDS)


def test_scores_are_probabilities(scorer: Scorer) -> None:
    scores = scores_of(scorer, synthesize_alarm(900_000))
    assert scores.min() >= 0
    assert np.allclose(scores.sum(axis=1), 1.0, atol=1e-4)


def test_report_is_of_this_model(model: Model) -> None:
    card = json.loads((BUNDLED_MODELS / model.name / "card.json").read_text())
    figures = json.loads((ROOT / "models" / model.name / "metrics.json").read_text())
    for split in ("val", "test"):
        shown = card["metrics"][split]["paper_mix"]["micro_accuracy"]
        assert shown == figures[split]["paper_mix"]["micro"]["accuracy"]
    for label, policy in model.policies.items():
        assert figures["test"]["alerts"][label]["threshold"] == policy.threshold
