"""The front end equals its published definition, however its sound arrives."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from audio_guard_engine.card import FrontEnd
from audio_guard_engine.logmel import LogMel, frames, mel_matrix, periodic_hann
from tests.engine.make_golden import golden_signal

FRONT_END = FrontEnd()
HOP = FRONT_END.patch_hop_samples
PATCH = FRONT_END.patch_samples


def signal(hops: int) -> np.ndarray:
    return golden_signal(PATCH + hops * HOP).astype(np.float32)


def test_equals_golden_values() -> None:
    golden = json.loads((Path(__file__).parent / "golden_logmel.json").read_text())["log_mel"]
    patch = LogMel(FRONT_END).whole(golden_signal(PATCH).astype(np.float32))
    assert patch.shape == (96, 64)
    assert np.abs(patch - golden).max() < 1e-4


def test_incremental_equals_whole() -> None:
    pcm = signal(hops=6)
    streaming = LogMel(FRONT_END)
    streaming.whole(pcm[:PATCH])
    for hop in range(1, 7):
        stop = PATCH + hop * HOP
        advanced = streaming.advance(pcm[stop - HOP : stop]).copy()
        assert np.abs(advanced - LogMel(FRONT_END).whole(pcm[stop - PATCH : stop])).max() < 1e-5


def test_context_is_silent_at_first_and_then_what_was_heard() -> None:
    front_end = replace(FRONT_END, context_frames=72)
    pcm = signal(hops=3)
    log_mel = LogMel(front_end)
    first = log_mel.whole(pcm[:PATCH]).copy()
    assert first.shape == (168, 64)
    assert (first[:72] == np.float32(front_end.silence)).all()
    whole = frames(pcm, front_end)
    assert np.abs(first[72:] - whole[:96]).max() < 1e-5
    for hop in range(1, 4):
        stop = PATCH + hop * HOP
        given = log_mel.advance(pcm[stop - HOP : stop]).copy()
    assert np.abs(given - whole[3 * 48 - 72 : 3 * 48 + 96]).max() < 1e-5


def test_powers_and_preemphasis_equal_their_definition() -> None:
    front_end = replace(FRONT_END, mel_bands=8, spectrum_power=2, preemphasis=0.97, log_offset=1e-9)
    pcm = signal(hops=0)
    plain = np.exp(frames(pcm, replace(front_end, preemphasis=0.0))[0])
    emphasized = np.exp(frames(pcm, front_end)[0])
    spectrum = np.abs(np.fft.rfft(pcm[:400] * periodic_hann(400), 512))
    bands = mel_matrix(replace(front_end, preemphasis=0.0))
    assert np.allclose(plain, spectrum**2 @ bands + 1e-9, rtol=1e-3)
    turn = np.exp(-2j * np.pi * np.linspace(0, 8000, 257) / 32000)
    weight = np.abs(1 - 0.97 * turn) ** 2
    assert np.allclose(emphasized, spectrum**2 * weight @ bands + 1e-9, rtol=1e-3)


def test_bands_above_half_the_sample_rate_stay_empty() -> None:
    front_end = replace(FRONT_END, mel_bands=128, mel_min_hz=0.0, mel_max_hz=15_000.0)
    heard = frames(signal(hops=0), front_end)
    assert (heard[:, -20:] == np.float32(front_end.silence)).all()
    assert (heard[:, :60] > front_end.silence).any(axis=0).all()


def test_several_recordings_at_once_give_what_each_gives() -> None:
    pcm = np.stack([signal(hops=0), signal(hops=1)[HOP:]])
    together = frames(pcm, FRONT_END)
    for number in range(2):
        assert np.array_equal(together[number], frames(pcm[number], FRONT_END))


def test_batch_equals_whole() -> None:
    pcm = signal(hops=1)
    assert np.abs(frames(pcm, FRONT_END)[:96] - LogMel(FRONT_END).whole(pcm[:PATCH])).max() < 1e-5


def test_starts_afresh_with_a_whole_window() -> None:
    pcm = signal(hops=0)
    log_mel = LogMel(FRONT_END)
    first = log_mel.whole(pcm).copy()
    log_mel.advance(np.ones(HOP, np.float32))
    assert np.array_equal(log_mel.whole(pcm), first)


def test_silence_is_the_offset() -> None:
    patch = LogMel(FRONT_END).whole(np.zeros(PATCH, np.float32))
    assert np.allclose(patch, np.log(0.01))


def test_a_tone_is_loudest_in_its_band() -> None:
    tone = np.sin(2 * np.pi * 1000 * np.arange(PATCH) / 16_000).astype(np.float32)
    loudest = LogMel(FRONT_END).whole(tone).mean(axis=0).argmax()
    centers = np.argmax(mel_matrix(FRONT_END), axis=0) * 16_000 / 512
    assert abs(centers[loudest] - 1000) < 60


@pytest.mark.parametrize("missing", [1, -1])
def test_refuses_a_wrong_number_of_samples(missing: int) -> None:
    with pytest.raises(ValueError, match="samples"):
        LogMel(FRONT_END).whole(np.zeros(PATCH - missing, np.float32))
    with pytest.raises(ValueError, match="samples"):
        LogMel(FRONT_END).advance(np.zeros(HOP - missing, np.float32))


def test_too_short_a_recording_has_no_frames() -> None:
    assert frames(np.zeros(399, np.float32), FRONT_END).shape == (0, 64)


def test_parameters_come_from_the_card() -> None:
    other = FrontEnd(
        sample_rate_hz=32_000, fft_size=1024, window_samples=800, hop_samples=320, mel_bands=128
    )
    assert LogMel(other).whole(np.zeros(other.patch_samples, np.float32)).shape == (96, 128)


def test_streams_share_working_memory_and_not_their_frames() -> None:
    one, other = LogMel(FRONT_END), LogMel(replace(FRONT_END))
    assert one._makers is other._makers
    pcm = signal(hops=1)
    loud, quiet = pcm[: FRONT_END.patch_samples], pcm[: FRONT_END.patch_samples] / 100
    one.whole(loud)
    other.whole(quiet)
    hop = pcm[FRONT_END.patch_samples :]
    alone = LogMel(FRONT_END)
    alone.whole(loud)
    assert (one.advance(hop) == alone.advance(hop)).all()


def test_a_patch_that_is_no_multiple_of_a_hop_is_computed_whole() -> None:
    front_end = replace(FRONT_END, patch_frames=96, patch_hop_frames=36)
    pcm = signal(hops=0)
    assert np.abs(LogMel(front_end).whole(pcm) - frames(pcm, front_end)).max() < 1e-5
