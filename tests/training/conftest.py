"""A tiny data set of synthetic sounds and a tiny recipe, trained once for all tests."""

import wave
from pathlib import Path

import numpy as np
import pytest

from tools import train
from tools.augmentation.synth_alarms import synthesize_alarm
from tools.augmentation.synth_background import synthesize_background

RECIPE = """
name = "tiny"
version = "0.0.1"
title = "Tiny"
license = "MIT"
seed = 3
labels = ["alarm", "others"]
background = "others"
[data]
variants = { alarm = 1, others = 1 }
synthetic_alarms = 2
synthetic_backgrounds = 7
[network]
channels = [4, 8, 8]
pool_after = [0, 1, 2]
embedding = 16
[training]
epochs = 2
windows_per_epoch = 96
batch = 16
learning_rate = 5e-3
[decider.alarm]
threshold = 0.8
confirm_hops = 2
of_hops = 3
"""


def write_wav(path: Path, pcm: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16000)
        file.writeframes((pcm * 32767).astype("<i2").tobytes())


@pytest.fixture(scope="session")
def recipe_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("recipe") / "tiny.toml"
    path.write_text(RECIPE)
    return path


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five clips of 3 s per class: three to train, one for val, one for test; one more is broken."""
    folder = tmp_path_factory.mktemp("clips")
    for seed in range(5):
        write_wav(folder / "alarm" / f"{seed}.wav", synthesize_alarm(100 + seed)[:48000])
        write_wav(folder / "others" / f"{seed}.wav", synthesize_background(100 + seed)[:48000])
    return folder


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="session")
def run(
    tmp_path_factory: pytest.TempPathFactory, recipe_path: Path, data: Path, cache: Path
) -> Path:
    """Return the folder of a finished run."""
    folder = tmp_path_factory.mktemp("runs") / "tiny"
    arguments = ["--recipe", recipe_path, "--data", data, "--out", folder, "--cache", cache]
    assert train.main([str(argument) for argument in arguments]) == 0
    return folder
