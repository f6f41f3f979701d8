"""The weights in a run folder: the best so far, and where an unfinished training stands."""

import pickle
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from tools.networks.network_kinds import build_network
from tools.runs.epochs import rank
from tools.runs.recipe import Recipe, read_recipe
from tools.runs.run_folder import RunFolderError
from tools.runs.whole_file import whole_file

BEST, LAST = "best.pt", "last.pt"


@dataclass(kw_only=True, slots=True)
class Standing:
    """How far a training is: a row per epoch, and which epoch was the best."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    best_epoch: int = 0

    def is_best(self, row: Mapping[str, Any]) -> bool:
        """Tell whether the row of a new epoch is better than all before."""
        return all(rank(row) > rank(before) for before in self.rows)


def save_best(run: Path, state: dict[str, Tensor], epoch: int) -> None:
    """Write the best weights."""
    _save(run / BEST, {"state": state, "epoch": epoch})


def save_last(run: Path, trainer: dict[str, Any], standing: Standing) -> None:
    """Write where the training stands."""
    _save(
        run / LAST,
        {"trainer": trainer, "rows": standing.rows, "best_epoch": standing.best_epoch},
    )


def load_last(run: Path) -> tuple[dict[str, Any], Standing]:
    """Return the trainer's state and the standing of an unfinished training."""
    if not (run / LAST).is_file():
        raise RunFolderError(f"{run}: holds no unfinished training; leave --resume out")
    content = _load(run / LAST)
    return content["trainer"], Standing(rows=content["rows"], best_epoch=content["best_epoch"])


def forget_last(run: Path) -> None:
    """Mark the training as finished."""
    (run / LAST).unlink(missing_ok=True)


def load_network(run: Path) -> tuple[Recipe, nn.Module]:
    """Return the recipe and the best network of a run folder, in evaluation mode."""
    if not (run / BEST).is_file():
        raise RunFolderError(f"{run}: holds no {BEST}; train first with python -m tools.train")
    recipe = read_recipe(run / "recipe.toml")
    network = build_network(recipe)
    try:
        network.load_state_dict(_load(run / BEST)["state"])
    except (KeyError, RuntimeError) as error:
        raise RunFolderError(
            f"{run / BEST}: does not fit recipe.toml beside it: {error}"
        ) from error
    return recipe, network.eval()


def _save(path: Path, content: dict[str, Any]) -> None:
    """Write a file that is whole or not there; a full disk leaves the one before."""
    with whole_file(path) as part, part.open("wb") as file:
        torch.save(content, file)


def _load(path: Path) -> dict[str, Any]:
    try:
        content: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, EOFError, KeyError, RuntimeError, ValueError) as error:
        raise RunFolderError(f"{path}: is damaged; delete the run folder and train anew") from error
    return content
