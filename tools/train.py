"""Train a recipe's network: `python -m tools.train --recipe models/compact/recipe.toml --data CLIPS --out runs/a`.

CLIPS is a catalogue CSV, the folder that holds it, or a folder with one sub-folder per class. On a
laptop add `--epochs 2 --windows 2000` for a first try in minutes. The run folder gets the recipe,
`run.json`, `metrics.json`, `curves.png` and `best.pt`; Ctrl-C stops early and keeps the best weights.
"""

import argparse
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from tools.augmentation.patch_augment import PatchAugment
from tools.data.dataset import DatasetError
from tools.measures.plots import draw_curves
from tools.measures.window_tables import score_store, split_tables
from tools.networks.device import choose_device, mixed_precision
from tools.networks.encoder_weights import WeightsError
from tools.networks.fitting import class_weights, make_optimizer, make_schedule
from tools.networks.network import WeightAverage, weight_count
from tools.networks.network_kinds import build_network, first_network
from tools.runs.recipe import Recipe, RecipeError, read_recipe
from tools.runs.run_folder import RunFolderError, create_run_folder, write_json
from tools.windows.feature_store import FeatureStore
from tools.windows.sampling import WindowSampler
from tools.windows.training_data import evaluation_store, read_clips, training_store


class Trainer:
    """Fit one network, an epoch at a time."""

    def __init__(self, recipe: Recipe, store: FeatureStore) -> None:
        """Build the network, the optimizer and the sampler from the recipe's seed."""
        torch.manual_seed(recipe.seed)
        self._recipe = recipe
        self._plan = recipe.training
        self._device = choose_device()
        self._sampler = WindowSampler(store, recipe, np.random.default_rng(recipe.seed))
        self._augment = PatchAugment(recipe.seed)
        network, self.started_from = first_network(recipe)
        self.network = network.to(self._device, memory_format=torch.channels_last)
        self.average = WeightAverage(self.network, self._plan.average_decay)
        weights = class_weights(self._plan, self._sampler.shares)
        self._loss = nn.CrossEntropyLoss(
            None if weights is None else weights.to(self._device),
            label_smoothing=self._plan.label_smoothing,
        )
        self._optimizer = make_optimizer(self._plan, self.network)
        steps = self._plan.epochs * self.steps_per_epoch
        self._schedule = make_schedule(self._plan, self._optimizer, steps)

    def start_from(self, network: nn.Module, name: str) -> None:
        """Take over the weights of another network of the same sizes."""
        self.network.load_state_dict(network.state_dict())
        self.started_from = name
        self.average = WeightAverage(self.network, self._plan.average_decay)

    @property
    def steps_per_epoch(self) -> int:
        """Return how many batches make an epoch."""
        return max(1, self._plan.windows_per_epoch // self._plan.batch)

    def run_epoch(self) -> float:
        """Train one epoch and return its mean loss."""
        self.network.train()
        return float(np.mean([self._step() for _ in range(self.steps_per_epoch)]))

    def _step(self) -> float:
        patches, targets = (part.to(self._device) for part in self._batch())
        with mixed_precision(self._device):
            logits = self.network(patches)
        loss = self._loss(logits.float(), targets)
        self._optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.network.parameters(), 5.0)
        self._optimizer.step()
        self._schedule.step()
        self.average.update(self.network)
        return float(loss.detach())

    def _batch(self) -> tuple[torch.Tensor, torch.Tensor]:
        drawn, labels = self._sampler.draw(self._plan.batch)
        others = self._sampler.draw_label(self._recipe.background, self._plan.batch)
        patches = self._augment(torch.from_numpy(drawn), torch.from_numpy(others))
        targets = nn.functional.one_hot(torch.from_numpy(labels), len(self._recipe.labels)).float()
        patches, targets = self._augment.mixup(patches, targets, self._plan.mixup_share)
        return patches[:, None], targets


class TorchScorer:
    """Score patches with a network in evaluation mode."""

    def __init__(self, network: nn.Module) -> None:
        """Use the network where it is, and leave it in evaluation mode."""
        self._network = network.eval()
        self._device = next(network.parameters()).device

    @torch.inference_mode()
    def __call__(self, patches: NDArray[np.float32]) -> NDArray[np.float32]:
        """Map patches (n, 96, 64) to scores (n, labels)."""
        with mixed_precision(self._device):
            logits = self._network(torch.from_numpy(patches).to(self._device)[:, None])
        scores: NDArray[np.float32] = torch.softmax(logits.float(), dim=1).cpu().numpy()
        return scores


def validate(network: nn.Module, recipe: Recipe, store: FeatureStore) -> dict[str, Any]:
    """Return the tables of the validation split."""
    windows = score_store(store, recipe.labels, TorchScorer(network), quiet=True)
    return split_tables(windows, recipe.labels, recipe.background)


def train(recipe: Recipe, data: Path, out: Path, cache: Path, start: Path | None = None) -> None:
    """Train until the epochs are over, validation stands still or Ctrl-C; keep the best weights.

    `start` is a run folder whose weights to begin with.
    """
    clips = read_clips(recipe, data)
    val = evaluation_store(recipe, clips, "val", cache)
    store = training_store(recipe, clips, data, cache)
    trainer = Trainer(recipe, store)
    if start:
        trainer.start_from(load_network(start)[1], start.name)
    facts = {
        "started_from": trainer.started_from,
        "data": str(data.name),
        "clips": {split: sum(c.split == split for c in clips) for split in ("train", "val")},
        "left_out": store.failures + val.failures,
        "weights": weight_count(trainer.network),
        "torch": torch.__version__,
    }
    create_run_folder(out, recipe, facts)
    rows: list[dict[str, Any]] = []
    try:
        _epochs(trainer, recipe, val, out, rows)
    except KeyboardInterrupt:
        print(f"stopped after {len(rows)} epochs; the best weights are kept", file=sys.stderr)
    if rows:
        draw_curves(rows, out / "curves.png")


def _epochs(
    trainer: Trainer, recipe: Recipe, val: FeatureStore, out: Path, rows: list[dict[str, Any]]
) -> None:
    best, best_epoch = -1.0, 0
    averaged = build_network(recipe).to(memory_format=torch.channels_last)
    for epoch in range(1, recipe.training.epochs + 1):
        started = time.monotonic()
        loss = trainer.run_epoch()
        state = trainer.average.state()
        averaged.load_state_dict(state)
        tables = validate(averaged, recipe, val)
        row = _row(epoch, loss, tables, time.monotonic() - started)
        rows.append(row)
        print("  ".join(f"{name} {value}" for name, value in row.items()), flush=True)
        if row["figure"] > best:
            best, best_epoch = row["figure"], epoch
            _save(out / "best.pt", state, epoch)
            write_json(out / "val.json", tables)
        write_json(out / "metrics.json", {"best_epoch": best_epoch, "epochs": rows})
        if epoch - best_epoch >= recipe.training.patience_epochs:
            print(f"no better for {epoch - best_epoch} epochs: stopping")
            return


def _row(epoch: int, loss: float, tables: dict[str, Any], seconds: float) -> dict[str, Any]:
    mix, everything = tables["paper_mix"], tables["all_windows"]
    figures = (mix["macro"]["recall"], mix["macro"]["precision"], everything["macro"]["precision"])
    return {
        "epoch": epoch,
        "loss": round(loss, 4),
        "accuracy": mix["micro"]["accuracy"],
        "precision": mix["macro"]["precision"],
        "recall": mix["macro"]["recall"],
        "precision_all": everything["macro"]["precision"],
        "figure": round(float(np.mean(figures)), 4),
        "seconds": round(seconds, 1),
    }


def _save(path: Path, state: dict[str, torch.Tensor], epoch: int) -> None:
    part = path.with_suffix(".part")
    torch.save({"state": state, "epoch": epoch}, part)
    part.replace(path)


def load_network(run: Path) -> tuple[Recipe, nn.Module]:
    """Return the recipe and the best network of a run folder, in evaluation mode."""
    if not (run / "best.pt").is_file():
        raise RunFolderError(f"{run}: holds no best.pt; train first with python -m tools.train")
    recipe = read_recipe(run / "recipe.toml")
    network = build_network(recipe)
    network.load_state_dict(torch.load(run / "best.pt", weights_only=True)["state"])
    return recipe, network.eval()


def main(arguments: list[str] | None = None) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.train",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--recipe", type=Path, required=True, help="TOML file of the recipe")
    parser.add_argument("--data", type=Path, required=True, help="catalogue CSV or folder of clips")
    parser.add_argument("--out", type=Path, required=True, help="run folder to make")
    parser.add_argument("--cache", type=Path, default=Path("runs/cache"), help="features, reused")
    parser.add_argument("--start", type=Path, help="run folder whose weights to start from")
    parser.add_argument("--epochs", type=int, help="instead of the recipe's")
    parser.add_argument("--windows", type=int, help="windows per epoch instead of the recipe's")
    parser.add_argument("--threads", type=int, default=0, help="CPU threads (default: all)")
    options = parser.parse_args(arguments)
    if options.threads:
        torch.set_num_threads(options.threads)
    try:
        recipe = read_recipe(options.recipe)
        given = {"epochs": options.epochs, "windows_per_epoch": options.windows}
        changes = {name: value for name, value in given.items() if value}
        recipe = replace(recipe, training=replace(recipe.training, **changes))
        train(recipe, options.data, options.out, options.cache, options.start)
    except (DatasetError, RecipeError, RunFolderError, WeightsError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
