"""Build the network that a recipe chooses."""

from torch import nn

from tools.networks.cnn2d import Cnn2dNetwork
from tools.networks.encoder_weights import load_encoder, weights_file
from tools.networks.network import CompactNetwork
from tools.networks.network_recipe import Cnn2dRecipe, CompactRecipe, VggishRecipe
from tools.networks.vggish import VggishNetwork
from tools.runs.recipe import Recipe
from tools.windows.features import FRONT_END


def build_network(recipe: Recipe) -> nn.Module:
    """Return the recipe's network with random weights."""
    frames, bands, labels = FRONT_END.patch_frames, FRONT_END.mel_bands, len(recipe.labels)
    match recipe.network:
        case CompactRecipe() as sizes:
            return CompactNetwork(sizes, bands, labels)
        case Cnn2dRecipe() as sizes:
            return Cnn2dNetwork(sizes, frames, bands, labels)
        case VggishRecipe() as sizes:
            return VggishNetwork(sizes, frames, bands, labels)


def first_network(recipe: Recipe) -> tuple[nn.Module, str]:
    """Return the network to start training with, and what its weights are."""
    network, sizes = build_network(recipe), recipe.network
    if not isinstance(sizes, VggishRecipe) or not sizes.encoder_weights:
        return network, "random weights"
    path = weights_file(sizes.encoder_weights)
    load_encoder(network.get_submodule("encoder"), path)
    return network, f"encoder of {path.name}"
