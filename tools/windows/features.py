"""Decode clips to PCM and turn PCM into log-mel frames and windows.

All front ends have 16 kHz, a frame every 10 ms, windows of 0.96 s and hops of 0.48 s, as `FRONT_END` has;
they differ in their bands and in the context that a model sees before a window.
"""

from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from audio_guard_engine.card import FrontEnd
from audio_guard_engine.logmel import frames as log_mel_frames
from tools.augmentation.synth_alarms import synthesize_alarm
from tools.augmentation.synth_background import synthesize_background
from tools.augmentation.synth_sirens import synthesize_siren
from tools.data.dataset import Clip, DatasetError

FRONT_END = FrontEnd()

GENERATORS: dict[str, Callable[[int], NDArray[np.float32]]] = {
    "alarm": synthesize_alarm,
    "background": synthesize_background,
    "siren": synthesize_siren,
}


def load_pcm(clip: Clip) -> NDArray[np.float32]:
    """Return a clip as 16 kHz mono in -1..1; raise DatasetError when it holds no audio."""
    if clip.path is None:
        generator, _, seed = clip.name.partition(":")
        return GENERATORS[generator](int(seed))
    return decode(clip.path)


def decode(path: Path) -> NDArray[np.float32]:
    """Decode a file to 16 kHz mono in -1..1."""
    try:
        size = path.stat().st_size
    except OSError as error:
        raise DatasetError(f"{path}: cannot be read ({error.strerror})") from error
    if size == 0:
        raise DatasetError(f"{path}: is empty (0 bytes); delete it or copy it again")
    try:
        pcm = _decode(path)
    except (av.error.FFmpegError, IndexError) as error:
        raise DatasetError(
            f"{path}: is no audio that FFmpeg can decode; delete it or convert it to WAV"
        ) from error
    if not pcm.size:
        raise DatasetError(f"{path}: holds no sample; delete it or record it again")
    return pcm


def _decode(path: Path) -> NDArray[np.float32]:
    resampler = av.AudioResampler(format="flt", layout="mono", rate=FRONT_END.sample_rate_hz)
    chunks = []
    with av.open(str(path)) as container:
        for frame in container.decode(container.streams.audio[0]):
            chunks += [part.to_ndarray()[0] for part in resampler.resample(frame)]
        chunks += [part.to_ndarray()[0] for part in resampler.resample(None)]
    return np.concatenate(chunks).astype(np.float32) if chunks else np.zeros(0, np.float32)


def window_frames(pcm: NDArray[np.float32], front_end: FrontEnd = FRONT_END) -> NDArray[np.float32]:
    """Return the log-mel frames of a clip, padded as the engine pads: (96 + 48 (windows - 1), bands)."""
    return log_mel_frames(padded(pcm), front_end)


def frame_count(pcm: NDArray[np.float32]) -> int:
    """Return how many log-mel frames a clip has, padded as the engine pads."""
    samples = FRONT_END.padded_samples(pcm.size) - FRONT_END.window_samples
    return samples // FRONT_END.hop_samples + 1


def patches_of(frames: NDArray[np.float32], front_end: FrontEnd) -> NDArray[np.float32]:
    """Cut frames (n, bands) into patches a hop apart, (windows, input frames, bands).

    Before the first frame there was silence, as for the engine.
    """
    silence = np.full((front_end.context_frames, front_end.mel_bands), front_end.silence)
    whole = np.concatenate((silence, frames)).astype(np.float32)
    windows = np.lib.stride_tricks.sliding_window_view(whole, front_end.input_frames, axis=0)
    return windows[:: front_end.patch_hop_frames].swapaxes(1, 2).copy()


def hop_count(pcm: NDArray[np.float32]) -> int:
    """Return how many windows a clip has, one every hop."""
    return 1 + (frame_count(pcm) - FRONT_END.patch_frames) // FRONT_END.patch_hop_frames


def padded(pcm: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return a clip with the zeros by which the engine completes its last window."""
    return np.pad(pcm, (0, FRONT_END.padded_samples(pcm.size) - pcm.size))


def window_energy(pcm: NDArray[np.float32], frames: int) -> NDArray[np.float64]:
    """Return the sum of squares of the window that starts at each frame, (frames - 95,)."""
    whole = np.zeros(frames * FRONT_END.hop_samples)
    whole[: min(pcm.size, whole.size)] = pcm[: whole.size]
    per_frame = np.square(whole).reshape(frames, -1).sum(axis=1)
    total = np.concatenate(([0.0], np.cumsum(per_frame)))
    return np.maximum(total[FRONT_END.patch_frames :] - total[: -FRONT_END.patch_frames], 0.0)


def loud(energy: NDArray[np.float64], within_db: float) -> NDArray[np.bool_]:
    """Mark the windows within some decibels of the loudest one."""
    return energy >= energy.max() * 10 ** (-within_db / 10)
