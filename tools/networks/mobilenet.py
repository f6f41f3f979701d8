"""MobileNetV3-Large of a given width, as EfficientAT trained it on AudioSet.

Howard et al. 2019, "Searching for MobileNetV3"; Schmid et al. 2023, "Efficient large-scale audio tagging",
whose published state dicts fit `AudioSetTagger` once `from_published` has renamed their gates.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from torch import Tensor, nn

AUDIOSET_CLASSES = 527


@dataclass(frozen=True, slots=True)
class Block:
    """One inverted residual: sizes at width 1."""

    kernel: int
    expanded: int
    out: int
    gated: bool
    smooth: bool  # Hardswish instead of ReLU
    stride: int


BLOCKS = (
    Block(3, 16, 16, False, False, 1),
    Block(3, 64, 24, False, False, 2),
    Block(3, 72, 24, False, False, 1),
    Block(5, 72, 40, True, False, 2),
    Block(5, 120, 40, True, False, 1),
    Block(5, 120, 40, True, False, 1),
    Block(3, 240, 80, False, True, 2),
    Block(3, 200, 80, False, True, 1),
    Block(3, 184, 80, False, True, 1),
    Block(3, 184, 80, False, True, 1),
    Block(3, 480, 112, True, True, 1),
    Block(3, 672, 112, True, True, 1),
    Block(5, 672, 160, True, True, 2),
    Block(5, 960, 160, True, True, 1),
    Block(5, 960, 160, True, True, 1),
)
FIRST_CHANNELS = 16
LAST_EXPANSION = 6
HEAD_UNITS = 1280


def scaled(channels: float, width: float) -> int:
    """Return channels at a width: a multiple of 8 that is not under nine tenths of it."""
    wanted = channels * width
    rounded = max(8, int(wanted + 4) // 8 * 8)
    return rounded + 8 if rounded < 0.9 * wanted else rounded


def convolution(
    before: int, after: int, kernel: int, *, stride: int = 1, groups: int = 1, end: nn.Module | None
) -> nn.Sequential:
    """Return a convolution with BatchNorm and its activation, if any."""
    layers: list[nn.Module] = [
        nn.Conv2d(before, after, kernel, stride, kernel // 2, groups=groups, bias=False),
        nn.BatchNorm2d(after, eps=1e-3, momentum=0.01),
    ]
    return nn.Sequential(*layers, *([] if end is None else [end]))


class Gate(nn.Module):
    """Squeeze and excitation (Hu et al. 2018): weigh channels by what all places hold together."""

    def __init__(self, channels: int) -> None:
        """Build the two layers; as 1x1 convolutions they need no reshaping in the runtimes."""
        super().__init__()
        squeezed = scaled(channels // 4, 1)
        self.fc1 = nn.Conv2d(channels, squeezed, 1)
        self.fc2 = nn.Conv2d(squeezed, channels, 1)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.relu, self.sigmoid = nn.ReLU(), nn.Sigmoid()

    def forward(self, maps: Tensor) -> Tensor:
        """Return the weighted maps (n, channels, bands, frames)."""
        weights = self.sigmoid(self.fc2(self.relu(self.fc1(self.pool(maps)))))
        gated: Tensor = maps * weights
        return gated


class InvertedResidual(nn.Module):
    """Expand, convolve each channel by itself, weigh, project; add the input where it fits."""

    def __init__(self, before: int, block: Block, width: float) -> None:
        """Build the layers."""
        super().__init__()
        expanded, after = scaled(block.expanded, width), scaled(block.out, width)
        end = nn.Hardswish if block.smooth else nn.ReLU
        layers: list[nn.Module] = []
        if expanded != before:
            layers.append(convolution(before, expanded, 1, end=end()))
        layers.append(
            convolution(
                expanded, expanded, block.kernel, stride=block.stride, groups=expanded, end=end()
            )
        )
        if block.gated:
            layers.append(Gate(expanded))
        layers.append(convolution(expanded, after, 1, end=None))
        self.block = nn.Sequential(*layers)
        self._adds = block.stride == 1 and before == after

    def forward(self, maps: Tensor) -> Tensor:
        """Return the maps (n, channels, bands, frames)."""
        made: Tensor = self.block(maps)
        return maps + made if self._adds else made


class MobileNetEncoder(nn.Module):
    """Map scaled log-mels to maps that are 32 times coarser."""

    def __init__(self, width: float) -> None:
        """Build the layers with random weights."""
        super().__init__()
        before = scaled(FIRST_CHANNELS, width)
        layers: list[nn.Module] = [convolution(1, before, 3, stride=2, end=nn.Hardswish())]
        for block in BLOCKS:
            layers.append(InvertedResidual(before, block, width))
            before = scaled(block.out, width)
        self.channels = LAST_EXPANSION * before
        layers.append(convolution(before, self.channels, 1, end=nn.Hardswish()))
        self.features = nn.Sequential(*layers)

    def forward(self, log_mels: Tensor) -> Tensor:
        """Return maps (n, channels, bands / 32, frames / 32) of log-mels (n, 1, bands, frames)."""
        maps: Tensor = self.features(log_mels)
        return maps


class AudioSetTagger(MobileNetEncoder):
    """The encoder with the head that EfficientAT trained: the 527 classes of AudioSet."""

    def __init__(self, width: float) -> None:
        """Build the layers with random weights."""
        super().__init__(width)
        hidden = scaled(HEAD_UNITS, width)
        self.classifier = nn.Sequential(
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(1),
            nn.Linear(self.channels, hidden),
            nn.Hardswish(),
            nn.Dropout(0.2),
            nn.Linear(hidden, AUDIOSET_CLASSES),
        )

    def forward(self, log_mels: Tensor) -> Tensor:
        """Return the logits (n, 527) of log-mels (n, 1, bands, frames)."""
        logits: Tensor = self.classifier(self.features(log_mels))
        return logits


def from_published(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return a published state dict under this module's names, its gates as convolutions."""
    renamed = {}
    for name, value in state.items():
        mine = name.replace(".conc_se_layers.0.", ".")
        gate_weight = mine != name and name.endswith(".weight")
        renamed[mine] = value[:, :, None, None] if gate_weight else value
    return renamed
