"""Learn from vectors that a frozen encoder computed once: only the classifier is taught."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from tools.data.dataset import Clip
from tools.measures.window_tables import ScoredWindows, split_tables
from tools.networks.encoder import HEAD, encoder_hash, require_frozen
from tools.networks.network import probabilities
from tools.networks.patch_augment import PatchAugment
from tools.runs.recipe import Recipe
from tools.windows.encoded import EncodedWindows, read_facts, read_windows, require_facts
from tools.windows.encoding import clips_to_encode, data_facts
from tools.windows.take_sampling import TakeSampler


class HeadLesson:
    """Teach the classifier by vectors, drawn as windows are; judge it by those of val.

    The sound is augmented as far as the takes that were encoded are: patches can't be changed anew in
    each batch. Mixup blends vectors (Verma et al. 2019, "Manifold mixup").
    """

    part = HEAD
    taught_by = "vectors"

    def __init__(
        self,
        recipe: Recipe,
        train: tuple[EncodedWindows, Sequence[Clip]],
        val: tuple[EncodedWindows, Sequence[Clip]],
        left_out: list[str],
    ) -> None:
        """Seed the chance; `train` and `val` are windows and the clips they are of."""
        self._recipe = recipe
        self._windows, clips = train
        self._val = val
        self._rng = np.random.default_rng(recipe.seed)
        self._takes = TakeSampler(
            recipe, clips, self._windows.clip, self._windows.starts, self._rng
        )
        self._offsets = _offsets(self._windows)
        self._augment = PatchAugment(recipe.seed, recipe.front_end)
        self.shares = self._takes.shares
        self.left_out = left_out

    def batch(self) -> tuple[Tensor, Tensor]:
        """Return vectors (n, d) and targets (n, labels)."""
        plan = self._recipe.training
        takes, labels = self._takes.draw(plan.batch)
        rows = self._rng.integers(self._offsets[takes], self._offsets[takes + 1])
        drawn = torch.from_numpy(self._windows.vectors[rows])
        targets = nn.functional.one_hot(torch.from_numpy(labels), len(self._recipe.labels)).float()
        # To mixup a vector is a patch of one frame.
        vectors, targets = self._augment.mixup(drawn[:, None], targets, plan.mixup_share)
        return vectors[:, 0], targets

    def judge(self, network: nn.Module) -> dict[str, Any]:
        """Return the tables of the validation split."""
        windows = score_vectors(network, self._recipe, *self._val)
        return split_tables(windows, self._recipe.labels, self._recipe.background)

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


def read_lesson(recipe: Recipe, clips: list[Clip], data: Path, folder: Path) -> HeadLesson:
    """Return the lesson of a folder of vectors; raise when they are not of these clips and this recipe."""
    encoded = clips_to_encode(recipe, clips, data)
    require_facts(folder, data_facts(recipe, encoded))
    left_out = read_facts(folder)["left_out"]
    return HeadLesson(
        recipe,
        (read_windows(folder, "train"), encoded["train"]),
        (read_windows(folder, "val"), encoded["val"]),
        left_out["train"] + left_out["val"],
    )


def require_encoder(recipe: Recipe, network: nn.Module, folder: Path) -> None:
    """Raise when training would change the encoder, or the vectors are not of this one."""
    require_frozen(recipe, network)
    require_facts(folder, {"encoder_hash": encoder_hash(network)})


@torch.inference_mode()
def score_vectors(
    network: nn.Module, recipe: Recipe, windows: EncodedWindows, clips: Sequence[Clip]
) -> ScoredWindows:
    """Score the vectors of clips with a network's classifier."""
    head = network.get_submodule(HEAD).eval()
    device = next(head.parameters()).device
    logits = head(torch.from_numpy(np.array(windows.vectors)).to(device))
    clip = windows.clip[windows.take]
    truth = np.array([recipe.labels.index(of.label) for of in clips])
    return ScoredWindows(
        scores=probabilities(logits, recipe.head).cpu().numpy(),
        clip=clip,
        truth=truth[clip],
        counts=np.array(windows.counts),
    )


def _offsets(windows: EncodedWindows) -> NDArray[np.int64]:
    """Return where the vectors of each take begin, and where the last ones end, (takes + 1,)."""
    return np.searchsorted(windows.take, np.arange(windows.clip.size + 1))
