"""Time all that a hop costs: decoding a camera's sound, resampling, log-mel frames, the model.

It is the engine's own way from a G.711 file at 8 kHz to scores, played as fast as it goes. What counts is
this process's processor time, and of all hops the median, since a virtual machine's clock also counts when its host
gives the core to others: single hops then seem to take a tick of 4 ms longer.
"""

import tempfile
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import av
import numpy as np

from audio_guard_engine.card import Model
from audio_guard_engine.scorer import Runtime, load_scorer
from audio_guard_engine.source import parse_source
from tools.listen import hear
from tools.measures.timing import processor

LINE_RATE_HZ = 8_000
SECONDS = 120.0
ROUNDS = 3


def hop_cost(model: Model, seconds: float = SECONDS) -> dict[str, Any]:
    """Return the milliseconds of processor time of the median hop, by runtime: the least of some rounds."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "line.wav"
        write_line(path, seconds)
        return {
            "processor": processor(),
            "hop_seconds": model.front_end.patch_hop_seconds,
            "milliseconds": {
                str(runtime): round(
                    min(_milliseconds(path, model, runtime) for _ in range(ROUNDS)), 3
                )
                for runtime in (Runtime.NCNN, Runtime.LITERT)
            },
        }


def write_line(path: Path, seconds: float) -> None:
    """Write noise as a camera codes it: G.711 µ-law at 8 kHz."""
    samples = np.random.default_rng(0).normal(0, 2_000, int(seconds * LINE_RATE_HZ))
    with av.open(str(path), "w", format="wav") as container:
        stream = container.add_stream("pcm_mulaw", rate=LINE_RATE_HZ, layout="mono")
        frame = av.AudioFrame.from_ndarray(samples.astype(np.int16)[None], "s16", "mono")
        frame.sample_rate = LINE_RATE_HZ
        for packet in (*stream.encode(frame), *stream.encode(None)):
            container.mux(packet)


def _milliseconds(path: Path, model: Model, runtime: Runtime) -> float:
    """Time every hop of a file; return the median."""
    scorer, source = load_scorer(model, runtime), parse_source(str(path))
    times = [time.process_time()]
    hops = hear(path.name, source, model, scorer, threading.Event())
    times.extend(time.process_time() for _ in hops)
    return 1e3 * float(np.median(np.diff(times)))


def cost_text(figures: Mapping[str, Any]) -> str:
    """Return the cost as a Markdown table."""
    hop_ms = 1e3 * figures["hop_seconds"]
    rows = [
        f"| {runtime} | {spent:.2f} | {hop_ms / spent:.0f} |"
        for runtime, spent in figures["milliseconds"].items()
    ]
    return "\n".join(
        (
            "### Cost",
            "",
            "Processor time of all that the median hop of 0.48 s takes: decoding G.711 at 8 kHz, resampling, log-mel "
            f"frames, the model. Measured on a shared machine: {figures['processor']}.",
            "",
            "| runtime | ms a hop | cameras a core, at most |",
            "|---|---|---|",
            *rows,
        )
    )
