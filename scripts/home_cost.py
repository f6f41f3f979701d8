"""Print, as JSON, what Audio Guard costs a real Home Assistant: its memory and its event loop's time.

    .venv/ha/bin/python -m scripts.home_cost FOLDER URL CAMERAS HOPS

A child of `python -m tools.bench`, in the environment that holds Home Assistant. FOLDER is made for the
configuration, URL is a demo camera's stream, which is listened to once and then CAMERAS times more. HOPS hops are
timed from the frame's arrival on the event loop until every callback that it caused has run.
"""

import asyncio
import json
import sys
import time
from pathlib import Path
from types import MappingProxyType
from typing import Any

from homeassistant.bootstrap import async_setup_hass
from homeassistant.config_entries import SOURCE_USER, ConfigEntry
from homeassistant.const import __version__ as home_version
from homeassistant.core import HomeAssistant
from homeassistant.runner import RuntimeConfig

from scripts.home_process import COMPONENT, free_port, http_config
from tools.cost.resident import resident_mb

DOMAIN = "audio_guard"
HEARD_SECONDS = 30.0
SETTLING_SECONDS = 7.0
HOP_SECONDS = 0.48
# A sound is heard and forgotten once in so many hops (24 s): far more often than in any home.
HOPS_PER_SOUND = 50
SOUND_HOPS = 10


async def _start_home(folder: Path) -> HomeAssistant:
    """Start Home Assistant with what the integration depends on, and the recorder of every home."""
    storage = folder / ".storage"
    storage.mkdir(parents=True)
    content = {"version": 3, "minor_version": 1, "key": "http", "data": http_config(free_port())}
    (storage / "http").write_text(json.dumps(content), encoding="utf-8")
    (folder / "configuration.yaml").write_text(
        "camera:\nhistory:\nlogbook:\nmedia_source:\nstream:\n", encoding="utf-8"
    )
    (folder / "custom_components").mkdir()
    (folder / "custom_components" / DOMAIN).symlink_to(COMPONENT)
    hass = await async_setup_hass(RuntimeConfig(config_dir=str(folder), skip_pip=True))
    if hass is None:
        raise RuntimeError("Home Assistant does not start")
    await hass.async_start()
    await hass.async_block_till_done()
    return hass


async def _add_camera(hass: HomeAssistant, url: str, number: int) -> Any:
    """Add a camera and wait until it is heard; return its device."""
    entry: ConfigEntry[Any] = ConfigEntry(
        data={"url": url, "username": "", "password": "", "transport": "tcp"},
        discovery_keys=MappingProxyType({}),
        domain=DOMAIN,
        minor_version=1,
        options={},
        source=SOURCE_USER,
        subentries_data=None,
        title=f"Camera {number}",
        unique_id=f"camera {number}",
        version=1,
    )
    await hass.config_entries.async_add(entry)
    device = entry.runtime_data
    async with asyncio.timeout(HEARD_SECONDS):
        while not device.hears:  # noqa: ASYNC110  nothing here is in a hurry
            await asyncio.sleep(0.1)
    return device


async def _resident_mb(hass: HomeAssistant) -> float:
    """Return the memory once all has settled."""
    await hass.async_block_till_done()
    await asyncio.sleep(SETTLING_SECONDS)
    return resident_mb()


async def _time_hops(device: Any, hops: int) -> list[float]:
    """Hand frames to the camera's device as its listener does; return the milliseconds of each."""
    from custom_components.audio_guard.engine.frame import ScoreFrame  # noqa: PLC0415

    model, spent = device.loaded.model, []
    loud = {label: float(label == model.classes[0]) for label in model.labels}
    quiet = dict.fromkeys(model.labels, 0.01)
    for hop in range(hops):
        frame = ScoreFrame(
            source="bench",
            t=hop * HOP_SECONDS,
            scores=loud if hop % HOPS_PER_SOUND < SOUND_HOPS else quiet,
            level_dbfs=-30.0,
        )
        start = time.thread_time()
        device._async_take_frame(device.listener, frame)  # noqa: SLF001  what the listener calls
        await asyncio.sleep(0)  # what it has scheduled runs here
        spent.append(1e3 * (time.thread_time() - start))
    return spent


async def _measure(folder: Path, url: str, cameras: int, hops: int) -> dict[str, Any]:
    hass = await _start_home(folder)
    resident = {"bare": await _resident_mb(hass)}
    device = await _add_camera(hass, url, 0)
    resident["first camera"] = await _resident_mb(hass)
    for number in range(1, cameras + 1):
        await _add_camera(hass, url, number)
    resident["further cameras"] = await _resident_mb(hass)
    spent = await _time_hops(device, hops)
    entities = [entity for entity in hass.states.async_all() if "camera_0" in entity.entity_id]
    await hass.async_stop(force=True)
    return {
        "version": home_version,
        "resident_mb": resident,
        "further_cameras": cameras,
        "entities_per_camera": len(entities),
        "sound_every_seconds": HOPS_PER_SOUND * HOP_SECONDS,
        "loop_ms": spent,
    }


def main(folder: Path, url: str, cameras: int, hops: int) -> None:
    """Measure and print."""
    print(json.dumps(asyncio.run(_measure(folder, url, cameras, hops))))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
