"""Make what fits a network's weights: optimizer, learning rate and the weights of the classes."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.optim import Adam, AdamW, Optimizer
from torch.optim.lr_scheduler import LambdaLR, LRScheduler, OneCycleLR

from tools.runs.recipe import TrainingRecipe


def make_optimizer(plan: TrainingRecipe, network: nn.Module) -> Optimizer:
    """Return the recipe's optimizer of the weights that are not frozen."""
    kind = {"adamw": AdamW, "adam": Adam}[plan.optimizer]
    weights = [weight for weight in network.parameters() if weight.requires_grad]
    return kind(weights, plan.learning_rate, weight_decay=plan.weight_decay)


def make_schedule(plan: TrainingRecipe, optimizer: Optimizer, steps: int) -> LRScheduler:
    """Return the recipe's course of the learning rate over the steps of a training."""
    if plan.schedule == "constant":
        return LambdaLR(optimizer, lambda _: 1.0)
    # The rise takes a tenth less one step, by which PyTorch divides: ten steps would crash.
    return OneCycleLR(optimizer, plan.learning_rate, total_steps=max(11, steps), pct_start=0.1)


def class_weights(plan: TrainingRecipe, shares: NDArray[np.float64]) -> torch.Tensor | None:
    """Return weights (labels,) by which all labels count alike, if the recipe wants them.

    `shares` (labels,) is how often each label is drawn. The mean weight of a draw is 1.
    """
    if not plan.class_weights:
        return None
    return torch.from_numpy(1 / (len(shares) * shares)).float()
