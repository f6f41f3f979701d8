"""What it costs to have FFmpeg, as a process of its own, turn a camera's line into PCM, as Frigate does."""

import resource
import shutil
import subprocess
from pathlib import Path

QUIET = ("-nostdin", "-v", "error", "-threads", "1")
AS_PCM = ("-ar", "16000", "-ac", "1", "-f", "s16le")


def ffmpeg_ms_per_second(path: Path, seconds: float) -> float | None:
    """Return the milliseconds of processor time per second of sound; None where FFmpeg's program is not installed."""
    program = shutil.which("ffmpeg")
    if program is None:
        return None
    before = _children_seconds()
    subprocess.run(
        [program, *QUIET, "-i", str(path), *AS_PCM, "-"],
        stdout=subprocess.DEVNULL,
        check=True,
    )
    return 1e3 * (_children_seconds() - before) / seconds


def _children_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
