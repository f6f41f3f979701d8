"""Run the parts that need a process of their own: memory, the start of a camera, a real Home Assistant."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from tools.demo_camera.server import DemoCamera
from tools.errors import ToolError
from tools.runs.run_folder import ROOT

HOME_PYTHON = ROOT / ".venv" / "ha" / "bin" / "python"
PROBE_SECONDS = 300.0


class ProbeError(ToolError):
    """A child of the bench that failed; the message holds the end of what it said."""


def memory(further_cameras: int) -> dict[str, Any]:
    """Return the memory of a process that listens, step by step, in MB."""
    with DemoCamera() as camera:
        return _ask(
            sys.executable, "-m", "tools.cost.memory_probe", camera.url, str(further_cameras)
        )


def start_up(connects: int) -> dict[str, float]:
    """Return the seconds of each step to a camera's first score, the median of some connects."""
    with DemoCamera() as camera:
        told = _ask(sys.executable, "-m", "tools.cost.start_up_probe", camera.url, str(connects))
    steps = {
        step: float(np.median([times[step] for times in told["connects"]]))
        for step in told["connects"][0]
    }
    return {"load model": told["load_model_seconds"], **steps}


def home(further_cameras: int, hops: int) -> dict[str, Any]:
    """Return what a real Home Assistant pays, or why that is missing."""
    if not HOME_PYTHON.is_file():
        return {"missing": "Home Assistant is not installed: scripts/setup ha"}
    with tempfile.TemporaryDirectory() as folder, DemoCamera() as camera:
        config = str(Path(folder, "config"))
        counts = (str(further_cameras), str(hops))
        told = _ask(str(HOME_PYTHON), "-m", "scripts.home_cost", config, camera.url, *counts)
    spent = told.pop("loop_ms")
    median, p95, p99 = np.percentile(spent, (50, 95, 99))
    told["loop_ms"] = {
        "mean": float(np.mean(spent)),
        "median": float(median),
        "p95": float(p95),
        "p99": float(p99),
    }
    return told


def _ask(*command: str) -> Any:
    """Run a child; return the JSON of its last line."""
    try:
        done = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=PROBE_SECONDS
        )
    except subprocess.CalledProcessError as error:
        raise ProbeError(f"{' '.join(command[1:3])} failed:\n{error.stderr[-2000:]}") from error
    except subprocess.TimeoutExpired as error:
        raise ProbeError(f"{' '.join(command[1:3])} did not end") from error
    return json.loads(done.stdout.splitlines()[-1])
