"""Augmented patches stay patches, and chance comes from the seed alone."""

import torch

from tools.augmentation.patch_augment import LOG_OFFSET, PatchAugment, to_log, to_mel


def patches(seed: int, count: int = 32) -> torch.Tensor:
    chance = torch.Generator().manual_seed(seed)
    return to_log(torch.rand(count, 96, 64, generator=chance))


def test_logarithm_is_undone() -> None:
    mel = torch.rand(3, 96, 64)
    assert torch.allclose(to_mel(to_log(mel)), mel, atol=1e-5)


def test_same_seed_gives_the_same_patches() -> None:
    first, again = (PatchAugment(5)(patches(0), patches(1)) for _ in range(2))
    assert torch.equal(first, again)
    assert not torch.equal(first, PatchAugment(6)(patches(0), patches(1)))


def test_patches_keep_shape_floor_and_finiteness() -> None:
    silence = to_log(torch.zeros(64, 96, 64))
    for batch in (patches(0, 64), silence):
        changed = PatchAugment(1)(batch, patches(1, 64))
        assert changed.shape == batch.shape
        assert torch.isfinite(changed).all()
        assert changed.min() >= torch.tensor(LOG_OFFSET).log() - 1e-4


def test_mixup_blends_targets_as_it_blends_patches() -> None:
    targets = torch.nn.functional.one_hot(torch.arange(32) % 8, 8).float()
    mixed, blended = PatchAugment(2).mixup(patches(0), targets, 0.5)
    assert torch.allclose(blended.sum(dim=1), torch.ones(32))
    changed = (mixed != patches(0)).any(dim=2).any(dim=1)
    assert 4 < int(changed.sum()) < 28
    assert (blended.max(dim=1).values >= 0.5 - 1e-6).all()
    assert torch.equal(blended[~changed], targets[~changed])
