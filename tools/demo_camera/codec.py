"""Encode PCM the way cameras do: G.711 mu-law and A-law at 8 kHz, linear 16 bits at 16 and 48 kHz."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Pcm = NDArray[np.float32]
"""Mono samples in -1..1, shape (n,)."""


def to_int16(pcm: Pcm) -> NDArray[np.int16]:
    """Round samples to 16 bits; what is too loud is clipped."""
    return np.clip(np.rint(pcm * 32768.0), -32768, 32767).astype(np.int16)


def encode_l16(pcm: Pcm) -> bytes:
    """Return 16-bit samples in network byte order (RFC 3551, section 4.5.11)."""
    return to_int16(pcm).astype(">i2").tobytes()


def encode_mu_law(pcm: Pcm) -> bytes:
    """Return G.711 mu-law, one byte a sample, all bits inverted as on the wire."""
    linear = to_int16(pcm).astype(np.int32)
    sign = np.where(linear < 0, 0x80, 0)
    magnitude = np.minimum(np.abs(linear), 32635) + 132
    exponent = highest_bit(magnitude) - 7
    mantissa = (magnitude >> (exponent + 3)) & 0x0F
    return bytes((~(sign | (exponent << 4) | mantissa) & 0xFF).astype(np.uint8))


def encode_a_law(pcm: Pcm) -> bytes:
    """Return G.711 A-law, one byte a sample, even bits inverted as on the wire."""
    linear = to_int16(pcm).astype(np.int32) >> 3
    sign = np.where(linear < 0, 0, 0x80)
    magnitude = np.where(linear < 0, -linear - 1, linear)
    exponent = np.maximum(highest_bit(magnitude | 1) - 4, 0)
    mantissa = (magnitude >> np.maximum(exponent, 1)) & 0x0F
    return bytes(((sign | (exponent << 4) | mantissa) ^ 0x55).astype(np.uint8))


def highest_bit(number: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return the index of the highest bit that is set; numbers must be positive."""
    return np.frexp(number)[1].astype(np.int32) - 1


def encode_l16_stereo(pcm: Pcm) -> bytes:
    """Return 16-bit samples in network byte order, each on both channels."""
    return encode_l16(np.repeat(pcm, 2))


@dataclass(frozen=True, kw_only=True, slots=True)
class Codec:
    """One way to put sound into RTP."""

    payload_type: int
    rtpmap: str
    sample_rate_hz: int
    bytes_per_sample: int
    encode: Callable[[Pcm], bytes]


CODECS = {
    "pcmu": Codec(
        payload_type=0,
        rtpmap="PCMU/8000",
        sample_rate_hz=8_000,
        bytes_per_sample=1,
        encode=encode_mu_law,
    ),
    "pcma": Codec(
        payload_type=8,
        rtpmap="PCMA/8000",
        sample_rate_hz=8_000,
        bytes_per_sample=1,
        encode=encode_a_law,
    ),
    "l16": Codec(
        payload_type=96,
        rtpmap="L16/16000/1",
        sample_rate_hz=16_000,
        bytes_per_sample=2,
        encode=encode_l16,
    ),
    "l16_48k_stereo": Codec(
        payload_type=98,
        rtpmap="L16/48000/2",
        sample_rate_hz=48_000,
        bytes_per_sample=4,
        encode=encode_l16_stereo,
    ),
}


def resample(pcm: Pcm, from_hz: int, to_hz: int) -> Pcm:
    """Change the sample rate by cutting or extending the spectrum of the whole sound.

    The sound counts as periodic, which is just what one that loops is.
    """
    if from_hz == to_hz:
        return pcm
    count = round(len(pcm) * to_hz / from_hz)
    spectrum = np.fft.rfft(pcm)[: count // 2 + 1]
    return (np.fft.irfft(spectrum, count) * (to_hz / from_hz)).astype(np.float32)
