"""Turn a clip into what a browser can play and show."""

import io

import numpy as np
from matplotlib.image import imsave

from tools.data.dataset import Clip
from tools.data.flac import to_int16
from tools.data.wav import wav_bytes
from tools.windows.features import load_pcm, window_frames


def sound(clip: Clip) -> bytes:
    """Return the clip as WAV, at 16 kHz as the network hears it."""
    return wav_bytes(to_int16(load_pcm(clip)))


def spectrogram(clip: Clip) -> bytes:
    """Return the log-mel frames as PNG: a pixel per frame and band, high bands on top."""
    picture = io.BytesIO()
    bands = np.asarray(window_frames(load_pcm(clip)).T)
    imsave(picture, bands, origin="lower", cmap="magma", format="png")
    return picture.getvalue()
