"""Make a network's scores mean what they say, by scaling and shifting its logits.

Temperature and vector scaling are of Guo et al. 2017, "On calibration of modern neural networks". A shift
per label learns how often each label comes in the split it is fitted to: on val that lowers the loss on
recordings held out too, but elsewhere glass and the like are rarer or more frequent. So a softmax gets a
temperature unless asked otherwise, which leaves the order of the labels alone.
"""

import copy
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.model_selection import GroupKFold
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy, one_hot

from tools.data.dataset import Clip
from tools.measures.window_tables import ScoredWindows
from tools.networks.encoder import HEAD
from tools.networks.network import probabilities

NONE, TEMPERATURE, BIAS, VECTOR = "none", "temperature", "bias", "vector"
# From the stiffest on: nothing; one scale; one scale and a shift per label; both per label.
KINDS = (NONE, TEMPERATURE, BIAS, VECTOR)
KIND_OF_HEAD = {"softmax": TEMPERATURE, "sigmoid": VECTOR}
FOLDS = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Calibration:
    """What logits (n, labels) are multiplied by, and what is then added; (labels,) each."""

    kind: str
    scale: NDArray[np.float64]
    shift: NDArray[np.float64]

    def facts(self, labels: Sequence[str]) -> dict[str, Any]:
        """Return what a card says of it."""
        return {
            "kind": self.kind,
            "scale": dict(zip(labels, self.scale.round(4).tolist(), strict=True)),
            "shift": dict(zip(labels, self.shift.round(4).tolist(), strict=True)),
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class LabelledLogits:
    """Logits (n, labels) of windows, their true label numbers (n,) and their recordings (n,)."""

    logits: NDArray[np.float32]
    truth: NDArray[np.int64]
    groups: NDArray[np.str_]

    def rows(self, chosen: NDArray[np.int64]) -> "LabelledLogits":
        """Return the windows of those numbers."""
        return LabelledLogits(
            logits=self.logits[chosen], truth=self.truth[chosen], groups=self.groups[chosen]
        )


def labelled_logits(
    windows: ScoredWindows, clips: Sequence[Clip], doubtful: Collection[str]
) -> LabelledLogits:
    """Return the windows that count of clips that are not doubtful; their scores are logits.

    All of them rather than the paper mix, in which half the windows are background: at home nearly all are.
    """
    sure = np.array([clip.name not in doubtful for clip in clips])
    chosen = windows.counts & sure[windows.clip]
    groups = np.array([clip.group for clip in clips])
    return LabelledLogits(
        logits=windows.scores[chosen],
        truth=windows.truth[chosen],
        groups=groups[windows.clip[chosen]],
    )


def calibrated_scores(windows: ScoredWindows, calibration: Calibration, head: str) -> ScoredWindows:
    """Return windows whose scores are logits with what those amount to."""
    logits = torch.from_numpy(windows.scores * calibration.scale + calibration.shift)
    return replace(windows, scores=probabilities(logits, head).numpy().astype(np.float32))


class LogitScorer:
    """Give the logits of a network at full precision."""

    def __init__(self, network: nn.Module) -> None:
        """Use a copy of the network, laid out as convolutions are fastest."""
        self._network = copy.deepcopy(network).eval().to(memory_format=torch.channels_last)

    @torch.inference_mode()
    def __call__(self, patches: NDArray[np.float32]) -> NDArray[np.float32]:
        """Map patches (n, input frames, bands) to logits (n, labels)."""
        logits: NDArray[np.float32] = self._network(torch.from_numpy(patches)[:, None]).numpy()
        return logits


def held_out_losses(windows: LabelledLogits, head: str) -> dict[str, float]:
    """Return each kind's mean loss on recordings that it was not fitted to."""
    return {kind: round(_held_out_loss(windows, head, kind), 4) for kind in KINDS}


def _held_out_loss(windows: LabelledLogits, head: str, kind: str) -> float:
    folds = GroupKFold(min(FOLDS, len(np.unique(windows.groups))))
    total = 0.0
    for fitted, held in folds.split(windows.logits, groups=windows.groups):
        made = fit_calibration(windows.rows(fitted), head, kind)
        scale, shift = torch.from_numpy(made.scale), torch.from_numpy(made.shift)
        total += held.size * float(_loss(windows.rows(held), head, scale, shift))
    return total / len(windows.logits)


def fit_calibration(windows: LabelledLogits, head: str, kind: str) -> Calibration:
    """Fit a kind by the loss that networks of the recipe's head are trained with.

    Logarithms of scales and shifts are taken to be normal around 0 beforehand, or a few windows that are all
    right would make every score 0 or 1.
    """
    labels = windows.logits.shape[1]
    log_scale = torch.zeros(labels if kind == VECTOR else 1, dtype=torch.float64)
    shift = torch.zeros(labels, dtype=torch.float64)
    log_scale.requires_grad_(kind != NONE)
    shift.requires_grad_(kind in (BIAS, VECTOR))
    fitted = [weights for weights in (log_scale, shift) if weights.requires_grad]
    if fitted:
        _minimize(
            fitted,
            lambda: (
                _loss(windows, head, log_scale.exp(), shift)
                + sum(weights.square().sum() for weights in fitted) / (2 * len(windows.truth))
            ),
        )
    return Calibration(
        kind=kind,
        scale=log_scale.detach().exp().expand(labels).numpy(),
        shift=shift.detach().numpy(),
    )


def calibrated(network: nn.Module, calibration: Calibration) -> nn.Module:
    """Return a copy of a network whose last layer does the calibration too."""
    made = copy.deepcopy(network)
    last = [m for m in made.get_submodule(HEAD).modules() if isinstance(m, nn.Linear)][-1]
    scale, shift = (
        torch.from_numpy(values).to(last.weight.dtype)
        for values in (calibration.scale, calibration.shift)
    )
    with torch.no_grad():
        last.weight.mul_(scale[:, None])
        last.bias.mul_(scale).add_(shift)
    return made


def _loss(windows: LabelledLogits, head: str, scale: Tensor, shift: Tensor) -> Tensor:
    logits = torch.from_numpy(windows.logits).double() * scale + shift
    truth = torch.from_numpy(windows.truth)
    if head == "softmax":
        return cross_entropy(logits, truth)
    return binary_cross_entropy_with_logits(logits, one_hot(truth, logits.shape[1]).double())


def _minimize(weights: list[Tensor], loss: Callable[[], Tensor]) -> None:
    optimizer = torch.optim.LBFGS(weights, max_iter=200, line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        optimizer.zero_grad()
        value = loss()
        value.backward()
        return value

    optimizer.step(closure)
