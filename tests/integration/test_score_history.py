"""Keeping every hop's scores beside listening, and never instead of it."""

import asyncio
import sqlite3
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pytest
from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import EVENT_HOMEASSISTANT_FINAL_WRITE, EVENT_HOMEASSISTANT_STOP
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.audio_guard.const import DOMAIN
from custom_components.audio_guard.engine.card import Model
from custom_components.audio_guard.engine.listener import ListenerState
from custom_components.audio_guard.engine.score_code import SCORES
from custom_components.audio_guard.score_history import PRUNE_EVERY, WRITE_EVERY
from custom_components.audio_guard.score_store import DAYS, HeardTrack, ScoreStore

from .conftest import URL_DATA, FakeListener, state


async def kept(hass: HomeAssistant, file: Path, model: Model, label: str = "dog") -> HeardTrack:
    """Return what is in the file, as another program reads it."""
    store = ScoreStore(file)
    try:
        return await hass.async_add_executor_job(store.track, "kitchen", model, label, 0.0)
    finally:
        await hass.async_add_executor_job(store.close)


async def scores(hass: HomeAssistant, file: Path, model: Model) -> list[float]:
    """Return a class's scores."""
    return SCORES[(await kept(hass, file, model)).track.codes].round(1).tolist()


async def wait(hass: HomeAssistant, freezer: FrozenDateTimeFactory, seconds: float) -> None:
    """Let time pass, and scores be written."""
    await hass.async_block_till_done()
    freezer.tick(seconds)
    async_fire_time_changed(hass)
    await hass.async_block_till_done(wait_background_tasks=True)


async def test_every_hop_is_kept_once_a_minute(
    hass: HomeAssistant,
    listener: FakeListener,
    history_file: Path,
    model: Model,
    freezer: FrozenDateTimeFactory,
) -> None:
    for score in (0.1, 0.9, 0.3):
        listener.frame(dog=score)
    await hass.async_block_till_done()
    assert await scores(hass, history_file, model) == []
    await wait(hass, freezer, WRITE_EVERY.total_seconds())
    assert await scores(hass, history_file, model) == [0.1, 0.9, 0.3]
    listener.frame(dog=0.5)
    await wait(hass, freezer, WRITE_EVERY.total_seconds())
    track = await kept(hass, history_file, model)
    assert track.track.t.tolist() == [0.48, 0.96, 1.44, 1.92]
    assert track.track.starts.tolist() == [0]
    assert track.times[3] - track.times[0] == pytest.approx(60)  # when it came, not when it was due


async def test_a_gap_begins_another_stretch(
    hass: HomeAssistant, listener: FakeListener, history_file: Path, model: Model
) -> None:
    listener.frame(dog=0.1)
    listener.status(ListenerState.LOST, "gone")
    listener.status(ListenerState.LISTENING)
    listener.frame(dog=0.2)
    listener._hop = 0  # the stream's clock begins anew
    listener.frame(dog=0.3)
    await hass.async_block_till_done()
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STOP)
    await hass.async_block_till_done()
    track = await kept(hass, history_file, model)
    assert track.track.starts.tolist() == [0, 1, 2]
    assert SCORES[track.track.codes] == pytest.approx([0.1, 0.2, 0.3], abs=0.007)


async def test_what_has_come_is_kept_when_the_camera_is_unloaded(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    listener: FakeListener,
    history_file: Path,
    model: Model,
) -> None:
    listener.frame(dog=0.9)
    await hass.async_block_till_done()
    assert await hass.config_entries.async_unload(entry.entry_id)
    assert not history_file.with_name("history.db-wal").exists()  # so it is closed
    assert await scores(hass, history_file, model) == [0.9]


async def test_home_assistant_leaves_the_file_closed(
    hass: HomeAssistant, listener: FakeListener, history_file: Path, model: Model
) -> None:
    listener.frame(dog=0.9)
    await hass.async_block_till_done()
    for event in (EVENT_HOMEASSISTANT_STOP, EVENT_HOMEASSISTANT_FINAL_WRITE):
        hass.bus.async_fire(event)
        await hass.async_block_till_done()
    assert not history_file.with_name("history.db-wal").exists()
    assert await scores(hass, history_file, model) == [0.9]


async def test_nothing_is_kept_while_listening_is_off_or_a_test_plays(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    listener: FakeListener,
    history_file: Path,
    model: Model,
) -> None:
    device = entry.runtime_data
    listener.frame(dog=0.1)
    await hass.async_block_till_done()
    with device.trial():
        listener.frame(dog=0.9)
        await hass.async_block_till_done()
    listener.frame(dog=0.2)
    await hass.async_block_till_done()
    await device.async_set_listening(False)
    listener.frame(dog=0.9)
    await hass.async_block_till_done()
    await hass.config_entries.async_unload(entry.entry_id)
    track = await kept(hass, history_file, model)
    assert SCORES[track.track.codes] == pytest.approx([0.1, 0.2], abs=0.007)
    assert track.track.starts.tolist() == [0, 1]


async def test_nothing_is_kept_of_a_camera_whose_history_is_off(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    listeners: list[FakeListener],
    history_file: Path,
    model: Model,
) -> None:
    hass.config_entries.async_update_entry(entry, options={"history": False})
    assert await hass.config_entries.async_setup(entry.entry_id)
    listeners[0].status(ListenerState.LISTENING)
    listeners[0].frame(dog=0.9)
    await hass.async_block_till_done()
    assert state(hass, "binary_sensor.kitchen_dog") == "on"
    await hass.config_entries.async_unload(entry.entry_id)
    assert await scores(hass, history_file, model) == []


async def test_scores_are_the_rooms_also_in_quiet_hours(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    listeners: list[FakeListener],
    history_file: Path,
    model: Model,
) -> None:
    quiet = {"start": "00:00:00", "end": "00:00:00", "classes": ["dog"]}
    hass.config_entries.async_update_entry(entry, options={"quiet_hours": quiet})
    assert await hass.config_entries.async_setup(entry.entry_id)
    listeners[0].status(ListenerState.LISTENING)
    listeners[0].frame(dog=0.9)
    await hass.async_block_till_done()
    assert state(hass, "binary_sensor.kitchen_dog") == "off"
    await hass.config_entries.async_unload(entry.entry_id)
    assert await scores(hass, history_file, model) == [0.9]


async def test_a_removed_cameras_scores_are_deleted(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    listener: FakeListener,
    history_file: Path,
    model: Model,
) -> None:
    listener.frame(dog=0.9)
    await hass.async_block_till_done()
    await hass.config_entries.async_unload(entry.entry_id)
    assert await scores(hass, history_file, model) == [0.9]
    await hass.config_entries.async_remove(entry.entry_id)
    assert await scores(hass, history_file, model) == []


async def test_scores_that_can_not_be_deleted_are_told_of(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    listener: FakeListener,
    caplog: pytest.LogCaptureFixture,
) -> None:
    with patch.object(ScoreStore, "remove", side_effect=sqlite3.OperationalError("disk I/O error")):
        await hass.config_entries.async_remove(entry.entry_id)
    assert "The history of Kitchen's scores can't be deleted: disk I/O error" in caplog.text


async def test_old_scores_go_within_an_hour(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    listener: FakeListener,
    history_file: Path,
    model: Model,
    freezer: FrozenDateTimeFactory,
) -> None:
    listener.frame(dog=0.9)
    await wait(hass, freezer, WRITE_EVERY.total_seconds())
    await wait(hass, freezer, DAYS * 86_400 - 120)
    assert await scores(hass, history_file, model) == [0.9]
    await wait(hass, freezer, PRUNE_EVERY.total_seconds())
    assert await scores(hass, history_file, model) == []


async def test_a_full_disk_is_told_and_listening_goes_on(
    hass: HomeAssistant,
    listener: FakeListener,
    history_file: Path,
    model: Model,
    freezer: FrozenDateTimeFactory,
    issue_registry: ir.IssueRegistry,
) -> None:
    """The file may grow no more, by SQLite's own limit, which answers as a full disk does."""
    listener.frame(dog=0.2)
    await wait(hass, freezer, WRITE_EVERY.total_seconds())
    connection = hass.data["audio_guard_history"].store._connection
    connection.execute("PRAGMA max_page_count = 1")  # no less than there are
    rng = np.random.default_rng(7)

    def much() -> None:
        for score in rng.random(5_000):
            listener.frame(dog=float(score), cry=float(rng.random()), glass=float(rng.random()))

    much()
    await wait(hass, freezer, WRITE_EVERY.total_seconds())
    issue = issue_registry.async_get_issue(DOMAIN, "history_unwritable")
    assert issue is not None
    assert issue.translation_placeholders == {
        "reason": "database or disk is full",
        "folder": str(history_file.parent),
    }
    listener.frame(dog=0.9)
    await wait(hass, freezer, 1)
    assert state(hass, "binary_sensor.kitchen_dog") == "on"
    await wait(hass, freezer, WRITE_EVERY.total_seconds())
    assert issue_registry.async_get_issue(DOMAIN, "history_unwritable") is None
    assert (await scores(hass, history_file, model)) == [0.2, 0.9]


async def test_a_folder_that_can_not_be_made_is_told(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    history_file: Path,
    listeners: list[FakeListener],
    freezer: FrozenDateTimeFactory,
    issue_registry: ir.IssueRegistry,
) -> None:
    history_file.parent.touch()  # a file where the folder should be
    assert await hass.config_entries.async_setup(entry.entry_id)
    listeners[0].status(ListenerState.LISTENING)
    listeners[0].frame(dog=0.9)
    await wait(hass, freezer, WRITE_EVERY.total_seconds())
    issue = issue_registry.async_get_issue(DOMAIN, "history_unwritable")
    assert issue is not None
    assert issue.translation_placeholders is not None
    assert issue.translation_placeholders["reason"] == "File exists"
    assert state(hass, "binary_sensor.kitchen_dog") == "on"
    await hass.config_entries.async_unload(entry.entry_id)
    assert issue_registry.async_get_issue(DOMAIN, "history_unwritable") is None


async def test_a_damaged_file_keeps_nobody_from_listening(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    history_file: Path,
    listeners: list[FakeListener],
    model: Model,
    caplog: pytest.LogCaptureFixture,
) -> None:
    history_file.parent.mkdir()
    await hass.async_add_executor_job(history_file.write_bytes, b"garbage" * 10_000)
    assert await hass.config_entries.async_setup(entry.entry_id)
    listeners[0].status(ListenerState.LISTENING)
    listeners[0].frame(dog=0.9)
    await hass.async_block_till_done()
    await hass.config_entries.async_unload(entry.entry_id)
    assert await scores(hass, history_file, model) == [0.9]
    assert caplog.text.count("The history of scores can't be used, since it is damaged") == 1


async def test_cameras_share_the_file_and_the_last_one_closes_it(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    listeners: list[FakeListener],
    history_file: Path,
    model: Model,
) -> None:
    hall = MockConfigEntry(
        domain=DOMAIN, title="Hall", data={**URL_DATA, "url": "rtsp://192.0.2.8/"}, entry_id="hall"
    )
    hall.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    for listener in listeners:
        listener.status(ListenerState.LISTENING)
        listener.frame(dog=0.9)
    await hass.async_block_till_done()
    log = history_file.with_name("history.db-wal")
    await hass.config_entries.async_unload("hall")
    assert log.exists()
    await hass.config_entries.async_unload("kitchen")
    assert not log.exists()
    store = ScoreStore(history_file)
    assert [store.size(entry_id).rows for entry_id in ("kitchen", "hall")] == [1, 1]
    store.close()


async def test_a_slow_disk_is_not_asked_twice(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    listener: FakeListener,
    freezer: FrozenDateTimeFactory,
) -> None:
    history = hass.data["audio_guard_history"]
    listener.frame(dog=0.9)
    await hass.async_block_till_done()
    with patch.object(history.store, "add") as add:
        async with history._disk:
            freezer.tick(WRITE_EVERY.total_seconds())
            async_fire_time_changed(hass)
            await asyncio.sleep(0)
            assert not history._disk._waiters
        await wait(hass, freezer, WRITE_EVERY.total_seconds())
    assert add.call_count == 1
