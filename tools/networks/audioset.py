"""Score our labels with a network that knows AudioSet's 527 classes, by a table of which are which.

A label is as likely as its likeliest class, the background as the likeliest of all other classes: of the ways
tried this one gets most of val right.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from audio_guard_engine.logmel import frames
from tools.augmentation.pcm import SAMPLE_RATE_HZ
from tools.networks.encoder_weights import load_encoder
from tools.networks.mn04 import (
    INPUT_MEAN,
    INPUT_SCALE,
    LEVEL_AT_HALF_RATE,
    efficientat_front_end,
)
from tools.networks.mobilenet import AUDIOSET_CLASSES, AudioSetTagger
from tools.windows.pcm_store import PcmStore

MN04_WIDTH = 0.4
# AudioSet's classes by their numbers in its class_labels_indices.csv.
CLASSES_OF: Mapping[str, Mapping[int, str]] = {
    "alarm": {
        310: "Car alarm",
        319: "Reversing beeps",
        322: "Emergency vehicle",
        323: "Police car (siren)",
        324: "Ambulance (siren)",
        325: "Fire engine, fire truck (siren)",
        388: "Alarm",
        395: "Alarm clock",
        396: "Siren",
        397: "Civil defense siren",
        398: "Buzzer",
        399: "Smoke detector, smoke alarm",
        400: "Fire alarm",
        481: "Beep, bleep",
    },
    "cry": {22: "Crying, sobbing", 23: "Baby cry, infant cry", 24: "Whimper"},
    "dog": {
        74: "Dog",
        75: "Bark",
        76: "Yip",
        77: "Howl",
        78: "Bow-wow",
        79: "Growling",
        80: "Whimper (dog)",
    },
    "fire": {298: "Fire", 299: "Crackle"},
    "glass": {441: "Glass", 443: "Shatter", 470: "Breaking"},
    "presence": {
        53: "Walk, footsteps",
        354: "Door",
        357: "Sliding door",
        358: "Slam",
        359: "Knock",
        361: "Squeak",
    },
    "shotgun": {
        426: "Explosion",
        427: "Gunshot, gunfire",
        428: "Machine gun",
        429: "Fusillade",
        430: "Artillery fire",
        431: "Cap gun",
    },
}

# What nobody wants to be alarmed by, and how likely it has to be.
HARMLESS: Mapping[str, int] = {"speech": 0, "music": 137}
SURE = 0.5
LONGEST_SECONDS = 10.0  # as AudioSet's clips are


class Tagger:
    """EfficientAT's mn04: how likely each of AudioSet's classes is."""

    def __init__(self, weights: Path) -> None:
        """Load the published weights."""
        self._tagger = AudioSetTagger(MN04_WIDTH).eval().to(memory_format=torch.channels_last)
        load_encoder(self._tagger, weights)

    @torch.inference_mode()
    def __call__(self, patches: NDArray[np.float32]) -> NDArray[np.float32]:
        """Map log-mels (n, frames, bands) of `efficientat_front_end` to probabilities (n, 527)."""
        scores: NDArray[np.float32] = torch.sigmoid(self._tagger(_scaled(patches))).numpy()
        return scores

    @torch.inference_mode()
    def features(self, patches: NDArray[np.float32]) -> NDArray[np.float32]:
        """Map such log-mels to embeddings and logits, (n, 384 + 527)."""
        maps = self._tagger.features(_scaled(patches))
        parts = (maps.mean(dim=(2, 3)), self._tagger.classifier(maps))
        made: NDArray[np.float32] = torch.cat(parts, dim=1).numpy()
        return made


def _scaled(patches: NDArray[np.float32]) -> torch.Tensor:
    """Return log-mels as EfficientAT's network takes them, (n, 1, bands, frames)."""
    log_mels = torch.from_numpy(patches)[:, None].transpose(2, 3)
    return (log_mels + LEVEL_AT_HALF_RATE - INPUT_MEAN) * INPUT_SCALE


class MappedTagger:
    """EfficientAT's mn04 as a model of our labels."""

    def __init__(self, weights: Path, labels: Sequence[str]) -> None:
        """Load the published weights; labels without a class of AudioSet are the background."""
        self._tagger = Tagger(weights)
        mapped = {number for classes in CLASSES_OF.values() for number in classes}
        rest = [number for number in range(AUDIOSET_CLASSES) if number not in mapped]
        self._columns = [list(CLASSES_OF.get(label, rest)) for label in labels]

    def __call__(self, patches: NDArray[np.float32]) -> NDArray[np.float32]:
        """Map patches (n, frames, bands) of `efficientat_front_end` to scores (n, labels)."""
        scores = self._tagger(patches)
        return np.stack([scores[:, columns].max(axis=1) for columns in self._columns], axis=1)


def harmless_clips(store: PcmStore, background: str, weights: Path) -> dict[str, set[str]]:
    """Name the background clips in whose beginning each of `HARMLESS` is surely heard."""
    tagger, front_end = Tagger(weights), efficientat_front_end()
    heard: dict[str, set[str]] = {kind: set() for kind in HARMLESS}
    for take, number in enumerate(store.clip):
        clip = store.clips[number]
        if clip.label == background:
            pcm = store.take_pcm(take)[: round(LONGEST_SECONDS * SAMPLE_RATE_HZ)]
            scores = tagger(frames(pcm, front_end)[None])[0]
            for kind, column in HARMLESS.items():
                if scores[column] >= SURE:
                    heard[kind].add(clip.name)
    return heard
