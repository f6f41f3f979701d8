"""Draw a clip's spectrogram and scores with the characters of a terminal."""

import numpy as np
from numpy.typing import NDArray

SHADES = " ░▒▓█"
HEIGHTS = "▁▂▃▄▅▆▇█"


def text_spectrogram(
    frames: NDArray[np.float32], *, columns: int = 72, rows: int = 12
) -> list[str]:
    """Return the rows of a picture of log-mel frames (n, bands), high bands first."""
    bands = _shrunk(_shrunk(frames, columns).T, rows)
    low, high = float(bands.min()), float(bands.max())
    step = (bands - low) / max(high - low, 1e-9) * (len(SHADES) - 1)
    return ["".join(SHADES[shade] for shade in row) for row in np.rint(step[::-1]).astype(int)]


def text_curve(scores: NDArray[np.float32], *, columns: int = 72) -> str:
    """Return a line of bars for scores (n,) in 0..1; of several in a column the highest."""
    stretched = np.repeat(scores, -(-columns // len(scores)))
    heights = [part.max() * (len(HEIGHTS) - 1) for part in np.array_split(stretched, columns)]
    return "".join(HEIGHTS[round(float(height))] for height in heights)


def _shrunk(values: NDArray[np.float32], count: int) -> NDArray[np.float32]:
    """Average rows (n, m) into at most `count`."""
    parts = np.array_split(values, min(count, len(values)))
    return np.stack([part.mean(axis=0) for part in parts])
