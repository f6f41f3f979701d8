"""Write 16 kHz mono PCM as FLAC."""

import io

import av
import numpy as np
from numpy.typing import NDArray

from tools.windows.features import FRONT_END


def to_int16(pcm: NDArray[np.float32]) -> NDArray[np.int16]:
    """Return PCM in -1..1 as 16-bit integers; what a resampler overshoots is clipped."""
    return np.clip(np.rint(pcm * 32768.0), -32768, 32767).astype(np.int16)


def flac_bytes(pcm: NDArray[np.int16]) -> bytes:
    """Encode in memory, so that a full disk is an error of the one write that follows."""
    file = io.BytesIO()
    # FFmpeg leaves 8 KiB for tags, more than many a short sound takes.
    no_padding = {"metadata_header_padding": "0"}
    with av.open(file, "w", format="flac", options=no_padding) as container:
        stream = container.add_stream("flac", rate=FRONT_END.sample_rate_hz)
        stream.codec_context.layout = "mono"
        stream.codec_context.format = "s16"
        frame = av.AudioFrame.from_ndarray(pcm[None], format="s16", layout="mono")
        frame.sample_rate = FRONT_END.sample_rate_hz
        for packet in (*stream.encode(frame), *stream.encode(None)):
            container.mux(packet)
    return file.getvalue()
