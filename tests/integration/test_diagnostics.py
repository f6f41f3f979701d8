"""Diagnostics help to find a fault."""

import sqlite3
from unittest.mock import patch

import pytest
from homeassistant.components.diagnostics import REDACTED
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.components.diagnostics import (
    get_diagnostics_for_config_entry,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.audio_guard.engine.listener import ListenerState
from custom_components.audio_guard.score_history import async_get_history
from custom_components.audio_guard.score_store import ScoreStore

from .conftest import FakeListener


@pytest.mark.freeze_time("2026-11-01 12:00:00+00:00")
async def test_shows_model_runtime_listener_and_health(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    entry: MockConfigEntry,
    listener: FakeListener,
) -> None:
    listener.skipped_hops, listener.spared_hops = 4, 60
    listener.frame(dog=0.9)
    await hass.async_block_till_done()
    entry.runtime_data.async_set_threshold("dog", 0.55)
    dump = await get_diagnostics_for_config_entry(hass, hass_client, entry)
    assert dump["model"]["name"] == "fake"
    assert dump["model"]["sample_rate_hz"] == 16_000
    assert (dump["runtime"], dump["runtime_missing"]) == ("ncnn", "")
    assert dump["listener"] == {
        "wanted": True,
        "running": True,
        "state": "listening",
        "reason": "",
        "codec": "pcm_alaw",
        "sample_rate_hz": 8_000,
        "channels": 1,
        "skipped_hops": 4,
        "spared_hops": 60,
    }
    assert dump["health"] == {
        "state": "listening",
        "reason": "",
        "since": dt_util.utcnow().isoformat(),
    }
    assert dump["history"] == {
        "rows": 0,
        "hours": 0.0,
        "oldest": None,
        "all_cameras_megabytes": pytest.approx(0.05, abs=0.05),
    }
    assert dump["issues"] == []
    assert dump["thresholds"]["dog"] == 0.55
    assert dump["active"] == ["dog"]
    assert dump["entry"]["options"] == {"thresholds": {"dog": 0.55}}
    assert dump["entry"]["title"] == "Kitchen"
    assert dump["entry"]["data"] == {
        "url": REDACTED,
        "username": REDACTED,
        "password": REDACTED,
        "transport": "tcp",
    }
    assert dump["entry"]["unique_id"] == REDACTED


@pytest.mark.freeze_time("2026-11-01 12:00:00+00:00")
async def test_shows_how_much_of_the_scores_is_kept_and_none_of_them(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    entry: MockConfigEntry,
    listener: FakeListener,
) -> None:
    for _ in range(75):
        listener.frame(dog=0.777)
    await hass.async_block_till_done()
    await async_get_history(hass).async_write()
    dump = await get_diagnostics_for_config_entry(hass, hass_client, entry)
    assert (dump["history"]["rows"], dump["history"]["hours"]) == (1, 0.01)
    assert dump["history"]["oldest"] == dt_util.utcnow().isoformat()
    assert "777" not in str(dump)


async def test_shows_why_the_history_can_not_be_read(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    entry: MockConfigEntry,
    listener: FakeListener,
) -> None:
    with patch.object(ScoreStore, "size", side_effect=sqlite3.OperationalError("disk I/O error")):
        dump = await get_diagnostics_for_config_entry(hass, hass_client, entry)
    assert dump["history"] == {"error": "disk I/O error"}


async def test_shows_that_listening_is_switched_off(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    entry: MockConfigEntry,
    listener: FakeListener,
) -> None:
    await entry.runtime_data.async_set_listening(False)
    dump = await get_diagnostics_for_config_entry(hass, hass_client, entry)
    assert dump["listener"]["wanted"] is False
    assert dump["listener"]["running"] is False
    assert dump["listener"]["state"] == ListenerState.OFF.value
    assert dump["listener"]["codec"] is None
    assert dump["listener"]["skipped_hops"] == 0
