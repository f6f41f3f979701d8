"""Decode a sound file for the camera to play. The only module here that needs PyAV."""

from pathlib import Path

import av
import numpy as np

from audio_guard_engine.sounds.synth import SAMPLE_RATE_HZ

from .codec import Pcm


def decode(path: Path) -> Pcm:
    """Return the first audio track of a file as 16 kHz mono. Raises `OSError`, `ValueError`.

    Channels are averaged here, since FFmpeg's own mono from stereo floats is 3 dB louder.
    """
    resampler = av.AudioResampler(format="fltp", rate=SAMPLE_RATE_HZ)
    with av.open(str(path)) as container:
        if not container.streams.audio:
            raise ValueError(f"{path} has no audio")
        blocks = [
            frame.to_ndarray().mean(axis=0)
            for source in (*container.decode(audio=0), None)
            for frame in resampler.resample(source)
        ]
    return np.concatenate(blocks)
