"""Synthetic sounds and a listener for the tests of streams: events are tones, background is noise."""

import numpy as np
from numpy.typing import NDArray

from audio_guard_engine.card import FrontEnd
from audio_guard_engine.decide import ClassPolicy
from tools.data.dataset import Clip
from tools.streams.scoring import Listener
from tools.windows.pcm_store import PcmStore, new_take

LABELS = ("dog", "glass", "others")
POLICY = ClassPolicy(threshold=0.5, hysteresis=0.1, hold_seconds=1.0, refractory_seconds=1.0)
TONE_HZ = {"dog": 500.0, "glass": 2_000.0}


def tone(hertz: float, seconds: float, level: float = 0.1) -> NDArray[np.float32]:
    time = np.arange(int(16_000 * seconds)) / 16_000
    return (level * np.sin(2 * np.pi * hertz * time)).astype(np.float32)


def noise(seed: int, seconds: float, level: float = 0.01) -> NDArray[np.float32]:
    rng = np.random.default_rng(seed)
    return (level * rng.standard_normal(int(16_000 * seconds))).astype(np.float32)


def store_of(*sounds: tuple[str, NDArray[np.float32]]) -> PcmStore:
    """Return a store of labelled sounds, each a recording of its own."""
    rows = [new_take(pcm, np.zeros(1, np.bool_)).rows() for _, pcm in sounds]
    return PcmStore(
        clips=[
            Clip(name=f"{label}{number}", label=label, split="test", group=f"{number}")
            for number, (label, _) in enumerate(sounds)
        ],
        clip=np.arange(len(sounds)),
        offsets=np.cumsum([0, *(len(pcm) for pcm, _ in rows)]),
        rows=np.concatenate([pcm for pcm, _ in rows]),
        starts=np.concatenate([marks for _, marks in rows]),
        failures=[],
    )


def home(dogs: int = 3, glasses: int = 2) -> PcmStore:
    """Return a store of barks (500 Hz), panes (2 kHz) and 60 s of noise."""
    return store_of(
        *(("dog", tone(TONE_HZ["dog"], 1.0 + 0.2 * i)) for i in range(dogs)),
        *(("glass", tone(TONE_HZ["glass"], 1.0 + 0.2 * i)) for i in range(glasses)),
        *(("others", noise(seed, 10.0)) for seed in range(6)),
    )


def tone_score(patches: NDArray[np.float32]) -> NDArray[np.float32]:
    """Score a class by how far the band of its tone stands out of the others, 1 from 40 dB on."""
    loudest = patches.max(axis=1)
    standing_out = (loudest - np.median(loudest, axis=1, keepdims=True)) / np.log(100)
    centers = np.linspace(0, 1, patches.shape[2])
    scores = np.zeros((len(patches), len(LABELS)), np.float32)
    for number, label in enumerate(LABELS[:2]):
        low, high = (_mel_place(TONE_HZ[label] * factor) for factor in (0.9, 1.1))
        scores[:, number] = standing_out[:, (low < centers) & (centers < high)].max(axis=1)
    return np.clip(scores, 0.0, 1.0)


def _mel_place(hertz: float) -> float:
    """Return where a frequency lies among the bands, 0 to 1."""
    mel, low, high = (1127 * np.log1p(f / 700) for f in (hertz, 125.0, 7_500.0))
    return float((mel - low) / (high - low))


def listener(**policies: ClassPolicy) -> Listener:
    return Listener(
        labels=LABELS,
        background="others",
        policies={"dog": POLICY, "glass": POLICY} | policies,
        front_end=FrontEnd(),
        score=tone_score,
    )
