"""Augmented patches stay patches, and chance comes from the seed alone."""

import numpy as np
import pytest
import torch

from audio_guard_engine.card import FrontEnd
from audio_guard_engine.logmel import frames
from tools.networks.mn04 import efficientat_front_end
from tools.networks.patch_augment import PatchAugment, band_centers

FRONT_END = FrontEnd()
LOG_OFFSET = FRONT_END.log_offset


def augment(seed: int) -> PatchAugment:
    return PatchAugment(seed, FRONT_END)


def patches(seed: int, count: int = 32) -> torch.Tensor:
    chance = torch.Generator().manual_seed(seed)
    return augment(0).to_log(torch.rand(count, 96, 64, generator=chance))


@pytest.mark.parametrize("front_end", [FRONT_END, efficientat_front_end()])
def test_logarithm_is_undone(front_end: FrontEnd) -> None:
    mel = torch.rand(3, 96, front_end.mel_bands)
    undone = PatchAugment(0, front_end)
    assert torch.allclose(undone.to_mel(undone.to_log(mel)), mel, atol=1e-3)


def test_louder_sound_means_larger_amplitudes_with_any_front_end() -> None:
    sound = np.random.default_rng(0).normal(0, 0.05, 16_000).astype(np.float32)
    for front_end in (FRONT_END, efficientat_front_end()):
        undone = PatchAugment(0, front_end)
        quiet, loud = (
            undone.to_mel(torch.from_numpy(frames(level * sound, front_end)))
            for level in (np.float32(1), np.float32(2))
        )
        heard = quiet > quiet.max() / 10
        assert (loud / quiet)[heard].mean().item() == pytest.approx(2, abs=0.01)


def test_telephone_line_ends_at_the_same_pitch_with_any_front_end() -> None:
    for front_end in (FRONT_END, efficientat_front_end()):
        loud = PatchAugment(0, front_end).to_log(torch.ones(200, 96, front_end.mel_bands))
        changed = PatchAugment(0, front_end)._band_limit(torch.ones_like(loud))
        hertz = band_centers(front_end)
        limited = changed[:, 0, np.searchsorted(hertz, 4500)] == 0
        assert 20 < int(limited.sum()) < 70
        assert (changed[:, 0, np.searchsorted(hertz, 2000)] == 1).all()


def test_same_seed_gives_the_same_patches() -> None:
    first, again = (augment(5)(patches(0), patches(1)) for _ in range(2))
    assert torch.equal(first, again)
    assert not torch.equal(first, augment(6)(patches(0), patches(1)))


def test_patches_keep_shape_floor_and_finiteness() -> None:
    silence = augment(0).to_log(torch.zeros(64, 96, 64))
    for batch in (patches(0, 64), silence):
        changed = augment(1)(batch, patches(1, 64))
        assert changed.shape == batch.shape
        assert torch.isfinite(changed).all()
        assert changed.min() >= torch.tensor(LOG_OFFSET).log() - 1e-4


def test_some_patches_stay_as_they_are() -> None:
    changed = PatchAugment(1, FRONT_END, 0.6)(patches(0, 200), patches(1, 60))
    kept = (changed == patches(0, 200)).all(dim=2).all(dim=1)
    assert 55 < int(kept.sum()) < 105


def test_mixup_blends_targets_as_it_blends_patches() -> None:
    targets = torch.nn.functional.one_hot(torch.arange(32) % 8, 8).float()
    mixed, blended = augment(2).mixup(patches(0), targets, 0.5)
    assert torch.allclose(blended.sum(dim=1), torch.ones(32))
    changed = (mixed != patches(0)).any(dim=2).any(dim=1)
    assert 4 < int(changed.sum()) < 28
    assert (blended.max(dim=1).values >= 0.5 - 1e-6).all()
    assert torch.equal(blended[~changed], targets[~changed])
