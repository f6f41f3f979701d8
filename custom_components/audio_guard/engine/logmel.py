"""Log-mel patches as VGGish defines them, computed incrementally.

Source of the definition: Hershey et al. 2017 and the published `mel_features.py` / `vggish_params.py`: magnitude of
an FFT over periodic-Hann windows, 64 triangular bands on the HTK mel scale, natural logarithm after adding 0.01.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from .card import FrontEnd
from .per_core import OnePerCore

Samples = NDArray[np.float32]
Patch = NDArray[np.float32]


def mel_matrix(front_end: FrontEnd) -> NDArray[np.float64]:
    """Return the band weights, shape (fft_size / 2 + 1, mel_bands): triangles that are straight on the mel scale."""
    bins_mel = _mel(np.linspace(0.0, front_end.sample_rate_hz / 2, front_end.fft_size // 2 + 1))
    lowest, highest = _mel(np.array([front_end.mel_min_hz, front_end.mel_max_hz]))
    edges_mel = np.linspace(lowest, highest, front_end.mel_bands + 2)
    low, center, high = edges_mel[:-2], edges_mel[1:-1], edges_mel[2:]
    rising = (bins_mel[:, None] - low) / (center - low)
    falling = (high - bins_mel[:, None]) / (high - center)
    weights: NDArray[np.float64] = np.maximum(0.0, np.minimum(rising, falling))
    weights[0] = 0.0  # the definition keeps the DC bin out of every band
    return weights * _preemphasis(front_end)[:, None]


def _preemphasis(front_end: FrontEnd) -> NDArray[np.float64]:
    """Return by how much pre-emphasis weighs each bin of the spectrum, shape (fft_size / 2 + 1,)."""
    hertz = np.linspace(0.0, front_end.sample_rate_hz / 2, front_end.fft_size // 2 + 1)
    turn = np.exp(-2j * np.pi * hertz / front_end.preemphasis_rate_hz)
    weight: NDArray[np.float64] = np.abs(1 - front_end.preemphasis * turn)
    return weight**front_end.spectrum_power


def _mel(hertz: NDArray[np.float64]) -> NDArray[np.float64]:
    """Convert frequencies to HTK mels."""
    mels: NDArray[np.float64] = 1127.0 * np.log1p(hertz / 700.0)
    return mels


def periodic_hann(length: int) -> NDArray[np.float64]:
    """Return a Hann window whose period is `length` (not the symmetric one of `numpy.hanning`)."""
    window: NDArray[np.float64] = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(length) / length)
    return window


class LogMel:
    """Turn contiguous sound into what a model is given, shape (context_frames + patch_frames, mel_bands).

    One object serves one stream: it keeps the frames that two patches share, so a hop costs only its new frames.
    Buffers are reused between calls (large temporaries are slow on musl's malloc): copy a patch to keep it.
    """

    def __init__(self, front_end: FrontEnd) -> None:
        """Prepare the constants and the buffers for one stream."""
        self._front_end = front_end
        self._makers = _frame_makers(front_end)
        self._overlap = front_end.window_samples - front_end.hop_samples
        self._input = np.empty((front_end.input_frames, front_end.mel_bands), np.float32)
        self._pcm = np.empty(self._overlap + front_end.patch_hop_samples, np.float32)
        self._hop = self._framed(self._pcm)

    def whole(self, pcm: Samples) -> Patch:
        """Compute a patch from its `patch_samples` samples, forgetting what came before: its context is silent."""
        if len(pcm) != self._front_end.patch_samples:
            raise ValueError(
                f"a patch needs {self._front_end.patch_samples} samples, got {len(pcm)}"
            )
        self._input[: self._front_end.context_frames] = self._front_end.silence
        self._compute(self._framed(pcm), self._input[self._front_end.context_frames :])
        self._pcm[: self._overlap] = pcm[len(pcm) - self._overlap :]
        return self._input

    def advance(self, pcm: Samples) -> Patch:
        """Compute the next patch from the `patch_hop_samples` samples that follow the last patch's."""
        if len(pcm) != self._front_end.patch_hop_samples:
            raise ValueError(
                f"a hop is {self._front_end.patch_hop_samples} samples, got {len(pcm)}"
            )
        self._pcm[self._overlap :] = pcm
        kept = self._front_end.input_frames - self._front_end.patch_hop_frames
        self._input[:kept] = self._input[self._front_end.patch_hop_frames :]
        self._compute(self._hop, self._input[kept:])
        self._pcm[: self._overlap] = self._pcm[len(self._pcm) - self._overlap :]
        return self._input

    def _framed(self, pcm: Samples) -> Samples:
        """Return a view of the frames of `pcm`, shape (frames, window_samples)."""
        windows = np.lib.stride_tricks.sliding_window_view(pcm, self._front_end.window_samples)
        return windows[:: self._front_end.hop_samples]

    def _compute(self, framed: Samples, out: Patch) -> None:
        """Write the log-mel frames of samples (frames, window_samples) to `out`, shape (frames, mel_bands)."""
        at_once = self._front_end.patch_hop_frames
        with self._makers.taken() as maker:
            for first in range(0, len(out), at_once):
                maker.make(framed[first : first + at_once], out[first : first + at_once])


class _FrameMaker:
    """Compute frames, as many at a time as a hop adds; the buffers are for one thread at a time."""

    def __init__(self, front_end: FrontEnd) -> None:
        """Prepare the constants and the buffers.

        The windows are as large as what they are multiplied with: to spread one, numpy would take a buffer per call,
        which musl's malloc gets from the kernel and gives back each time (41 µs instead of 5).
        """
        shape = (front_end.patch_hop_frames, front_end.fft_size)
        bins = front_end.fft_size // 2 + 1
        self._front_end = front_end
        self._hann = np.zeros(shape, np.float32)
        self._hann[:, : front_end.window_samples] = periodic_hann(front_end.window_samples)
        self._mel = np.ascontiguousarray(mel_matrix(front_end), dtype=np.float32)
        self._windowed = np.zeros(shape, np.float32)
        self._spectrum = np.empty((shape[0], bins), np.complex64)
        self._magnitude = np.empty((shape[0], bins), np.float32)

    def make(self, framed: Samples, out: Patch) -> None:
        """Write the log-mel frames of samples (frames, window_samples) to `out`, shape (frames, mel_bands)."""
        count = len(out)
        windowed, spectrum = self._windowed[:count], self._spectrum[:count]
        magnitude = self._magnitude[:count]
        np.copyto(windowed[:, : self._front_end.window_samples], framed)
        np.multiply(windowed, self._hann[:count], out=windowed)
        np.fft.rfft(windowed, out=spectrum)  # type: ignore[arg-type]
        np.abs(spectrum, out=magnitude)
        if self._front_end.spectrum_power == 2:
            np.square(magnitude, out=magnitude)
        np.matmul(magnitude, self._mel, out=out)
        np.add(out, np.float32(self._front_end.log_offset), out=out)
        np.log(out, out=out)


@lru_cache(maxsize=4)
def _frame_makers(front_end: FrontEnd) -> OnePerCore[_FrameMaker]:
    """Return what all streams of a front end compute with."""
    return OnePerCore(lambda: _FrameMaker(front_end))


def frames(pcm: Samples, front_end: FrontEnd) -> NDArray[np.float32]:
    """Compute all whole frames of recordings at once, as training does.

    `pcm` (..., samples) gives (..., frames, mel_bands).
    """
    if pcm.shape[-1] < front_end.window_samples:
        return np.empty((*pcm.shape[:-1], 0, front_end.mel_bands), np.float32)
    windows = np.lib.stride_tricks.sliding_window_view(pcm, front_end.window_samples, axis=-1)
    hann = periodic_hann(front_end.window_samples).astype(np.float32)
    windowed = windows[..., :: front_end.hop_samples, :] * hann
    magnitude = np.abs(np.fft.rfft(windowed, front_end.fft_size)).astype(np.float32)
    mels = magnitude**front_end.spectrum_power @ mel_matrix(front_end).astype(np.float32)
    log_mel: Patch = np.log(mels + np.float32(front_end.log_offset))
    return log_mel
