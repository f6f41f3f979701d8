"""VGGish with a classifier on its embedding.

The topology is of Hershey et al. 2017, "CNN architectures for large-scale audio classification", as
published with its weights; layer names and the order of the flattened maps are those of the PyTorch
port harritaylor/torchvggish, so that its state dict fits `VggishEncoder`.
"""

import contextlib

import torch
from torch import Tensor, nn

from tools.networks.network_recipe import VggishRecipe
from tools.networks.vggish_postprocessor import VggishPostprocessor

POOL_AFTER = (0, 1, 3, 5)


class VggishEncoder(nn.Module):
    """Map log-mel patches to embeddings."""

    def __init__(self, sizes: VggishRecipe, frames: int, bands: int) -> None:
        """Build the layers with random weights."""
        super().__init__()
        maps: list[nn.Module] = []
        before = 1
        for number, width in enumerate(sizes.channels):
            maps += [nn.Conv2d(before, width, 3, padding=1), nn.ReLU()]
            if number in POOL_AFTER:
                maps.append(nn.MaxPool2d(2))
            before = width
        self.features = nn.Sequential(*maps)
        before *= (frames >> len(POOL_AFTER)) * (bands >> len(POOL_AFTER))
        dense: list[nn.Module] = []
        for width in (*sizes.hidden, sizes.embedding):
            dense += [nn.Linear(before, width), nn.ReLU()]
            before = width
        self.embeddings = nn.Sequential(*dense)
        self.apply(_start_layer)

    def forward(self, patches: Tensor) -> Tensor:
        """Return the embeddings (n, embedding) of patches (n, 1, frames, bands)."""
        maps = self.features(patches)
        # The published weights come from TensorFlow, which flattens frames, bands, channels.
        embeddings: Tensor = self.embeddings(maps.permute(0, 2, 3, 1).flatten(1))
        return embeddings


def _start_layer(layer: nn.Module) -> None:
    """Start as He et al. 2015 do: without BatchNorm, PyTorch's own start fades over nine layers."""
    if isinstance(layer, nn.Conv2d | nn.Linear):
        nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
        nn.init.zeros_(layer.bias)


class VggishNetwork(nn.Module):
    """Classify the embeddings of VGGish."""

    def __init__(self, sizes: VggishRecipe, frames: int, bands: int, labels: int) -> None:
        """Build the layers with random weights."""
        super().__init__()
        self.encoder = VggishEncoder(sizes, frames, bands)
        self.encoder.requires_grad_(not sizes.freeze_encoder)
        self._frozen = sizes.freeze_encoder
        self.postprocessor = (
            VggishPostprocessor(sizes.embedding) if sizes.postprocessor else nn.Identity()
        )
        layers: list[nn.Module] = []
        before = sizes.embedding
        for width in sizes.classifier:
            layers += [nn.Dropout(sizes.dropout), nn.Linear(before, width), nn.ReLU()]
            before = width
        layers += [nn.Dropout(sizes.dropout), nn.Linear(before, labels)]
        self.classify = nn.Sequential(*layers)

    def embedding(self, patches: Tensor) -> Tensor:
        """Return the embeddings (n, embedding) of patches (n, 1, frames, bands)."""
        with torch.no_grad() if self._frozen else contextlib.nullcontext():
            embeddings: Tensor = self.postprocessor(self.encoder(patches))
        return embeddings

    def forward(self, patches: Tensor) -> Tensor:
        """Return the logits (n, labels) of patches (n, 1, frames, bands)."""
        logits: Tensor = self.classify(self.embedding(patches))
        return logits
