"""Send PCM through the codecs of cameras: FFmpeg encodes and decodes it in memory."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

import av
import numpy as np

from tools.augmentation.pcm import SAMPLE_RATE_HZ, Pcm, fitted

TELEPHONE_RATE_HZ = 8000


@dataclass(frozen=True, kw_only=True, slots=True)
class Codec:
    """Name an encoder and a decoder of FFmpeg, and how their sound lies in time.

    `delay_samples` counts what comes before the sound, at the encoder's sample rate.
    """

    encoder: Literal["pcm_mulaw", "pcm_alaw", "aac", "libopus"]
    decoder: Literal["pcm_mulaw", "pcm_alaw", "aac", "opus"]
    sample_format: str = "s16"
    delay_samples: int = 0
    options: Mapping[str, str] = field(default_factory=dict)


MU_LAW = Codec(encoder="pcm_mulaw", decoder="pcm_mulaw")
A_LAW = Codec(encoder="pcm_alaw", decoder="pcm_alaw")
# The encoder starts with a frame of its own, which only a container tells a decoder to skip.
AAC = Codec(encoder="aac", decoder="aac", sample_format="fltp", delay_samples=1024)
# The decoder skips the delay by itself. The least complexity costs half of the most, as in a camera.
OPUS = Codec(encoder="libopus", decoder="opus", options={"compression_level": "0"})


def coded(
    pcm: Pcm, codec: Codec, *, sample_rate_hz: int, bits_per_second: int | None = None
) -> Pcm:
    """Return what a codec leaves of a sound, as long as it was and in step with it."""
    if not pcm.size:
        return pcm
    encoder = _encoder(codec, sample_rate_hz, bits_per_second)
    packets = [*encoder.encode(_frame(pcm)), *encoder.encode(None)]
    decoder = av.CodecContext.create(codec.decoder, "r")
    decoder.sample_rate, decoder.layout = sample_rate_hz, "mono"
    if encoder.extradata:
        decoder.extradata = encoder.extradata
    frames = [frame for packet in (*packets, None) for frame in decoder.decode(packet)]
    delay = codec.delay_samples * SAMPLE_RATE_HZ // sample_rate_hz
    return np.clip(fitted(_resampled(frames)[delay:], pcm.size), -1.0, 1.0)


def g711(pcm: Pcm, law: Codec) -> Pcm:
    """Send a sound through a telephone line of 8 kHz, `MU_LAW` or `A_LAW`."""
    return coded(pcm, law, sample_rate_hz=TELEPHONE_RATE_HZ)


def _encoder(
    codec: Codec, sample_rate_hz: int, bits_per_second: int | None
) -> av.AudioCodecContext:
    encoder = av.CodecContext.create(codec.encoder, "w")
    encoder.sample_rate, encoder.layout = sample_rate_hz, "mono"
    encoder.format = codec.sample_format
    encoder.time_base = Fraction(1, sample_rate_hz)
    encoder.options = dict(codec.options)
    if bits_per_second is not None:
        encoder.bit_rate = bits_per_second
    return encoder


def _frame(pcm: Pcm) -> av.AudioFrame:
    frame = av.AudioFrame.from_ndarray(pcm[None], format="flt", layout="mono")
    frame.sample_rate = SAMPLE_RATE_HZ
    return frame


def _resampled(frames: Iterable[av.AudioFrame]) -> Pcm:
    """Return decoded frames as PCM, one after the other whatever their timestamps."""
    resampler = av.AudioResampler(format="flt", layout="mono", rate=SAMPLE_RATE_HZ)
    chunks = []
    for frame in frames:
        frame.pts = None
        chunks += resampler.resample(frame)
    chunks += resampler.resample(None)
    # Of a single sample, 8 kHz leave no frame at all.
    return np.concatenate([np.zeros(0, np.float32), *(chunk.to_ndarray()[0] for chunk in chunks)])
