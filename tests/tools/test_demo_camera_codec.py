"""Test the codecs of the demo camera against known values and FFmpeg's decoders."""

import av
import numpy as np
import pytest

from tools.demo_camera.codec import (
    CODECS,
    encode_a_law,
    encode_l16,
    encode_mu_law,
    resample,
)


def pcm(*int16: int) -> np.ndarray:
    return np.array(int16, np.float32) / 32768


def decode(name: str, data: bytes) -> np.ndarray:
    """Return what FFmpeg makes of encoded bytes, as 16-bit numbers."""
    decoder = av.CodecContext.create(name, "r")
    decoder.sample_rate = 8000
    decoder.layout = "mono"
    return np.concatenate([frame.to_ndarray()[0] for frame in decoder.decode(av.Packet(data))])


def test_mu_law_equals_known_values() -> None:
    # ITU-T G.711, table 2: zero, the ends of the scale and one step around zero.
    encoded = encode_mu_law(pcm(0, 8, -8, 32767, -32768, 1000, -1000))
    assert encoded.hex() == "fffe7e8000ce4e"


def test_a_law_equals_known_values() -> None:
    # ITU-T G.711, table 1.
    encoded = encode_a_law(pcm(0, 16, -1, -17, 32767, -32768, 1000, -1000))
    assert encoded.hex() == "d5d45554aa2afa7a"


def test_l16_is_big_endian_and_clips() -> None:
    assert encode_l16(np.array([0, 0.5, -1, 2.0], np.float32)).hex() == "0000400080007fff"


@pytest.mark.parametrize(
    ("encode", "decoder"), [(encode_mu_law, "pcm_mulaw"), (encode_a_law, "pcm_alaw")]
)
def test_every_sample_survives_g711(encode, decoder: str) -> None:
    linear = np.arange(-32768, 32768)
    decoded = decode(decoder, encode(pcm(*linear)))
    # Half a step of G.711 is at most 1/32 of the sample (mu-law: of the sample plus its bias).
    allowed = np.maximum((np.abs(linear) + 132) / 32, 16)
    inside = np.abs(linear) < 32_000
    assert np.all(np.abs(decoded - linear)[inside] <= allowed[inside])
    assert np.all(np.diff(decoded.astype(int)) >= 0)


@pytest.mark.parametrize("name", list(CODECS))
def test_silence_decodes_to_silence(name: str) -> None:
    ffmpeg = {"pcmu": "pcm_mulaw", "pcma": "pcm_alaw"}.get(name, "pcm_s16be")
    assert np.abs(decode(ffmpeg, CODECS[name].encode(np.zeros(160, np.float32)))).max() <= 8


def test_resampling_keeps_a_tone() -> None:
    tone_16k = np.sin(2 * np.pi * 1000 * np.arange(16_000) / 16_000).astype(np.float32)
    tone_8k = np.sin(2 * np.pi * 1000 * np.arange(8_000) / 8_000).astype(np.float32)
    assert np.allclose(resample(tone_16k, 16_000, 8_000), tone_8k, atol=1e-5)
    assert np.allclose(resample(tone_8k, 8_000, 16_000), tone_16k, atol=1e-5)


def test_resampling_drops_what_is_above_the_new_band() -> None:
    tone = np.sin(2 * np.pi * 6000 * np.arange(16_000) / 16_000).astype(np.float32)
    assert np.abs(resample(tone, 16_000, 8_000)).max() < 1e-5
