"""Make what fits a network's weights: loss, optimizer, learning rate and the weights of the classes."""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits
from torch.optim import Adam, AdamW, Optimizer
from torch.optim.lr_scheduler import LambdaLR, LRScheduler, OneCycleLR

from tools.runs.recipe import Recipe, TrainingRecipe

Loss: TypeAlias = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]


def make_optimizer(plan: TrainingRecipe, network: nn.Module) -> Optimizer:
    """Return the recipe's optimizer of the weights that are not frozen."""
    kind = {"adamw": AdamW, "adam": Adam}[plan.optimizer]
    groups: dict[float, list[nn.Parameter]] = {}
    for name, weight in network.named_parameters():
        if weight.requires_grad:
            share = plan.encoder_rate_share if name.startswith("encoder.") else 1.0
            groups.setdefault(plan.learning_rate * share, []).append(weight)
    parameters = [{"params": weights, "lr": rate} for rate, weights in groups.items()]
    return kind(parameters, plan.learning_rate, weight_decay=plan.weight_decay)


def make_schedule(plan: TrainingRecipe, optimizer: Optimizer, steps: int) -> LRScheduler:
    """Return the recipe's course of the learning rate over the steps of a training."""
    if plan.schedule == "constant":
        return LambdaLR(optimizer, lambda _: 1.0)
    # The rise takes a tenth less one step, by which PyTorch divides: ten steps would crash.
    rates = [group["lr"] for group in optimizer.param_groups]
    return OneCycleLR(optimizer, rates, total_steps=max(11, steps), pct_start=0.1)


def class_weights(plan: TrainingRecipe, shares: NDArray[np.float64]) -> torch.Tensor | None:
    """Return weights (labels,) by which all labels count alike, if the recipe wants them.

    `shares` (labels,) is how often each label is drawn. The mean weight of a draw is 1.
    """
    if not plan.class_weights:
        return None
    return torch.from_numpy(1 / (len(shares) * shares)).float()


def make_loss(recipe: Recipe, weights: torch.Tensor | None) -> Loss:
    """Return the cross-entropy of logits and targets (n, labels) for the recipe's head."""
    smoothing = recipe.training.label_smoothing
    if recipe.head == "softmax":
        return nn.CrossEntropyLoss(weights, label_smoothing=smoothing)

    def binary(logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        smoothed = targets * (1 - smoothing) + smoothing / 2
        return binary_cross_entropy_with_logits(logits, smoothed, weights)

    return binary


def train_mode(network: nn.Module) -> None:
    """Set training mode where there is something to train: frozen layers keep their statistics."""
    network.train()
    for part in network.modules():
        weights = list(part.parameters())
        if weights and not any(weight.requires_grad for weight in weights):
            part.eval()
