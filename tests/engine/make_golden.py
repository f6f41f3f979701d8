"""Compute the golden log-mel values from VGGish's published definition, as slowly and plainly as it reads.

    python tests/engine/make_golden.py > tests/engine/golden_logmel.json

Everything is float64 and the DFT is written out as a sum, so that nothing is shared with the engine but the definition.
"""

import json
import sys

import numpy as np

RATE_HZ = 16_000
WINDOW = 400
HOP = 160
FFT = 512
BANDS = 64
LOW_HZ = 125.0
HIGH_HZ = 7_500.0
OFFSET = 0.01
FRAMES = 96


def golden_signal(samples: int) -> np.ndarray:
    """Return a rising sine under noise from a linear congruential generator: the same on every machine."""
    t = np.arange(samples) / RATE_HZ
    chirp = 0.3 * np.sin(2 * np.pi * (100 * t + 0.5 * 4_000 * t**2))
    state = 12_345
    noise = np.empty(samples)
    for i in range(samples):
        state = (1_103_515_245 * state + 12_345) % 2**31
        noise[i] = state / 2**30 - 1
    return chirp + 0.02 * noise


def log_mel(pcm: np.ndarray) -> np.ndarray:
    """Return the log-mel frames, shape (FRAMES, BANDS)."""
    n = np.arange(WINDOW)
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * n / WINDOW)
    bins = np.arange(FFT // 2 + 1)
    dft = np.exp(-2j * np.pi * np.outer(n, bins) / FFT)
    frames = np.array([pcm[i * HOP : i * HOP + WINDOW] for i in range(FRAMES)])
    magnitude = np.abs((frames * hann) @ dft)
    return np.log(magnitude @ mel_weights(bins * RATE_HZ / FFT) + OFFSET)


def mel_weights(bins_hz: np.ndarray) -> np.ndarray:
    """Return one triangle per band, each weight worked out alone."""

    def mel(hertz: float) -> float:
        return 1127.0 * np.log(1 + hertz / 700.0)

    edges = [mel(LOW_HZ) + i * (mel(HIGH_HZ) - mel(LOW_HZ)) / (BANDS + 1) for i in range(BANDS + 2)]
    weights = np.zeros((len(bins_hz), BANDS))
    for bin_index, hertz in enumerate(bins_hz):
        for band in range(BANDS):
            low, center, high = edges[band : band + 3]
            rise = (mel(hertz) - low) / (center - low)
            fall = (high - mel(hertz)) / (high - center)
            weights[bin_index, band] = 0.0 if bin_index == 0 else max(0.0, min(rise, fall))
    return weights


if __name__ == "__main__":
    values = log_mel(golden_signal((FRAMES - 1) * HOP + WINDOW))
    made_by = f"Python {sys.version.split()[0]}, numpy {np.__version__}"
    json.dump({"made_by": made_by, "log_mel": np.round(values, 7).tolist()}, sys.stdout)
