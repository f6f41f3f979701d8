"""The system information counts the cameras."""

from homeassistant.components.system_health import DOMAIN as SYSTEM_HEALTH
from homeassistant.components.system_health import get_info
from homeassistant.core import HomeAssistant
from homeassistant.helpers.translation import async_get_translations
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.audio_guard.const import DOMAIN
from custom_components.audio_guard.engine.listener import ListenerState

from .conftest import URL_DATA, FakeListener


async def test_counts_cameras_and_skipped_hops(
    hass: HomeAssistant, entry: MockConfigEntry, listeners: list[FakeListener]
) -> None:
    for title in ("Hall", "Cellar"):
        MockConfigEntry(domain=DOMAIN, title=title, data=dict(URL_DATA)).add_to_hass(hass)
    assert await async_setup_component(hass, SYSTEM_HEALTH, {})
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    await entry.runtime_data.async_set_listening(False)
    heard, lost = (listener for listener in listeners if not listener.stopped)
    heard.status(ListenerState.LISTENING)
    heard.skipped_hops = 3
    lost.status(ListenerState.LOST, "away")
    lost.skipped_hops = 9
    await hass.async_block_till_done()
    info = (await get_info(hass))[DOMAIN]
    assert info == {
        "cameras": 3,
        "listening": 2,
        "heard": 1,
        "model": "fake 1.0.0",
        "runtime": "ncnn",
        "skipped_hops": 12,
    }
    texts = await async_get_translations(hass, "en", "system_health", [DOMAIN])
    for key in info:
        assert texts[f"component.{DOMAIN}.system_health.info.{key}"]


async def test_says_so_when_no_camera_is_set_up(
    hass: HomeAssistant, entry: MockConfigEntry, listener: FakeListener
) -> None:
    assert await async_setup_component(hass, SYSTEM_HEALTH, {})
    assert await hass.config_entries.async_unload(entry.entry_id)
    info = (await get_info(hass))[DOMAIN]
    assert (info["cameras"], info["listening"], info["model"]) == (1, 0, "")
