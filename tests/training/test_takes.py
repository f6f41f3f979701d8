"""A clip to train on is taken as it is and as several cameras hear it."""

import numpy as np

from tools.data.dataset import Clip
from tools.windows.takes import TrainingTakes


def generated(generator: str, label: str) -> Clip:
    return Clip(name=f"{generator}:0", label=label, split="train", group="0")


def test_training_takes_have_margins_and_variants() -> None:
    takes_of = TrainingTakes(
        variants={"alarm": 3},
        backgrounds=[generated("background", "others")],
        background_label="others",
        gate_db=20.0,
        seed=1,
    )
    clip = generated("alarm", "alarm")
    takes = takes_of(clip)
    assert len(takes) == 4
    assert all(np.isfinite(take.pcm).all() for take in takes)
    assert all(0 < take.starts.mean() < 1 for take in takes)
    assert not takes[0].starts[-95:].any()
    again = takes_of(clip)
    assert all(np.array_equal(a.pcm, b.pcm) for a, b in zip(takes, again, strict=True))
