"""What the tests of marks and of their export share: clips of a tone, written as they always are."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from custom_components.audio_guard.clip_files import ClipSound, write_clip

RATE_HZ = 16_000
SECONDS = 10.0
HOP_SECONDS = 0.48
NOW = datetime(2026, 11, 25, 17, 0, 0, tzinfo=UTC)
TONE = np.rint(1_000 * np.sin(np.arange(round(SECONDS * RATE_HZ)) / 5)).astype(np.int16)


def write_marked(
    folder: Path,
    name: str,
    scores: Mapping[str, Mapping[int, float]],
    *,
    classes: Sequence[str] = ("dog",),
    mark: Mapping[str, str | None] | None = None,
) -> None:
    """Write a clip in which hops of some classes have scores and all others have none."""
    times = [round(hop * HOP_SECONDS, 2) for hop in range(1, round(SECONDS / HOP_SECONDS) + 2)]
    columns = {
        label: [high.get(hop, 0.01) for hop in range(len(times))] for label, high in scores.items()
    }
    notes = {
        "detections": [{"class": label, "score": 0.9, "time": 5.0} for label in classes],
        "scores": {"times": times, **columns},
        **({"mark": mark} if mark else {}),
    }
    sound = ClipSound(pcm=TONE, sample_rate_hz=RATE_HZ, began=NOW, notes=notes)
    write_clip(folder, name, sound)


def marked(verdict: str, sound: str | None = None) -> dict[str, str | None]:
    """Return a mark as the notes have it."""
    return {"verdict": verdict, "sound": sound, "at": NOW.isoformat()}
