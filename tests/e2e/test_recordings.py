"""Recordings of real alarms, panes and dogs, played by the demo camera to a real Home Assistant."""

import csv
import wave
from pathlib import Path

import numpy as np
import pytest

from scripts.camera_process import CameraProcess
from scripts.home_client import HomeClient
from tools.demo_camera.file import decode

from .conftest import Heard, add_camera

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.recordings]

CLIPS = 16
CLIP_SECONDS, QUIET_SECONDS = 6, 4
SPEED = 4
RATE_HZ = 16_000


def write_clips(sounds: Path, label: str, file: Path) -> None:
    """Write the first recordings of a label, one per original source, with quiet between them."""
    with (sounds / "catalogue.csv").open(newline="", encoding="utf-8") as catalogue:
        rows = [
            row
            for row in csv.DictReader(catalogue)
            if (row["label"], row["split"]) == (label, "test")
        ]
    one_of_each_group = {row["group"]: row["path"] for row in sorted(rows, key=lambda r: r["path"])}
    quiet = np.zeros(QUIET_SECONDS * RATE_HZ, np.float32)
    parts = [quiet]
    for path in sorted(one_of_each_group.values())[:CLIPS]:
        parts += [decode(sounds / path)[: CLIP_SECONDS * RATE_HZ], quiet]
    with wave.open(str(file), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE_HZ)
        out.writeframes((np.concatenate(parts).clip(-1, 1) * 32767).astype("<i2").tobytes())


@pytest.mark.parametrize("label", ["alarm", "glass", "dog"])
async def test_recordings_are_heard(
    client: HomeClient, heard: Heard, sounds: Path, tmp_path: Path, label: str
) -> None:
    clips = tmp_path / "clips.wav"
    write_clips(sounds, label, clips)
    camera = CameraProcess("--sound", str(clips), "--speed", str(SPEED))
    await camera.start()
    try:
        added = await add_camera(client, "url", {"url": camera.url, "transport": "tcp"})
        sensor = added.entity("binary_sensor", label)

        def detected() -> bool:
            return "on" in heard.states_of(sensor)

        round_seconds = (CLIPS + 1) * (CLIP_SECONDS + QUIET_SECONDS) / SPEED
        await heard.until(detected, 1.5 * round_seconds)
        await client.request("delete", f"/api/config/config_entries/entry/{added.entry_id}")
    finally:
        await camera.stop()
