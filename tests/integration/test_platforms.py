"""Every entity as Home Assistant registers and shows it."""

from unittest.mock import patch

import pytest
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from pytest_homeassistant_custom_component.common import MockConfigEntry, snapshot_platform
from syrupy.assertion import SnapshotAssertion

from custom_components.audio_guard import PLATFORMS
from custom_components.audio_guard.engine.listener import ListenerState

from .conftest import FakeListener


@pytest.mark.freeze_time("2026-11-01 12:00:00+00:00")
@pytest.mark.usefixtures("everything_enabled")
@pytest.mark.parametrize("platform", PLATFORMS)
async def test_entities(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    listeners: list[FakeListener],
    entity_registry: er.EntityRegistry,
    snapshot: SnapshotAssertion,
    platform: Platform,
) -> None:
    with patch("custom_components.audio_guard.PLATFORMS", [platform]):
        assert await hass.config_entries.async_setup(entry.entry_id)
        listeners[0].status(ListenerState.LISTENING)
        await hass.async_block_till_done()
        await snapshot_platform(hass, entity_registry, snapshot, entry.entry_id)
