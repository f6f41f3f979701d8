"""Change log-mel patches while training: level, color, background, band limits, masks, mixup.

Patches are (n, frames, bands) of ln(mel + offset); sounds are added by power, as unrelated sounds are.
"""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from audio_guard_engine.card import FrontEnd

# What an 8 kHz line carries ends about here.
LINE_HERTZ = (3000.0, 4000.0)
LINE_LOW_HERTZ = (0.0, 300.0)


class PatchAugment:
    """Augment batches; all chance comes from one seeded generator."""

    def __init__(self, seed: int, front_end: FrontEnd, changed_share: float = 1.0) -> None:
        """Seed the generator; `front_end` made the patches, so many of which are changed."""
        self._changed_share = changed_share
        self._chance = torch.Generator().manual_seed(seed)
        self._front_end = front_end
        self._band_hertz = torch.from_numpy(band_centers(front_end)).float()

    def __call__(self, patches: Tensor, backgrounds: Tensor) -> Tensor:
        """Return changed patches; `backgrounds` are patches that are mixed into as many of them."""
        count = len(patches)
        mel = self.to_mel(patches) * self._color(patches) * self._decibels(count, -20, 6, 0.4)
        mel = self._mix(mel, self.to_mel(backgrounds) * self._color(backgrounds))
        mel = self._floor(mel)
        mel = self._band_limit(mel)
        changed = self._uniform(count, 0, 1) < self._changed_share
        return torch.where(changed[:, None, None], self._mask(self.to_log(mel)), patches)

    def to_mel(self, patches: Tensor) -> Tensor:
        """Undo the logarithm; return amplitudes."""
        sums = (patches.exp() - self._front_end.log_offset).clamp_min(0.0)
        return sums.sqrt() if self._front_end.spectrum_power == 2 else sums

    def to_log(self, mel: Tensor) -> Tensor:
        """Take the logarithm again."""
        sums = mel.square() if self._front_end.spectrum_power == 2 else mel
        return (sums + self._front_end.log_offset).log()

    def mixup(self, patches: Tensor, targets: Tensor, share: float) -> tuple[Tensor, Tensor]:
        """Blend a share of the patches and their targets (n, labels) with other ones of the batch."""
        order = torch.randperm(len(patches), generator=self._chance)
        keep = self._uniform(len(patches), 0.5, 1.0)
        keep = torch.where(
            self._uniform(len(patches), 0, 1) < share, keep, torch.ones(len(patches))
        )
        part = keep[:, None, None]
        return (
            patches * part + patches[order] * (1 - part),
            targets * keep[:, None] + targets[order] * (1 - keep[:, None]),
        )

    def chance_state(self) -> Tensor:
        """Return where the generator is."""
        return self._chance.get_state()

    def restore_chance(self, state: Tensor) -> None:
        """Put the generator there."""
        self._chance.set_state(state)

    def _uniform(self, count: int, low: float, high: float) -> Tensor:
        return low + (high - low) * torch.rand(count, generator=self._chance)

    def _decibels(self, count: int, low: float, high: float, share: float) -> Tensor:
        change = 10 ** (self._uniform(count, low, high) / 20)
        kept = self._uniform(count, 0, 1) >= share
        return torch.where(kept, torch.ones(count), change)[:, None, None]

    def _color(self, patches: Tensor) -> Tensor:
        """Return smooth random filters (n, 1, bands): microphones and rooms differ in tone."""
        knots = 3.5 * torch.randn(len(patches), 1, 6, generator=self._chance)
        bands = patches.shape[2]
        curve = torch.nn.functional.interpolate(knots, bands, mode="linear", align_corners=True)
        return 10 ** (curve / 20)

    def _mix(self, mel: Tensor, other: Tensor) -> Tensor:
        """Add the other sounds to as many patches, at signal-to-noise ratios of -5...25 dB."""
        mixed = torch.randperm(len(mel), generator=self._chance)[: len(other)]
        snr_db = self._uniform(len(other), -5, 25)
        level = mel[mixed].square().mean(dim=(1, 2)).sqrt()
        other_level = other.square().mean(dim=(1, 2)).sqrt().clamp_min(1e-6)
        scale = level / other_level * 10 ** (-snr_db / 20)
        powers = mel.square()
        powers[mixed] += (other * scale[:, None, None]).square()
        return powers.sqrt()

    def _floor(self, mel: Tensor) -> Tensor:
        """Add the hiss of a microphone, so that exact silence around a clip tells nothing."""
        noise = torch.randn(2, *mel.shape, generator=self._chance).square().sum(dim=0).sqrt()
        bands = torch.linspace(1, 0, mel.shape[2])
        tilt = (self._uniform(len(mel), -0.5, 1.5)[:, None] * bands).exp()
        level = 10 ** (self._uniform(len(mel), -3.5, -0.5))
        level = torch.where(self._uniform(len(mel), 0, 1) < 0.4, level, torch.zeros(len(mel)))
        hiss = noise * (level[:, None] * tilt)[:, None, :]
        return (mel.square() + hiss.square()).sqrt()

    def _band_limit(self, mel: Tensor) -> Tensor:
        """Take away what an 8 kHz line does not carry, from a fifth of the patches."""
        cut = self._uniform(len(mel), *LINE_HERTZ)[:, None]
        low = self._uniform(len(mel), *LINE_LOW_HERTZ)[:, None]
        above = ((cut - self._band_hertz) / 150 + 1).clamp(0, 1)
        passed = above * ((self._band_hertz - low) / 60 + 1).clamp(0.05, 1)
        kept = self._uniform(len(mel), 0, 1) >= 0.2
        passed = torch.where(kept[:, None], torch.ones_like(passed), passed)
        return mel * passed[:, None, :]

    def _mask(self, patches: Tensor) -> Tensor:
        """Hide up to 12 frames and up to 6 bands of half of the patches (SpecAugment)."""
        count, frames, bands = patches.shape
        hidden = (
            self._stripe(count, frames, 12)[:, :, None] | self._stripe(count, bands, 6)[:, None]
        )
        chosen = self._uniform(count, 0, 1) < 0.5
        fill = patches.mean(dim=(1, 2), keepdim=True).expand_as(patches)
        return torch.where(hidden & chosen[:, None, None], fill, patches)

    def _stripe(self, count: int, length: int, widest: int) -> Tensor:
        width = self._uniform(count, 0, widest)
        start = self._uniform(count, 0, 1) * (length - width)
        place = torch.arange(length)
        return (place >= start[:, None]) & (place < (start + width)[:, None])


def band_centers(front_end: FrontEnd) -> NDArray[np.float64]:
    """Return the middle of each band in hertz, (bands,): evenly spaced in HTK mels."""
    lowest, highest = (
        np.log1p(hertz / 700) for hertz in (front_end.mel_min_hz, front_end.mel_max_hz)
    )
    return np.expm1(np.linspace(lowest, highest, front_end.mel_bands + 2)[1:-1]) * 700
