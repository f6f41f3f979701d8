"""Write 16 kHz mono PCM as WAV, which every player knows."""

import io
import wave

import numpy as np
from numpy.typing import NDArray

from tools.windows.features import FRONT_END


def wav_bytes(pcm: NDArray[np.int16]) -> bytes:
    """Return the whole file."""
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(FRONT_END.sample_rate_hz)
        sound.writeframes(pcm.astype("<i2").tobytes())
    return file.getvalue()
