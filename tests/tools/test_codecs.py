"""Codecs keep length and time, and take away what their line does not carry."""

from collections.abc import Callable

import numpy as np
import pytest

from tools.augmentation.codecs import A_LAW, AAC, MU_LAW, OPUS, coded, g711
from tools.augmentation.pcm import Pcm, rms

Line = Callable[[Pcm], Pcm]


def aac(sample_rate_hz: int, bits_per_second: int) -> Line:
    return lambda pcm: coded(
        pcm, AAC, sample_rate_hz=sample_rate_hz, bits_per_second=bits_per_second
    )


def opus(bits_per_second: int) -> Line:
    return lambda pcm: coded(pcm, OPUS, sample_rate_hz=16000, bits_per_second=bits_per_second)


NARROW = {
    "mu-law": lambda pcm: g711(pcm, MU_LAW),
    "a-law": lambda pcm: g711(pcm, A_LAW),
    "aac 8 kHz": aac(8000, 8000),
}
WIDE = {"aac 16 kHz": aac(16000, 32000), "opus": opus(24000)}
LINES = NARROW | WIDE | {"opus of 6 kbit/s": opus(6000)}


def each(lines: dict[str, Line]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("line", list(lines.values()), ids=list(lines))


def bursts(seconds: float = 2.0) -> Pcm:
    """Noise of 0-8 kHz, darker toward the top, whose level changes every 50 ms."""
    chance = np.random.default_rng(1)
    count = int(seconds * 16000)
    spectrum = np.fft.rfft(chance.standard_normal(count))
    spectrum *= np.exp(-np.fft.rfftfreq(count, 1 / 16000) / 2500)
    pcm = (
        np.fft.irfft(spectrum, count)
        * np.repeat(chance.uniform(0.05, 1, -(-count // 800)), 800)[:count]
    )
    return (0.1 * pcm / rms(pcm)).astype(np.float32)


def lag(before: Pcm, after: Pcm) -> int:
    """Return by how many samples the second sound is late."""
    size = 2 * before.size
    match = np.fft.irfft(np.fft.rfft(after, size) * np.fft.rfft(before, size).conj(), size)
    return (int(match.argmax()) + before.size) % size - before.size


def power(pcm: Pcm, low_hz: float, high_hz: float) -> float:
    hertz = np.fft.rfftfreq(pcm.size, 1 / 16000)
    return float(np.square(np.abs(np.fft.rfft(pcm)))[(hertz >= low_hz) & (hertz < high_hz)].sum())


@each(LINES)
def test_sound_stays_where_it_was(line: Line) -> None:
    assert abs(lag(bursts(), line(bursts()))) < 0.005 * 16000


@each(LINES)
def test_level_stays_what_it_was(line: Line) -> None:
    change = power(line(bursts()), 300, 3000) / power(bursts(), 300, 3000)
    assert abs(10 * np.log10(change)) < 2.0


@each(NARROW)
def test_a_narrow_line_carries_nothing_above_4_khz(line: Line) -> None:
    heard = line(bursts())
    assert power(heard, 4200, 8000) < 1e-4 * power(heard, 0, 3500)


@each(WIDE)
def test_a_wide_line_carries_more(line: Line) -> None:
    assert power(line(bursts()), 4200, 6000) > 0.3 * power(bursts(), 4200, 6000)


@each(LINES)
@pytest.mark.parametrize("samples", [0, 1, 100, 1600, 15999])
def test_length_is_kept(line: Line, samples: int) -> None:
    heard = line(bursts()[:samples])
    assert heard.shape == (samples,)
    assert heard.dtype == np.float32
    assert np.isfinite(heard).all()


@each(LINES)
def test_silence_stays_silent(line: Line) -> None:
    # A-law has no code for zero: its silence is a constant of 8/32768.
    assert np.abs(line(np.zeros(16000, np.float32))).max() < 3e-4


@each(LINES)
def test_what_is_too_loud_stays_in_range(line: Line) -> None:
    assert np.abs(line(20 * bursts())).max() <= 1.0


@each(LINES)
def test_coding_is_repeatable(line: Line) -> None:
    assert np.array_equal(line(bursts()), line(bursts()))


@pytest.mark.parametrize("law", [MU_LAW, A_LAW], ids=["mu-law", "a-law"])
@pytest.mark.parametrize("level", [0.5, 0.02])
def test_g711_is_as_fine_for_quiet_sound_as_for_loud(law: object, level: float) -> None:
    tone = (level * np.sin(2 * np.pi * 1000 * np.arange(16000) / 16000)).astype(np.float32)
    error = (g711(tone, law) - tone)[800:-800]
    assert 25 < 20 * np.log10(rms(tone) / rms(error)) < 45


@pytest.mark.parametrize(
    ("few", "many"), [(aac(16000, 8000), aac(16000, 32000)), (opus(6000), opus(24000))]
)
def test_more_bits_keep_more(few: Line, many: Line) -> None:
    assert rms(many(bursts()) - bursts()) < 0.8 * rms(few(bursts()) - bursts())
