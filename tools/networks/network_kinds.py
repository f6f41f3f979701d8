"""Build the network that a recipe chooses."""

from torch import nn

from tools.networks.cnn2d import Cnn2dNetwork
from tools.networks.encoder_weights import load_encoder, load_postprocessor, weights_file
from tools.networks.mn04 import MobileNetNetwork
from tools.networks.network import CompactNetwork
from tools.networks.network_recipe import (
    Cnn2dRecipe,
    CompactRecipe,
    MobileNetRecipe,
    VggishRecipe,
)
from tools.networks.vggish import VggishNetwork
from tools.runs.recipe import Recipe

RANDOM_WEIGHTS = "random weights"


def input_shape(recipe: Recipe) -> tuple[int, int]:
    """Return the frames and bands of what the network is given at once."""
    return recipe.front_end.input_frames, recipe.front_end.mel_bands


def build_network(recipe: Recipe) -> nn.Module:
    """Return the recipe's network with random weights."""
    (frames, bands), labels = input_shape(recipe), len(recipe.labels)
    match recipe.network:
        case CompactRecipe() as sizes:
            return CompactNetwork(sizes, frames, bands, labels)
        case Cnn2dRecipe() as sizes:
            return Cnn2dNetwork(sizes, frames, bands, labels)
        case VggishRecipe() as sizes:
            return VggishNetwork(sizes, frames, bands, labels)
        case MobileNetRecipe() as sizes:
            return MobileNetNetwork(sizes, frames, labels)


def require_weights(recipe: Recipe) -> None:
    """Raise WeightsError when the weights to start with are not on this machine."""
    if weights := getattr(recipe.network, "encoder_weights", ""):
        weights_file(weights)


def first_network(recipe: Recipe) -> tuple[nn.Module, str]:
    """Return the network to start training with, and what its weights are."""
    network, weights = build_network(recipe), getattr(recipe.network, "encoder_weights", "")
    if not weights:
        return network, RANDOM_WEIGHTS
    path = weights_file(weights)
    load_encoder(network.get_submodule("encoder"), path)
    if chosen := getattr(recipe.network, "postprocessor", ""):
        load_postprocessor(network.get_submodule("postprocessor"), weights_file(chosen))
    return network, f"encoder of {path.name}"
