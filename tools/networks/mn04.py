"""A network on EfficientAT's encoder: MobileNetV3, pretrained on AudioSet, with a new classifier."""

import math

from torch import Tensor, nn

from audio_guard_engine.card import FrontEnd
from tools.networks.mobilenet import MobileNetEncoder
from tools.networks.network import fixed_scale
from tools.networks.network_recipe import MobileNetRecipe
from tools.networks.temporal import temporal_pool

# EfficientAT scales (ln(power + 1e-5) + 4.5) / 5 of sound at 32 kHz.
INPUT_MEAN = -4.5
INPUT_SCALE = 0.2
# At 16 kHz a window of 25 ms has half the samples, so bins have a quarter of the power.
LEVEL_AT_HALF_RATE = math.log(4.0)
COARSENESS = 32


def efficientat_front_end(context_frames: int = 0) -> FrontEnd:
    """Return the front end of EfficientAT as far as sound at 16 kHz goes: bins and frames are the same.

    Its bands reach to 15 kHz; those above 8 kHz stay empty. An offset of 1e-5 at 32 kHz is a quarter here.
    """
    return FrontEnd(
        mel_bands=128,
        mel_min_hz=0.0,
        mel_max_hz=15_000.0,
        log_offset=2.5e-6,
        spectrum_power=2,
        preemphasis=0.97,
        preemphasis_rate_hz=32_000,
        context_frames=context_frames,
    )


class MobileNetNetwork(nn.Module):
    """Encode a log-mel patch with its context and classify what its last moments hold."""

    def __init__(self, sizes: MobileNetRecipe, frames: int, labels: int) -> None:
        """Build the layers with random weights."""
        super().__init__()
        self.normalize = fixed_scale(INPUT_MEAN - LEVEL_AT_HALF_RATE, INPUT_SCALE)
        self.encoder = MobileNetEncoder(sizes.width)
        self.encoder.requires_grad_(not sizes.freeze_encoder)
        self.encoder.features[: sizes.frozen_stages].requires_grad_(False)
        steps = -(-frames // COARSENESS)
        self.temporal = temporal_pool(sizes.temporal, self.encoder.channels, steps)
        layers: list[nn.Module] = []
        before = self.temporal.width
        for width in sizes.classifier:
            layers += [nn.Dropout(sizes.dropout), nn.Linear(before, width), nn.Hardswish()]
            before = width
        layers += [nn.Dropout(sizes.dropout), nn.Linear(before, labels)]
        self.classify = nn.Sequential(*layers)

    def embedding(self, patches: Tensor) -> Tensor:
        """Return the embeddings (n, embedding) of patches (n, 1, frames, bands)."""
        maps = self.encoder(self.normalize(patches).transpose(2, 3))
        # (n, channels, bands, frames): bands are averaged, frames are the sequence.
        embeddings: Tensor = self.temporal(maps.mean(dim=2).transpose(1, 2))
        return embeddings

    def forward(self, patches: Tensor) -> Tensor:
        """Return the logits (n, labels) of patches (n, 1, frames, bands)."""
        logits: Tensor = self.classify(self.embedding(patches))
        return logits
