"""Twenty cameras' two weeks: what the assistant takes to answer, and what it leaves the event loop."""

import asyncio
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
from numpy.typing import NDArray
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.audio_guard.engine.card import Model, load_model
from custom_components.audio_guard.engine.frame import ScoreFrame
from custom_components.audio_guard.engine.score_code import encode
from custom_components.audio_guard.score_history import FrameKeeper
from custom_components.audio_guard.score_store import (
    _ADD_PIECE,
    DAYS,
    HeardFrames,
    ScoreStore,
    _deflated,
    _identity,
)

from .conftest import FakeListener

MODEL = load_model("mobile")
CAMERAS = 20
MINUTE_HOPS = 125
HEARTBEAT_SECONDS = 0.01


@pytest.fixture
def model() -> Model:
    """Return the model that ships, whose policies are what replaying takes."""
    return MODEL


def day_of_scores(labels: tuple[str, ...]) -> NDArray[np.uint8]:
    """Return a day of codes (labels x hops).

    A slow murmur far below every threshold and forty sounds of some seconds; presence murmurs about its threshold.
    """
    rng = np.random.default_rng(7)
    hops = 1440 * MINUTE_HOPS
    day = np.empty((len(labels), hops), np.uint8)
    for row, label in enumerate(labels):
        murmur = np.repeat(rng.normal(0, 1.5, hops // 5), 5) + rng.normal(0, 0.5, hops)
        murmur += 1.7 if label == "presence" else -5.0
        for start in rng.integers(0, hops - 20, 40):
            murmur[start : start + rng.integers(2, 20)] += rng.normal(6, 3)
        day[row] = encode(1 / (1 + np.exp(-murmur)))
    return day


def fill(file: Path, model: Model, now: float) -> None:
    """Write two weeks of every camera, as fast as it goes."""
    frame = ScoreFrame(
        source="test", t=0.96, scores=dict.fromkeys(model.labels, 0.0), level_dbfs=-40.0
    )
    entries = [f"camera_{camera}" for camera in range(CAMERAS)]
    store = ScoreStore(file)
    store.add(
        [
            HeardFrames(entry_id=entry, model=model, stretch=1, began=now, frames=[frame])
            for entry in entries
        ]
    )
    store.close()
    day = day_of_scores(model.labels)
    level = np.full((1, MINUTE_HOPS), 40, np.uint8)
    minutes = np.split(day, 1440, axis=1)
    blobs = [_deflated(np.vstack([minute, level]).tobytes()) for minute in minutes]
    count = round(DAYS * 1440) - 1
    first = round((now - count * 60) * 1000)
    rows = (
        (entry, first + n * 60_000, 1, 0.96 + n * 60.0, MINUTE_HOPS, *_identity(model), blob)
        for number, entry in enumerate(entries)
        for n in range(count)
        for blob in (blobs[(n + 97 * number) % 1440],)
    )
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.executemany(_ADD_PIECE, rows)


async def heartbeat(late: list[float]) -> None:
    """Note how late the event loop is, again and again."""
    while True:
        due = time.perf_counter() + HEARTBEAT_SECONDS
        await asyncio.sleep(HEARTBEAT_SECONDS)
        late.append(time.perf_counter() - due)


@pytest.mark.slow
@pytest.mark.long
async def test_answers_from_two_weeks_of_twenty_cameras(
    hass: HomeAssistant,
    listeners: list[FakeListener],
    model: Model,
    history_file: Path,
    hass_ws_client: WebSocketGenerator,
    record_property: Any,
) -> None:
    began = time.perf_counter()
    await hass.async_add_executor_job(fill, history_file, model, dt_util.utcnow().timestamp())
    print(f"\nfilled in {time.perf_counter() - began:.1f} s")
    size = await hass.async_add_executor_job(history_file.stat)
    per_day = size.st_size / CAMERAS / DAYS / 1e6
    print(f"{size.st_size / 1e6:.0f} MB, {per_day:.2f} MB a day and camera")
    record_property("megabytes_a_day_and_camera", round(per_day, 3))
    entry = MockConfigEntry(
        domain="audio_guard",
        title="Kitchen",
        data={"url": "rtsp://192.0.2.7/", "transport": "tcp"},
        entry_id="camera_7",
    )
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    client = await hass_ws_client(hass)
    late: list[float] = []
    beating = asyncio.create_task(heartbeat(late))
    for label in model.classes:
        late.clear()
        for command, further in (("curve", {}), ("alerts", {"threshold": 0.9})):
            began, cpu = time.perf_counter(), time.process_time()
            await client.send_json_auto_id(
                {
                    "type": f"audio_guard/assistant/{command}",
                    "entry_id": "camera_7",
                    "label": label,
                    **further,
                }
            )
            answer = await client.receive_json()
            seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
            record_property(f"{label}_{command}_seconds", round(seconds, 3))
            record_property(f"{label}_{command}_cpu_seconds", round(cpu, 3))
            print(
                f"{label:9} {command:7} {seconds:.2f} s, {cpu:.2f} s of a processor,"
                f" loop late by {max(late) * 1e3:.0f} ms"
            )
            assert answer["result"]["heard_hours"] == pytest.approx(DAYS * 24, rel=0.01)
            assert len(late) > 5
        record_property(f"{label}_loop_late_ms", round(max(late) * 1e3, 1))
    beating.cancel()
    with pytest.raises(asyncio.CancelledError):
        await beating


def test_a_hop_costs_the_event_loop_next_to_nothing(model: Model, record_property: Any) -> None:
    keeper = FrameKeeper("kitchen", model)
    frames = [
        ScoreFrame(
            source="test",
            t=hop * 0.48,
            scores=dict.fromkeys(model.labels, 0.1),
            level_dbfs=-40.0,
        )
        for hop in range(MINUTE_HOPS * 100)
    ]
    began = time.perf_counter()
    for hop, frame in enumerate(frames):
        keeper.async_take_frame(frame)
        if hop % MINUTE_HOPS == MINUTE_HOPS - 1:
            assert sum(len(part.frames) for part in keeper.async_take()) == MINUTE_HOPS
    micros = (time.perf_counter() - began) / len(frames) * 1e6
    print(f"\n{micros:.2f} µs a hop")
    record_property("microseconds_a_hop", round(micros, 2))
