"""The newest seconds of one unbroken stretch of sound, for whoever wants to keep what was heard."""

import threading

import numpy as np
from numpy.typing import NDArray

INT16_PEAK = 32_767


class PcmHistory:
    """A ring of 16-bit samples, 32 kB a second at 16 kHz. One thread may write while others read."""

    def __init__(self, sample_rate_hz: int, seconds: float) -> None:
        """Take all the memory that will ever be used."""
        self.sample_rate_hz = sample_rate_hz
        self._samples = np.zeros(round(seconds * sample_rate_hz), np.int16)
        self._total = 0  # samples written since the stretch began
        self._lock = threading.Lock()

    def write(self, pcm: NDArray[np.float32]) -> None:
        """Append samples in -1…1, fewer than the ring holds; the oldest make room."""
        samples = np.rint(np.clip(pcm, -1.0, 1.0) * INT16_PEAK).astype(np.int16)
        with self._lock:
            places = np.arange(self._total, self._total + len(samples)) % len(self._samples)
            self._samples[places] = samples
            self._total += len(samples)

    def read(self, start_seconds: float, stop_seconds: float) -> NDArray[np.int16]:
        """Copy what is still, and already, there of a part of the stretch; its times are those of `ScoreFrame.t`."""
        with self._lock:
            oldest = max(0, self._total - len(self._samples))
            start = max(oldest, round(start_seconds * self.sample_rate_hz))
            stop = min(self._total, round(stop_seconds * self.sample_rate_hz))
            places = np.arange(start, max(start, stop)) % len(self._samples)
            return np.take(self._samples, places)
