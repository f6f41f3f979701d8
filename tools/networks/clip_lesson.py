"""Learn from the sound of clips, augmented anew in each batch."""

from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from tools.measures.window_tables import score_store, split_tables
from tools.networks.patch_augment import PatchAugment
from tools.networks.trainer import TorchScorer
from tools.runs.recipe import Recipe
from tools.windows.pcm_store import PcmStore
from tools.windows.sampling import WindowSampler

MIXED_SHARE = 0.3  # of the patches get another background


class ClipLesson:
    """Teach a whole network by windows of a store, and judge it by those of val's."""

    part = ""
    taught_by = "clips"

    def __init__(self, recipe: Recipe, store: PcmStore, val: PcmStore) -> None:
        """Seed the chance of sampler and augmentation."""
        self._recipe = recipe
        self._val = val
        self._rng = np.random.default_rng(recipe.seed)
        self._sampler = WindowSampler(store, recipe, self._rng)
        self._augment = PatchAugment(recipe.seed, recipe.front_end, recipe.training.changed_share)
        self.shares = self._sampler.shares
        self.left_out = store.failures + val.failures

    def batch(self) -> tuple[Tensor, Tensor]:
        """Return patches (n, 1, input frames, bands) and targets (n, labels)."""
        plan = self._recipe.training
        drawn, labels = self._sampler.draw(plan.batch)
        mixed = max(1, round(MIXED_SHARE * plan.batch))
        others = self._sampler.draw_label(self._recipe.background, mixed)
        patches = self._augment(torch.from_numpy(drawn), torch.from_numpy(others))
        targets = nn.functional.one_hot(torch.from_numpy(labels), len(self._recipe.labels)).float()
        patches, targets = self._augment.mixup(patches, targets, plan.mixup_share)
        return patches[:, None], targets

    def judge(self, network: nn.Module) -> dict[str, Any]:
        """Return the tables of the validation split."""
        scorer = TorchScorer(network, self._recipe)
        labels = self._recipe.labels
        windows = score_store(self._val, labels, scorer, self._recipe.front_end, quiet=True)
        return split_tables(windows, labels, self._recipe.background)

    def chance(self) -> dict[str, Any]:
        """Return where the chance stands."""
        return {
            "sampler": self._rng.bit_generator.state,
            "augment": self._augment.chance_state(),
        }

    def restore_chance(self, state: dict[str, Any]) -> None:
        """Put the chance there."""
        self._rng.bit_generator.state = state["sampler"]
        self._augment.restore_chance(state["augment"])
