"""Say which windows of a clip count as its label."""

import numpy as np
from numpy.typing import NDArray

from tools.data.dataset import Clip, DatasetError
from tools.windows.features import FRONT_END, loud


def counting_windows(
    clip: Clip,
    energy: NDArray[np.float64],
    start_hops: NDArray[np.floating],
    hops: int,
    *,
    background_label: str,
    gate_db: float,
) -> NDArray[np.bool_]:
    """Mark windows by their energies (n,) and by where they start, in hops of the clip (n,).

    The clip as it is has windows at the starts 0 to `hops` - 1. Of an event clip the windows within
    `gate_db` of the loudest count, of a background clip all, but none that people dropped. Raise
    DatasetError when they dropped all.
    """
    kept = _kept(clip, start_hops, hops)
    if clip.label == background_label:
        return kept
    return kept & loud(np.where(kept, energy, 0.0), gate_db)


def _kept(clip: Clip, start_hops: NDArray[np.floating], hops: int) -> NDArray[np.bool_]:
    """Leave out what starts nearest to a dropped window; beyond an end that is the outermost one."""
    dropped = np.rint(np.array(clip.dropped_seconds) / FRONT_END.patch_hop_seconds)
    kept = ~np.isin(np.clip(np.rint(start_hops), 0, hops - 1), dropped)
    if not kept.any():
        raise DatasetError(f"{clip.path or clip.name}: a list drops all its windows")
    return kept
