"""Load an encoder's weights from a state dict file whose layout is checked first."""

import pickle
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from tools.errors import ToolError
from tools.fetch import WEIGHTS, find_weights
from tools.networks.mobilenet import from_published

CURE = f"get the published weights with python -m tools.fetch ({', '.join(WEIGHTS)})"
# The published PCA holds numpy's arrays; these are all that it takes to read them.
NUMPY_ARRAYS = [
    np.ndarray,
    np.dtype,
    np.dtypes.Float32DType,
    np.dtypes.Float64DType,
    np._core.multiarray._reconstruct,  # noqa: SLF001
]


class WeightsError(ToolError):
    """Weights that cannot be used; the message names the file and what is wrong with it."""


def weights_file(chosen: str) -> Path:
    """Return the file of a recipe's `encoder_weights`: a path, or a name that fetch knows."""
    if chosen not in WEIGHTS:
        path = Path(chosen).expanduser()
        cure = CURE
    else:
        path = find_weights(chosen)
        cure = f"get it with python -m tools.fetch {chosen}"
    if not path.is_file():
        raise WeightsError(f"{path}: no such file of encoder weights; {cure}")
    return path


def load_encoder(encoder: nn.Module, path: Path) -> None:
    """Take over the weights in a file; what it holds besides them is ignored."""
    state = from_published(_read_state(path))
    wanted = encoder.state_dict()
    check_layout(path, state, wanted)
    encoder.load_state_dict({name: state[name] for name in wanted})


def load_postprocessor(postprocessor: nn.Module, path: Path) -> None:
    """Take over the published PCA of VGGish, whose means may be a column."""
    state = _read_state(path)
    if "pca_means" in state:
        state["pca_means"] = state["pca_means"].reshape(-1)
    wanted = postprocessor.state_dict()
    check_layout(path, state, wanted)
    postprocessor.load_state_dict({name: state[name].float() for name in wanted})


def check_layout(path: Path, state: dict[str, Tensor], wanted: dict[str, Tensor]) -> None:
    """Raise and name the first weight that is missing or has another shape; meta tensors will do."""
    for name, weight in wanted.items():
        if name not in state:
            raise WeightsError(f"{path}: {name} is missing; {CURE}")
        shape, expected = tuple(state[name].shape), tuple(weight.shape)
        if shape != expected:
            raise WeightsError(f"{path}: {name} has the shape {shape}, not {expected}; {CURE}")


def _read_state(path: Path) -> dict[str, Tensor]:
    try:
        with torch.serialization.safe_globals(NUMPY_ARRAYS):
            content = torch.load(path, map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, EOFError, KeyError, RuntimeError, ValueError) as error:
        raise WeightsError(f"{path}: is no file of PyTorch weights; {CURE}") from error
    if not isinstance(content, dict):
        raise WeightsError(f"{path}: holds no state dict; {CURE}")
    return {
        name: torch.as_tensor(value)
        for name, value in content.items()
        if isinstance(value, Tensor | np.ndarray)
    }
