"""Fit one network, an epoch at a time, from a seed that decides all chance."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from tools.errors import ToolError
from tools.networks.device import choose_device, mixed_precision
from tools.networks.fitting import (
    class_weights,
    make_loss,
    make_optimizer,
    make_schedule,
    train_mode,
)
from tools.networks.network import WeightAverage, probabilities
from tools.networks.network_kinds import RANDOM_WEIGHTS, first_network
from tools.runs.recipe import Recipe

LARGEST_GRADIENT = 5.0


class StartError(ToolError):
    """Weights that a network can't start from; the message says why."""


@dataclass(frozen=True, kw_only=True, slots=True)
class EpochFigures:
    """The means over an epoch's batches, as augmented."""

    loss: float
    accuracy: float


class Lesson(Protocol):
    """What a network learns from, and what it is judged by.

    `part` names the module that is taught, empty for the whole network; `taught_by` says for people by
    what. `shares` (labels,) are how often labels are drawn, `left_out` the messages of clips without audio.
    """

    part: str
    taught_by: str
    shares: NDArray[np.float64]
    left_out: list[str]

    def batch(self) -> tuple[Tensor, Tensor]:
        """Draw inputs of the part and targets (n, labels)."""

    def judge(self, network: nn.Module) -> dict[str, Any]:
        """Return the tables of the validation split."""

    def chance(self) -> dict[str, Any]:
        """Return where the chance stands."""

    def restore_chance(self, state: dict[str, Any]) -> None:
        """Put the chance there."""


class Trainer:
    """Hold a network and all that changes while it is fitted."""

    def __init__(self, recipe: Recipe, lesson: Lesson) -> None:
        """Build the network and the optimizer from the recipe's seed."""
        torch.manual_seed(recipe.seed)
        self._recipe = recipe
        self._plan = recipe.training
        self._device = choose_device()
        self._lesson = lesson
        network, self.started_from = first_network(recipe)
        self.network = network.to(self._device, memory_format=torch.channels_last)
        self._part = self.network.get_submodule(lesson.part)
        self._average = WeightAverage(self._part, self._plan.average_decay)
        weights = class_weights(self._plan, lesson.shares)
        self._loss = make_loss(recipe, None if weights is None else weights.to(self._device))
        self._optimizer = make_optimizer(self._plan, self._part)
        steps = self._plan.epochs * self.steps_per_epoch
        self._schedule = make_schedule(self._plan, self._optimizer, steps)

    def start_from(self, network: nn.Module, name: str, labels: Sequence[str] = ()) -> None:
        """Take over another network's weights wherever name and shape are the same.

        Of the last layer, which has a row per label, rows go by the label; `labels` are the other's, if not the same.
        """
        mine = self.network.state_dict()
        taken = {
            key: value
            for key, value in network.state_dict().items()
            if key in mine and mine[key].shape == value.shape
        }
        if not any(key.startswith("encoder.") for key in taken):
            raise StartError(f"{name}: its encoder does not fit this recipe's; choose another run")
        rows = self._rows_of_labels(network, labels) if labels else {}
        self.network.load_state_dict(mine | taken | rows)
        left = len(mine) - len(taken | rows)
        self.started_from = name if not left else f"{name}, but for {left} new tensors"
        self._average = WeightAverage(self._part, self._plan.average_decay)

    def _rows_of_labels(self, network: nn.Module, labels: Sequence[str]) -> dict[str, Tensor]:
        """Return the last layer with the rows of the labels that another network knows; nothing if it knows none."""
        both = [label for label in self._recipe.labels if label in labels]
        here = [self._recipe.labels.index(label) for label in both]
        there = [labels.index(label) for label in both]
        mine, theirs = self.network.state_dict(), network.state_dict()
        rows = {}
        for key in list(mine)[-2:]:  # its weights and its bias
            other = theirs.get(key)
            if both and other is not None and mine[key].shape[1:] == other.shape[1:]:
                rows[key] = mine[key].clone()
                rows[key][here] = other[there].to(mine[key].device)
        return rows

    def require_encoder(self) -> None:
        """Raise when the recipe freezes an encoder that has learned nothing yet."""
        frozen = not all(weight.requires_grad for weight in self.network.encoder.parameters())
        if frozen and self.started_from == RANDOM_WEIGHTS:
            raise StartError(
                f"{self._recipe.name} trains on the encoder of another run: add --start RUN_DIR"
            )

    @property
    def steps_per_epoch(self) -> int:
        """Return how many batches make an epoch."""
        return max(1, self._plan.windows_per_epoch // self._plan.batch)

    def run_epoch(self) -> EpochFigures:
        """Train one epoch."""
        train_mode(self._part)
        steps = [self._step() for _ in range(self.steps_per_epoch)]
        loss, accuracy = (float(mean) for mean in np.mean(steps, axis=0))
        return EpochFigures(loss=loss, accuracy=accuracy)

    def _step(self) -> tuple[float, float]:
        inputs, targets = (values.to(self._device) for values in self._lesson.batch())
        with mixed_precision(self._device):
            logits = self._part(inputs)
        loss = self._loss(logits.float(), targets)
        self._optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self._part.parameters(), LARGEST_GRADIENT)
        self._optimizer.step()
        self._schedule.step()
        self._average.update(self._part)
        right = (logits.argmax(dim=1) == targets.argmax(dim=1)).float().mean()
        return float(loss.detach()), float(right)

    def averaged_state(self) -> dict[str, Tensor]:
        """Return the whole network's state with the average of what is taught, on the CPU."""
        prefix = f"{self._lesson.part}." if self._lesson.part else ""
        average = {prefix + name: value for name, value in self._average.state().items()}
        rest = {name: value.cpu() for name, value in self.network.state_dict().items()}
        return rest | average

    def state(self) -> dict[str, Any]:
        """Return all that an interrupted training needs to go on as if nothing had happened."""
        return {
            "network": self._part.state_dict(),
            "average": self._average.whole_state(),
            "optimizer": self._optimizer.state_dict(),
            "schedule": self._schedule.state_dict(),
            "torch": torch.get_rng_state(),
            "started_from": self.started_from,
        } | self._lesson.chance()

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from `state`."""
        self._part.load_state_dict(state["network"])
        self._average.restore(state["average"])
        self._optimizer.load_state_dict(state["optimizer"])
        self._schedule.load_state_dict(state["schedule"])
        self._lesson.restore_chance(state)
        torch.set_rng_state(state["torch"])
        self.started_from = state["started_from"]


class TorchScorer:
    """Score patches with a network in evaluation mode."""

    def __init__(self, network: nn.Module, recipe: Recipe) -> None:
        """Use the network where it is, and leave it in evaluation mode."""
        self._network = network.eval()
        self._head = recipe.head
        self._device = next(network.parameters()).device

    @torch.inference_mode()
    def __call__(self, patches: NDArray[np.float32]) -> NDArray[np.float32]:
        """Map patches (n, input frames, bands) to scores (n, labels)."""
        with mixed_precision(self._device):
            logits = self._network(torch.from_numpy(patches).to(self._device)[:, None])
        scores: NDArray[np.float32] = probabilities(logits.float(), self._head).cpu().numpy()
        return scores
