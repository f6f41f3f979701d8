"""Use the part of a network that turns patches into vectors by itself."""

import hashlib

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from tools.networks.device import mixed_precision
from tools.networks.network_recipe import MobileNetRecipe, VggishRecipe
from tools.networks.trainer import StartError
from tools.runs.recipe import Recipe

HEAD = "classify"


class TorchEncoder:
    """Encode patches with a network in evaluation mode."""

    def __init__(self, network: nn.Module) -> None:
        """Use the network where it is, and leave it in evaluation mode."""
        self._network = network.eval()
        self._device = next(network.parameters()).device

    @torch.inference_mode()
    def __call__(self, patches: NDArray[np.float32]) -> NDArray[np.float32]:
        """Map patches (n, input frames, bands) to vectors (n, d)."""
        with mixed_precision(self._device):
            given = torch.from_numpy(patches).to(self._device)[:, None]
            encoded = self._network.embedding(given)  # type: ignore[operator]
        vectors: NDArray[np.float32] = encoded.float().cpu().numpy()
        return vectors


def require_head(recipe: Recipe) -> None:
    """Raise when the recipe's network is more than a classifier on vectors."""
    if not isinstance(recipe.network, VggishRecipe | MobileNetRecipe):
        raise StartError(
            f"{recipe.name}: its network is no classifier on the vectors of an encoder; choose a recipe "
            "of the kind vggish or mobilenet"
        )


def require_frozen(recipe: Recipe, network: nn.Module) -> None:
    """Raise when training would change what vectors were computed with."""
    require_head(recipe)
    trained = [
        name
        for name, weight in network.named_parameters()
        if weight.requires_grad and not name.startswith(f"{HEAD}.")
    ]
    if trained:
        raise StartError(
            f"{recipe.name}: trains {trained[0]} too, which vectors are computed with; choose a recipe "
            "with network.freeze_encoder and without a temporal model"
        )


def encoder_hash(network: nn.Module) -> str:
    """Return a sha256 of all that vectors are computed with: the state of all but the classifier."""
    digest = hashlib.sha256()
    for name, value in network.state_dict().items():
        if not name.startswith(f"{HEAD}."):
            digest.update(name.encode())
            digest.update(value.cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()
