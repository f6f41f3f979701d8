"""Detections in a long stream are exactly the engine's."""

import numpy as np
import pytest

from audio_guard_engine.decide import ClassPolicy, Decider
from audio_guard_engine.frame import ScoreFrame
from tools.measures.detections import detection_times

POLICIES = (
    ClassPolicy(threshold=0.7),
    ClassPolicy(threshold=0.5, hysteresis=0.3, confirm_hops=3, of_hops=6, hold_seconds=2.0),
    ClassPolicy(threshold=0.9, confirm_hops=1, of_hops=2, hold_seconds=0.0, refractory_seconds=3.0),
    ClassPolicy(threshold=0.0),
    ClassPolicy(threshold=1.0),
)


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("rarity", [1, 8])
def test_hops_passed_over_change_nothing(policy: ClassPolicy, rarity: int) -> None:
    rng = np.random.default_rng(rarity)
    scores = np.round(rng.random(4_000) ** rarity, 1).astype(np.float32)
    scores[rng.integers(0, 4_000, 20)] = np.nan
    decider = Decider({"dog": policy})
    frames = (
        ScoreFrame(source="", t=0.96 + hop * 0.48, scores={"dog": score}, level_dbfs=0.0)
        for hop, score in enumerate(scores.tolist())
    )
    expected = [change.t for frame in frames for change in decider.step(frame) if change.active]
    np.testing.assert_array_equal(detection_times(scores, "dog", policy), expected)
    assert len(expected) > 0 or policy.threshold == 1.0


def test_silence_has_no_detection() -> None:
    assert detection_times(np.zeros(100, np.float32), "dog", POLICIES[0]).size == 0
