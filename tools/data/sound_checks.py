"""Judge whether a recording can be learned from."""

import hashlib
from dataclasses import dataclass
from enum import StrEnum

import av
import numpy as np
from numpy.typing import NDArray

from tools.data.dataset import DatasetError
from tools.data.flac import to_int16
from tools.data.recordings import Recording
from tools.windows.features import FRONT_END, decode

QUIETEST = 1e-9  # -180 dBFS stands for digital silence, which has no level


class Verdict(StrEnum):
    """What becomes of a file."""

    USED = "used"
    MISSING = "missing"
    EMPTY = "empty"
    CORRUPT = "corrupt"
    TOO_SHORT = "too short"
    SILENT = "silent"
    DUPLICATE = "duplicate"
    CONTRADICTION = "contradiction"
    IGNORED = "ignored"


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """What is too short or too quiet; the peak is that of the whole recording."""

    shortest_seconds: float = 0.1
    silence_dbfs: float = -70.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Checked:
    """One recording and what was found; `digest` is the SHA-256 of its 16-bit PCM at 16 kHz."""

    recording: Recording
    verdict: Verdict
    reason: str = ""
    digest: str = ""
    seconds: float = 0.0
    peak_dbfs: float = 0.0
    source_rate_hz: int = 0


def check(recording: Recording, limits: Limits) -> tuple[Checked, NDArray[np.int16] | None]:
    """Decode a recording and judge it; the PCM comes along when it can be used."""
    path = recording.path
    if not path.is_file():
        reason = f"{path}: is not there; copy it or take it out of the catalogue"
        return Checked(recording=recording, verdict=Verdict.MISSING, reason=reason), None
    try:
        pcm = decode(path)
        rate = _source_rate(recording)
    except DatasetError as error:
        verdict = Verdict.CORRUPT if path.stat().st_size else Verdict.EMPTY
        return Checked(recording=recording, verdict=verdict, reason=str(error)), None
    except UnicodeDecodeError as error:
        reason = f"{path}: has tags that are no UTF-8 ({error}); convert it to WAV"
        return Checked(recording=recording, verdict=Verdict.CORRUPT, reason=reason), None
    verdict, reason = _judge(recording, pcm, limits)
    samples = to_int16(np.nan_to_num(pcm))
    checked = Checked(
        recording=recording,
        verdict=verdict,
        reason=reason,
        digest=hashlib.sha256(samples.astype("<i2").tobytes()).hexdigest(),
        seconds=round(pcm.size / FRONT_END.sample_rate_hz, 3),
        peak_dbfs=round(_peak_dbfs(np.nan_to_num(pcm)), 1),
        source_rate_hz=rate,
    )
    return checked, samples if verdict is Verdict.USED else None


def _judge(recording: Recording, pcm: NDArray[np.float32], limits: Limits) -> tuple[Verdict, str]:
    path, seconds = recording.path, pcm.size / FRONT_END.sample_rate_hz
    if not np.isfinite(pcm).all():
        return Verdict.CORRUPT, f"{path}: holds values that are no numbers; record it again"
    if seconds < limits.shortest_seconds:
        return Verdict.TOO_SHORT, (
            f"{path}: lasts {seconds:.3f} s, less than {limits.shortest_seconds:g} s; record it "
            "longer or lower --shortest"
        )
    if _peak_dbfs(pcm) < limits.silence_dbfs:
        return Verdict.SILENT, (
            f"{path}: never gets louder than {_peak_dbfs(pcm):.0f} dBFS; record it again or lower "
            "--silence"
        )
    return Verdict.USED, ""


def _peak_dbfs(pcm: NDArray[np.float32]) -> float:
    return float(20 * np.log10(max(QUIETEST, float(np.abs(pcm).max()))))


def _source_rate(recording: Recording) -> int:
    with av.open(str(recording.path)) as container:
        return int(container.streams.audio[0].rate)
