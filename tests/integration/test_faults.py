"""What a person sees of a fault: the state, one line in the log, the repair; and that others go on."""

import logging
import re
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from unittest.mock import patch

import numpy as np
import pytest
from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.audio_guard.const import DOMAIN
from custom_components.audio_guard.device import CameraDevice
from custom_components.audio_guard.engine import backoff, capture
from custom_components.audio_guard.engine import listener as engine_listener
from custom_components.audio_guard.engine.card import Model
from custom_components.audio_guard.engine.listener import ListenerState
from custom_components.audio_guard.health import SPANS
from custom_components.audio_guard.shared_model import LoadedModel
from tests.cameras import MakeCamera, camera_maker
from tools.demo_camera.faults import Fault
from tools.demo_camera.scene import quiet

from .conftest import FakeListener, FakeScorer, state
from .real_camera import set_up, until

HEALTH = "sensor.kitchen_health"
DEVICE_LOGGER = "custom_components.audio_guard.device"


@pytest.fixture
def make_camera(request: pytest.FixtureRequest) -> Iterator[MakeCamera]:
    """Start cameras in a quiet room."""
    options = {"sound": quiet(4.0), "user": "joe", "password": "hunter2", "speed": 4.0}
    with camera_maker(request, **options) as make:
        yield make


@pytest.fixture(autouse=True)
def little_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(capture, "STALL_SECONDS", 0.8)
    monkeypatch.setattr(capture, "TRICKLE_SECONDS", 1.0)
    monkeypatch.setattr(capture, "READ_SLICE_SECONDS", 0.2)
    monkeypatch.setattr(backoff, "FIRST_SECONDS", 0.1)


@pytest.mark.parametrize(
    ("fault", "shown", "cure"),
    [
        (Fault.DROP, "lost", "restart it|its power supply"),
        (Fault.REFUSE, "lost", "restart it"),
        (Fault.STALL, "stalled", "check the camera's network"),
        (Fault.TRICKLE, "stalled", "check the camera's network"),
    ],
)
async def test_a_fault_is_one_line_in_the_log_and_its_end_another(
    hass: HomeAssistant,
    loads: list[str],
    make_camera: MakeCamera,
    caplog: pytest.LogCaptureFixture,
    fault: Fault,
    shown: str,
    cure: str,
) -> None:
    caplog.set_level(logging.INFO, DEVICE_LOGGER)
    camera = make_camera()
    entry = await set_up(hass, camera.url)
    await until(hass, HEALTH, "listening")
    camera.fault = fault
    if fault is Fault.REFUSE:
        camera.drop_clients()
    await until(hass, HEALTH, shown)
    assert state(hass, "binary_sensor.kitchen_alarm") == "unavailable"
    camera.fault = Fault.NONE
    await until(hass, HEALTH, "listening")
    assert state(hass, "binary_sensor.kitchen_alarm") == "off"
    lines = [record.getMessage() for record in caplog.records if record.name == DEVICE_LOGGER]
    assert len(lines) == 2
    assert lines[0].startswith("Kitchen can't be heard: rtsp://127.0.0.1")
    assert re.search(cure, lines[0])
    assert lines[1] == "Kitchen is heard again"
    assert "hunter2" not in caplog.text
    assert await hass.config_entries.async_unload(entry.entry_id)


async def test_a_password_that_changes_is_asked_for_and_then_right(
    hass: HomeAssistant,
    loads: list[str],
    make_camera: MakeCamera,
    caplog: pytest.LogCaptureFixture,
) -> None:
    camera = make_camera()
    entry = await set_up(hass, camera.url)
    await until(hass, HEALTH, "listening")
    camera.change_password("sesame")
    camera.drop_clients()
    await until(hass, HEALTH, "unauthorized")
    assert [flow["context"]["source"] for flow in hass.config_entries.flow.async_progress()] == [
        SOURCE_REAUTH
    ]
    hass.config_entries.async_update_entry(entry, data={**entry.data, "password": "sesame"})
    assert await hass.config_entries.async_reload(entry.entry_id)
    await until(hass, HEALTH, "listening")
    assert not [word for word in ("hunter2", "sesame") if word in caplog.text]
    assert await hass.config_entries.async_unload(entry.entry_id)


async def test_a_camera_that_hangs_in_its_decoder_reloads_in_time_and_others_go_on(
    hass: HomeAssistant,
    loads: list[str],
    make_camera: MakeCamera,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """FFmpeg can't be told to stop while it opens; its thread ends with its own limit, after the reload."""
    monkeypatch.setattr(capture, "OPEN_SECONDS", 4.0)
    hung = make_camera(fault=Fault.HANG)
    well = make_camera()
    entry = await set_up(hass, hung.url, "Garden")
    other = await set_up(hass, well.url)
    await until(hass, HEALTH, "listening")
    past_the_knock = 2
    await hass.async_add_executor_job(wait_for, lambda: hung.connections >= past_the_knock)
    began = time.monotonic()
    assert await hass.config_entries.async_reload(entry.entry_id)
    assert time.monotonic() - began < engine_listener.JOIN_SECONDS + 1.5
    assert entry.state is ConfigEntryState.LOADED
    assert state(hass, HEALTH) == "listening"
    assert well.playing == 1
    hung.fault = Fault.NONE
    hung.drop_clients()
    await until(hass, "sensor.garden_health", "listening")
    for each in (entry, other):
        assert await hass.config_entries.async_unload(each.entry_id)
    await hass.async_add_executor_job(wait_for_the_threads)


def wait_for(condition: Callable[[], bool]) -> None:
    """Look until it is so."""
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def wait_for_skips(device: CameraDevice) -> None:
    """Wait until the scorer is late once more."""
    before = device.skipped_hops
    wait_for(lambda: device.skipped_hops > before)


def wait_for_the_threads() -> None:
    """Wait until no listener is left, not even one that was given up."""
    for thread in threading.enumerate():
        if thread.name.startswith("audio_guard"):
            thread.join(5)
            assert not thread.is_alive()


async def test_a_starved_machine_hears_the_newest_and_says_so_until_it_keeps_up(
    hass: HomeAssistant,
    make_camera: MakeCamera,
    model: Model,
    issue_registry: ir.IssueRegistry,
) -> None:
    starved = threading.Event()
    starved.set()

    class SlowScorer(FakeScorer):
        def score(self, patch: np.ndarray) -> np.ndarray:
            if starved.is_set():
                time.sleep(0.7)  # in which eleven hops come
            return super().score(patch)

    camera = make_camera(speed=8.0)
    loaded = LoadedModel(model=model, scorer=SlowScorer())
    with patch("custom_components.audio_guard.shared_model._load", return_value=loaded):
        entry = await set_up(hass, camera.url)
    await until(hass, HEALTH, "listening")
    device = entry.runtime_data

    for _ in range(SPANS):
        await hass.async_add_executor_job(wait_for_skips, device)
        device.async_check_load(dt_util.utcnow())
    assert state(hass, HEALTH) == "overloaded"
    issue_id = f"overloaded_{entry.entry_id}"
    assert issue_registry.async_get_issue(DOMAIN, issue_id) is not None

    starved.clear()
    for _ in range(SPANS + 1):  # the first may still count some that were skipped before
        device.async_check_load(dt_util.utcnow())
    assert state(hass, HEALTH) == "listening"
    assert issue_registry.async_get_issue(DOMAIN, issue_id) is None
    assert await hass.config_entries.async_unload(entry.entry_id)


@pytest.mark.parametrize("days", [1, -1])
async def test_a_jump_of_home_assistants_clock_asks_for_nothing_while_a_camera_is_heard(
    hass: HomeAssistant,
    listener: FakeListener,
    issue_registry: ir.IssueRegistry,
    freezer: FrozenDateTimeFactory,
    days: int,
) -> None:
    freezer.tick(timedelta(days=days))
    async_fire_time_changed(hass)
    listener.frame(dog=0.9)
    await hass.async_block_till_done()
    assert state(hass, "binary_sensor.kitchen_dog") == "on"
    for _ in range(8):
        listener.frame()
    await hass.async_block_till_done()
    assert state(hass, "binary_sensor.kitchen_dog") == "off"
    assert state(hass, HEALTH) == ListenerState.LISTENING
    assert not issue_registry.issues
