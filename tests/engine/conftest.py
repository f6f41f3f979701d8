"""A model without files, and a scorer that says what a test wants."""

import sysconfig
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from audio_guard_engine.card import FrontEnd, Model
from audio_guard_engine.decide import ClassPolicy
from audio_guard_engine.scorer import Runtime

ON_MUSL = "musl" in str(sysconfig.get_config_var("SOABI"))
# On other machines its absence is a mistake, and shall fail.
needs_litert = pytest.mark.skipif(ON_MUSL, reason="LiteRT has no wheels for musl")

LABELS = ("dog", "others")
MODEL = Model(
    name="fake",
    version="1",
    title="Fake",
    labels=LABELS,
    background="others",
    front_end=FrontEnd(),
    policies={"dog": ClassPolicy(threshold=0.5)},
    files={},
)


class LoudnessScorer:
    """Call everything a dog, the louder the surer; `before` runs first, to be slow or to fail."""

    runtime = Runtime.NCNN

    def __init__(self, before: Callable[[], None] = lambda: None) -> None:
        self.before = before
        self.patches = 0

    def score(self, patch: NDArray[np.float32]) -> NDArray[np.float32]:
        self.before()
        self.patches += 1
        dog = float(1 / (1 + np.exp(-patch.mean())))
        return np.array([dog, 1 - dog], np.float32)


@pytest.fixture
def model() -> Model:
    return MODEL


@pytest.fixture
def scorer() -> LoudnessScorer:
    return LoudnessScorer()


@pytest.fixture
def tone() -> NDArray[np.float32]:
    """Return 2 s of a 1 kHz sine at 16 kHz, peak 0.5."""
    return (0.5 * np.sin(2 * np.pi * 1000 * np.arange(32_000) / 16_000)).astype(np.float32)
