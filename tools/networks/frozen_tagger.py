"""What ten minutes give: a small classifier on EfficientAT's frozen mn04, taught by clean windows.

Its features are mn04's embedding and its logits of AudioSet's classes. Nothing is augmented.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from tools.measures.window_tables import ScoredWindows, score_store
from tools.networks.audioset import Tagger
from tools.networks.mn04 import efficientat_front_end
from tools.windows.pcm_store import PcmStore

HIDDEN = 256
DROPOUT = 0.3
EPOCHS = 20
WINDOWS_PER_EPOCH = 12_000
BATCH = 128
LEARNING_RATE = 1e-3
BACKGROUND_SHARE = 0.45
SEED = 0


def encode(weights: Path, store: PcmStore, labels: Sequence[str]) -> ScoredWindows:
    """Return the windows of a store with features (n, 911) in place of scores."""
    return score_store(store, labels, Tagger(weights).features, efficientat_front_end())


class FrozenClassifier:
    """Tell labels by features."""

    def __init__(self, windows: ScoredWindows, labels: Sequence[str], background: str) -> None:
        """Learn from the windows that count."""
        features = torch.from_numpy(windows.scores[windows.counts])
        self._mean, self._scale = features.mean(dim=0), features.std(dim=0).clamp_min(1e-6)
        chances = draw_chances(windows, labels.index(background))
        truth = torch.from_numpy(windows.truth[windows.counts])
        self._classifier = taught(self._scaled(features), truth, len(labels), chances)

    @torch.inference_mode()
    def __call__(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """Map features (n, 911) to scores (n, labels)."""
        logits = self._classifier(self._scaled(torch.from_numpy(features)))
        scores: NDArray[np.float32] = torch.softmax(logits, dim=1).numpy()
        return scores

    def _scaled(self, features: Tensor) -> Tensor:
        return (features - self._mean) / self._scale


def draw_chances(windows: ScoredWindows, background: int) -> NDArray[np.float64]:
    """Return how often each window that counts is drawn: labels alike, but the background its share."""
    truth = windows.truth[windows.counts]
    present, numbers = np.unique(truth, return_inverse=True)
    events = max(1, int((present != background).sum()))
    share = np.where(present == background, BACKGROUND_SHARE, (1 - BACKGROUND_SHARE) / events)
    chances: NDArray[np.float64] = (share / np.bincount(numbers))[numbers]
    return chances / chances.sum()


def taught(
    features: Tensor, truth: Tensor, labels: int, chances: NDArray[np.float64]
) -> nn.Sequential:
    """Return a classifier with one hidden layer, fitted to features (n, d) and label numbers (n,)."""
    torch.manual_seed(SEED)
    rng = np.random.default_rng(SEED)
    classifier = nn.Sequential(
        nn.Dropout(DROPOUT),
        nn.Linear(features.shape[1], HIDDEN),
        nn.Hardswish(),
        nn.Dropout(DROPOUT),
        nn.Linear(HIDDEN, labels),
    )
    steps = EPOCHS * WINDOWS_PER_EPOCH // BATCH
    optimizer = torch.optim.AdamW(classifier.parameters(), LEARNING_RATE)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    loss = nn.CrossEntropyLoss(label_smoothing=0.02)
    reach = np.cumsum(chances)
    for _ in range(steps):
        drawn = np.searchsorted(reach, rng.random(BATCH) * reach[-1], side="right")
        rows = torch.from_numpy(drawn)
        optimizer.zero_grad()
        loss(classifier(features[rows]), truth[rows]).backward()
        optimizer.step()
        schedule.step()
    return classifier.eval()
