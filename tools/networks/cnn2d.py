"""The paper's networks from scratch (2DCNN): convolutions with BatchNorm, then dense layers."""

import torch
from torch import Tensor, nn

from tools.networks.network import fixed_scale
from tools.networks.network_recipe import Cnn2dRecipe


class Cnn2dNetwork(nn.Module):
    """Encode a log-mel patch by convolutions, each halving frames and bands, and classify it."""

    def __init__(self, sizes: Cnn2dRecipe, frames: int, bands: int, labels: int) -> None:
        """Build the layers with random weights."""
        super().__init__()
        layers: list[nn.Module] = []
        before = 1
        for width, kernel in zip(sizes.channels, sizes.kernels, strict=True):
            padding = (kernel[0] // 2, kernel[1] // 2)
            layers.append(nn.Conv2d(before, width, kernel, padding=padding, bias=False))
            layers += [nn.BatchNorm2d(width), nn.ReLU(), nn.MaxPool2d(2)]
            before = width
        places = (frames >> len(sizes.channels)) * (bands >> len(sizes.channels))
        self.normalize = fixed_scale()
        self.encoder = nn.Sequential(*layers)
        self.embed = nn.Linear(before * places, sizes.embedding)
        self.dropout = nn.Dropout(sizes.dropout)
        self.classify = nn.Linear(sizes.embedding, labels)

    def embedding(self, patches: Tensor) -> Tensor:
        """Return the embeddings (n, embedding) of patches (n, 1, frames, bands)."""
        maps = self.encoder(self.normalize(patches))
        return torch.relu(self.embed(self.dropout(maps.flatten(1))))

    def forward(self, patches: Tensor) -> Tensor:
        """Return the logits (n, labels) of patches (n, 1, frames, bands)."""
        logits: Tensor = self.classify(self.dropout(self.embedding(patches)))
        return logits
