"""The real engine inside Home Assistant's test plugin, which fails a test that leaves a thread behind."""

import asyncio
from collections.abc import Iterator

import pytest
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr

from custom_components.audio_guard.const import DOMAIN
from tests.cameras import MakeCamera, camera_maker
from tools.demo_camera.faults import Fault
from tools.demo_camera.scene import quiet, sound

from .conftest import state
from .real_camera import set_up, until


@pytest.fixture
def make_camera(request: pytest.FixtureRequest) -> Iterator[MakeCamera]:
    """Start cameras that play a smoke alarm."""
    with camera_maker(
        request, sound=sound("alarm", seed=0), user="joe", password="hunter2"
    ) as make:
        yield make


async def test_hears_an_alarm_and_leaves_no_thread(
    hass: HomeAssistant, make_camera: MakeCamera, caplog: pytest.LogCaptureFixture
) -> None:
    entry = await set_up(hass, make_camera(speed=4.0).url)
    await until(hass, "binary_sensor.kitchen_alarm", "on")
    assert await hass.config_entries.async_reload(entry.entry_id)
    await until(hass, "binary_sensor.kitchen_alarm", "on")
    assert await hass.config_entries.async_unload(entry.entry_id)
    assert "hunter2" not in caplog.text


@pytest.mark.parametrize("fault", [Fault.MUTE, Fault.STALL, Fault.SLOW_START, Fault.NO_AUDIO])
async def test_unloads_while_a_camera_keeps_it_waiting(
    hass: HomeAssistant, make_camera: MakeCamera, fault: Fault
) -> None:
    camera = make_camera(fault=fault)
    entry = await set_up(hass, camera.url)
    while camera.connections == 0:
        await hass.async_block_till_done()
        await hass.async_add_executor_job(lambda: None)
    assert await hass.config_entries.async_unload(entry.entry_id)
    assert entry.state is ConfigEntryState.NOT_LOADED


async def test_many_cameras_share_a_model_and_leave_together(
    hass: HomeAssistant, make_camera: MakeCamera
) -> None:
    camera = make_camera(speed=4.0)
    entries = [await set_up(hass, f"{camera.url}") for _ in range(8)]
    await until(hass, "binary_sensor.kitchen_alarm", "on")
    assert camera.playing == len(entries)
    for entry in entries:
        assert await hass.config_entries.async_unload(entry.entry_id)


async def test_a_test_plays_to_a_camera_that_goes_on_being_heard(
    hass: HomeAssistant, make_camera: MakeCamera, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def hurry(*_: object) -> None:
        await asyncio.sleep(0)

    monkeypatch.setattr("custom_components.audio_guard.sound_trial._async_sleep_until", hurry)
    entry = await set_up(hass, make_camera(sound=quiet(4.0)).url)
    await until(hass, "binary_sensor.kitchen_connection", "on")
    (device,) = dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
    answer = await hass.services.async_call(
        DOMAIN,
        "test",
        {"device_id": device.id, "sound": "glass"},
        blocking=True,
        return_response=True,
    )
    assert answer is not None
    assert (answer["codec"], answer["sample_rate"]) == ("pcm_mulaw", 8_000)
    assert [detection["class"] for detection in answer["detections"]] == ["glass"]
    glass = "binary_sensor.kitchen_breaking_glass"
    states = [change["to"] for change in answer["changes"] if change["entity_id"] == glass]
    assert states == ["on", "off"]
    assert state(hass, glass) == "off"
    assert await hass.config_entries.async_unload(entry.entry_id)
