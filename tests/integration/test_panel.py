"""The panel in the sidebar: there while a camera is, and only if it was built."""

from collections.abc import Iterator
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path
from unittest.mock import patch

import pytest
from homeassistant.components.frontend import (
    DATA_EXTRA_MODULE_URL,
    DATA_PANELS,
    async_panel_exists,
)
from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.audio_guard.const import DOMAIN
from custom_components.audio_guard.panel import URL_PATH

from .conftest import URL_DATA, FakeListener

SCRIPT = b"export {};"


@pytest.fixture
def bundle(tmp_path: Path) -> Iterator[Path]:
    """Return where the script would be built; it is not there yet."""
    file = tmp_path / "audio-guard.js"
    with patch("custom_components.audio_guard.panel.BUNDLE", file):
        yield file


@pytest.fixture
def built(bundle: Path) -> None:
    """Build it, or nearly so."""
    bundle.write_bytes(SCRIPT)


async def set_up(hass: HomeAssistant, *entry_ids: str) -> None:
    """Add cameras and set them up."""
    for entry_id in entry_ids:
        data = {**URL_DATA, "url": f"rtsp://192.0.2.7/{entry_id}"}
        MockConfigEntry(domain=DOMAIN, title=entry_id, data=data, entry_id=entry_id).add_to_hass(
            hass
        )
    await hass.config_entries.async_setup(entry_ids[0])
    await hass.async_block_till_done()


async def test_the_panel_is_shown_to_admins_and_its_script_served(
    hass: HomeAssistant,
    frontend: None,
    built: None,
    listeners: list[FakeListener],
    hass_client_no_auth: ClientSessionGenerator,
) -> None:
    await set_up(hass, "kitchen")
    panel = hass.data[DATA_PANELS][URL_PATH]
    assert panel.require_admin
    assert (panel.sidebar_title, panel.sidebar_icon) == ("Audio Guard", "mdi:ear-hearing")
    config = panel.config or {}
    address = config["_panel_custom"]["module_url"]
    assert config["_panel_custom"]["name"] == "audio-guard-panel"
    assert sha256(SCRIPT).hexdigest()[:16] in address
    assert hass.data[DATA_EXTRA_MODULE_URL].urls == {address}
    answer = await (await hass_client_no_auth()).get(address)
    assert await answer.read() == SCRIPT
    assert "max-age" in answer.headers["Cache-Control"]
    nothing_else = await (await hass_client_no_auth()).get(address.rpartition("/")[0])
    assert nothing_else.status == HTTPStatus.NOT_FOUND


async def test_the_panel_goes_with_the_last_camera(
    hass: HomeAssistant, frontend: None, built: None, listeners: list[FakeListener]
) -> None:
    await set_up(hass, "kitchen", "hall")
    assert async_panel_exists(hass, URL_PATH)
    await hass.config_entries.async_reload("kitchen")
    assert async_panel_exists(hass, URL_PATH)
    await hass.config_entries.async_remove("kitchen")
    assert async_panel_exists(hass, URL_PATH)
    await hass.config_entries.async_remove("hall")
    assert not async_panel_exists(hass, URL_PATH)
    await set_up(hass, "garden")
    assert async_panel_exists(hass, URL_PATH)


async def test_without_the_script_all_else_works_and_one_line_says_so(
    hass: HomeAssistant,
    frontend: None,
    bundle: Path,
    listeners: list[FakeListener],
    caplog: pytest.LogCaptureFixture,
) -> None:
    await set_up(hass, "kitchen", "hall")
    assert not async_panel_exists(hass, URL_PATH)
    assert hass.data[DATA_EXTRA_MODULE_URL].urls == set()
    assert hass.states.get("binary_sensor.kitchen_dog") is not None
    warnings = [
        record.getMessage()
        for record in caplog.get_records("call")
        if record.name.startswith("custom_components.audio_guard") and record.levelname == "WARNING"
    ]
    assert len(warnings) == 1
    assert "scripts/panel" in warnings[0]


async def test_a_home_without_a_frontend_needs_no_script(
    hass: HomeAssistant,
    bundle: Path,
    listeners: list[FakeListener],
    caplog: pytest.LogCaptureFixture,
) -> None:
    await set_up(hass, "kitchen")
    assert not async_panel_exists(hass, URL_PATH)
    assert "scripts/panel" not in caplog.text
