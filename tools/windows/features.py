"""Decode clips to PCM and turn PCM into log-mel frames and windows."""

from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from audio_guard_engine.card import FrontEnd
from audio_guard_engine.logmel import frames
from tools.augmentation.synth_alarms import synthesize_alarm
from tools.augmentation.synth_background import synthesize_background
from tools.data.dataset import Clip, DatasetError

FRONT_END = FrontEnd()

GENERATORS: dict[str, Callable[[int], NDArray[np.float32]]] = {
    "alarm": synthesize_alarm,
    "background": synthesize_background,
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


def window_frames(pcm: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the log-mel frames of a clip, padded as the engine pads: (96 + 48 (windows - 1), 64)."""
    return frames(np.pad(pcm, (0, FRONT_END.padded_samples(pcm.size) - pcm.size)), FRONT_END)


def window_energy(pcm: NDArray[np.float32], frame_count: int) -> NDArray[np.float64]:
    """Return the sum of squares of the window that starts at each frame, (frame_count - 95,)."""
    padded = np.zeros(frame_count * FRONT_END.hop_samples)
    padded[: min(pcm.size, padded.size)] = pcm[: padded.size]
    per_frame = np.square(padded).reshape(frame_count, -1).sum(axis=1)
    total = np.concatenate(([0.0], np.cumsum(per_frame)))
    return np.maximum(total[FRONT_END.patch_frames :] - total[: -FRONT_END.patch_frames], 0.0)


def loud(energy: NDArray[np.float64], within_db: float) -> NDArray[np.bool_]:
    """Mark the windows within some decibels of the loudest one."""
    return energy >= energy.max() * 10 ** (-within_db / 10)
