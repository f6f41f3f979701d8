"""The recipe's optimizer, learning rate and class weights are what is used."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from tools.networks.fitting import class_weights, make_optimizer, make_schedule
from tools.networks.network import WeightAverage
from tools.runs.recipe import TrainingRecipe, read_recipe

PLAN = TrainingRecipe(epochs=1, windows_per_epoch=64, learning_rate=0.1)


def rates(plan: TrainingRecipe, steps: int = 50) -> list[float]:
    optimizer = make_optimizer(plan, torch.nn.Linear(1, 1))
    schedule = make_schedule(plan, optimizer, steps)
    seen = []
    for _ in range(steps - 1):
        seen.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
    return seen


def test_learning_rate_falls_or_stays() -> None:
    one_cycle = rates(PLAN)
    assert max(one_cycle) == pytest.approx(0.1)
    assert one_cycle[-1] < 0.02
    assert rates(replace(PLAN, schedule="constant")) == [0.1] * 49


@pytest.mark.parametrize("steps", [1, 2, 10, 11, 12])
def test_few_steps_are_enough(steps: int) -> None:
    assert len(rates(PLAN, steps)) == steps - 1


def test_optimizer_is_the_chosen_one_and_leaves_frozen_weights() -> None:
    network = torch.nn.Linear(2, 2)
    network.bias.requires_grad_(False)
    adam = make_optimizer(replace(PLAN, optimizer="adam"), network)
    assert type(adam) is torch.optim.Adam
    assert adam.param_groups[0]["params"] == [network.weight]
    assert type(make_optimizer(PLAN, network)) is torch.optim.AdamW


def test_class_weights_make_labels_count_alike() -> None:
    shares = np.array([0.1, 0.2, 0.7])
    weights = class_weights(replace(PLAN, class_weights=True), shares)
    assert weights is not None
    assert torch.allclose(weights * torch.from_numpy(shares).float(), torch.full((3,), 1 / 3))
    assert class_weights(PLAN, shares) is None


def test_without_averaging_the_last_weights_count() -> None:
    layer = torch.nn.Linear(1, 1)
    average = WeightAverage(layer, 0.0)
    with torch.no_grad():
        layer.weight.fill_(5.0)
    average.update(layer)
    assert average.state()["weight"].item() == 5.0


def test_unknown_choice_is_named() -> None:
    with pytest.raises(
        ValueError, match=r"training\.optimizer 'sgd' is unknown: choose adamw or adam"
    ):
        replace(PLAN, optimizer="sgd")


def test_compact_keeps_its_way_of_training() -> None:
    recipe = read_recipe(Path(__file__).parents[2] / "models" / "recipes" / "compact.toml")
    plan = recipe.training
    assert (plan.optimizer, plan.schedule, plan.sampling) == ("adamw", "one_cycle", "even")
    assert not plan.class_weights
