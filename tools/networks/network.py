"""The compact network: VGGish's layers at a quarter of the width, with a pooling that keeps pitch."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import avg_pool2d, max_pool2d

from tools.networks.network_recipe import CompactRecipe
from tools.networks.temporal import temporal_pool
from tools.windows.features import FRONT_END

WINDOW_FRAMES = FRONT_END.patch_frames
HOP_FRAMES = FRONT_END.patch_hop_frames

INPUT_MEAN = -2.0
INPUT_SCALE = 0.5


class CompactNetwork(nn.Module):
    """Encode a log-mel patch into an embedding and classify it.

    VGGish (Hershey et al. 2017) has 64-128-256-256-512-512 3x3 convolutions with max-pooling after
    layers 1, 2, 4 and 6 and flattens 6 x 4 places into wide layers. Here time is pooled by mean and
    maximum while the 4 frequency places stay apart, since the pitch of a sound tells classes apart.
    With context, each window of 96 frames, 48 apart, gives an embedding and a temporal model pools them.
    """

    def __init__(self, sizes: CompactRecipe, frames: int, mel_bands: int, labels: int) -> None:
        """Build the layers with random weights."""
        super().__init__()
        layers: list[nn.Module] = []
        before = 1
        for number, width in enumerate(sizes.channels):
            layers.append(nn.Conv2d(before, width, 3, padding=1, bias=False))
            layers += [nn.BatchNorm2d(width), nn.ReLU()]
            if number in sizes.pool_after:
                layers.append(nn.MaxPool2d(2))
            before = width
        self.normalize = fixed_scale()
        places = mel_bands >> len(sizes.pool_after)
        self.encoder = nn.Sequential(*layers)
        self.embed = nn.Linear(2 * before * places, sizes.embedding)
        self.dropout = nn.Dropout(sizes.dropout)
        self._window = WINDOW_FRAMES >> len(sizes.pool_after)
        self._hop = HOP_FRAMES >> len(sizes.pool_after)
        steps = 1 + (frames - WINDOW_FRAMES) // HOP_FRAMES
        self.temporal = temporal_pool(sizes.temporal, sizes.embedding, steps)
        self.classify = nn.Linear(self.temporal.width, labels)
        for part in (self.encoder, self.embed):
            part.requires_grad_(not sizes.freeze_encoder)

    def embedding(self, patches: Tensor) -> Tensor:
        """Return the embeddings (n, embedding) of patches (n, 1, frames, bands)."""
        embeddings: Tensor = self.temporal(self._window_embeddings(patches))
        return embeddings

    def _window_embeddings(self, patches: Tensor) -> Tensor:
        """Return an embedding per window, (n, windows, embedding)."""
        maps = self.encoder(self.normalize(patches))
        size, stride = (self._window, 1), (self._hop, 1)
        means, peaks = avg_pool2d(maps, size, stride), max_pool2d(maps, size, stride)
        pooled = torch.cat((means, peaks), dim=1).transpose(1, 2).flatten(2)
        return torch.relu(self.embed(self.dropout(pooled)))

    def forward(self, patches: Tensor) -> Tensor:
        """Return the logits (n, labels) of patches (n, 1, frames, bands)."""
        logits: Tensor = self.classify(self.dropout(self.embedding(patches)))
        return logits


def fixed_scale(mean: float = INPUT_MEAN, scale: float = INPUT_SCALE) -> nn.Conv2d:
    """Return (x - mean) * scale as a 1x1 convolution.

    ncnn computes plain arithmetic in place, and crashes when the first layer does so on an input
    that wraps foreign memory, as numpy arrays are; a convolution writes to memory of its own.
    """
    layer = nn.Conv2d(1, 1, 1)
    nn.init.constant_(layer.weight, scale)
    nn.init.constant_(layer.bias, -mean * scale)
    return layer.requires_grad_(False)


class Scores(nn.Module):
    """Give probabilities instead of logits; `channel` False takes patches (n, frames, bands)."""

    def __init__(self, network: nn.Module, head: str, *, channel: bool) -> None:
        """Wrap a trained network for export; `head` is the recipe's."""
        super().__init__()
        self.network = network
        self.channel = channel
        self.head = head

    def forward(self, patches: Tensor) -> Tensor:
        """Return the scores (n, labels)."""
        logits = self.network(patches if self.channel else patches.unsqueeze(1))
        return probabilities(logits, self.head)


def probabilities(logits: Tensor, head: str) -> Tensor:
    """Return the scores (n, labels) of logits by a recipe's head."""
    return torch.sigmoid(logits) if head == "sigmoid" else torch.softmax(logits, dim=1)


def weight_count(network: nn.Module) -> int:
    """Return the number of weights."""
    return sum(weight.numel() for weight in network.parameters())


class WeightAverage:
    """Follow a network's weights by an exponential moving average, which hears better than the last."""

    def __init__(self, network: nn.Module, decay: float) -> None:
        """Start at the network's weights."""
        self._decay = decay
        self._steps = 0
        self._values = {name: value.clone() for name, value in network.state_dict().items()}

    @torch.no_grad()
    def update(self, network: nn.Module) -> None:
        """Take in the weights after a step; early steps count more, or the start would linger."""
        self._steps += 1
        decay = min(self._decay, self._steps / (self._steps + 10))
        for name, value in network.state_dict().items():
            if value.is_floating_point():
                self._values[name].lerp_(value, 1 - decay)
            else:
                self._values[name].copy_(value)

    def state(self) -> dict[str, Tensor]:
        """Return the averaged state, on the CPU."""
        return {name: value.detach().cpu().clone() for name, value in self._values.items()}

    def whole_state(self) -> dict[str, Any]:
        """Return what `restore` needs."""
        return {"steps": self._steps, "values": self._values}

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from `whole_state`."""
        self._steps = state["steps"]
        for name, value in state["values"].items():
            self._values[name].copy_(value)
