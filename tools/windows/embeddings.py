"""Encode the windows of clips into embedding vectors."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from audio_guard_engine.card import FrontEnd
from tools.data.dataset import Clip, DatasetError
from tools.runs.progress import progress
from tools.windows.features import (
    FRONT_END,
    frame_count,
    load_pcm,
    loud,
    patches_of,
    window_energy,
    window_frames,
)

DIGITAL_SILENCE = 1e-20


@dataclass(frozen=True, kw_only=True, slots=True)
class EmbeddedWindows:
    """The windows of clips, one after the other, each a hop after the one before.

    `clip` (n,) numbers into `clips`, `vectors` (n, d), `start_seconds` (n,) within the clip,
    `level_dbfs` (n,), `loud` (n,) whether a window is as loud as the event may be. `failures` are the
    messages of clips that hold no audio.
    """

    clips: list[Clip]
    clip: NDArray[np.int64]
    vectors: NDArray[np.float64]
    start_seconds: NDArray[np.float64]
    level_dbfs: NDArray[np.float64]
    loud: NDArray[np.bool_]
    failures: list[str]


def embed_clips(
    network: nn.Module, clips: Sequence[Clip], gate_db: float, front_end: FrontEnd = FRONT_END
) -> EmbeddedWindows:
    """Embed every window of the clips; raise DatasetError when none holds audio."""
    numbers, vectors, starts, levels, gates, failures = [], [], [], [], [], []
    for number, clip in enumerate(progress(clips, total=len(clips), title="clips")):
        try:
            pcm = load_pcm(clip)
        except DatasetError as error:
            failures.append(str(error))
            continue
        embedded, energy = embed_pcm(network, pcm, front_end)
        numbers.append(np.full(energy.size, number))
        vectors.append(embedded)
        starts.append(np.arange(energy.size) * FRONT_END.patch_hop_frames * 0.01)
        levels.append(window_level(energy))
        gates.append(loud(energy, gate_db))
    if not vectors:
        raise DatasetError(f"no clip can be used: {failures[0] if failures else 'there is none'}")
    return EmbeddedWindows(
        clips=list(clips),
        clip=np.concatenate(numbers),
        vectors=np.concatenate(vectors),
        start_seconds=np.concatenate(starts),
        level_dbfs=np.concatenate(levels),
        loud=np.concatenate(gates),
        failures=failures,
    )


@torch.inference_mode()
def embed_pcm(
    network: nn.Module, pcm: NDArray[np.float32], front_end: FrontEnd = FRONT_END
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the vectors (n, d) of the windows of PCM and their energies (n,)."""
    patches = patches_of(window_frames(pcm, front_end), front_end)
    energy = window_energy(pcm, frame_count(pcm))[:: front_end.patch_hop_frames]
    vectors = network.embedding(torch.from_numpy(patches)[:, None])  # type: ignore[operator]
    return vectors.numpy().astype(np.float64), energy


def window_level(energy: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the level in dBFS of windows of that energy, -200 for digital silence."""
    samples = FRONT_END.patch_frames * FRONT_END.hop_samples
    return np.asarray(10 * np.log10(np.maximum(energy / samples, DIGITAL_SILENCE)))
