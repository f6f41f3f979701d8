"""The assistant's websocket commands: what was heard by the minute before, for admins alone."""

import sqlite3
import time
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.audio_guard.clip_files import ClipSound, clip_name, write_clip
from custom_components.audio_guard.clips import clips_folder
from custom_components.audio_guard.const import DOMAIN
from custom_components.audio_guard.engine.listener import ListenerState
from custom_components.audio_guard.score_store import ScoreStore

from .conftest import FakeListener

CURVE: dict[str, Any] = {
    "type": "audio_guard/assistant/curve",
    "entry_id": "kitchen",
    "label": "dog",
}
ALERTS: dict[str, Any] = {
    "type": "audio_guard/assistant/alerts",
    "entry_id": "kitchen",
    "label": "dog",
    "threshold": 0.8,
}
COVERAGE: dict[str, Any] = {"type": "audio_guard/history/coverage", "entry_id": "kitchen"}


@pytest.fixture(autouse=True)
def own_folder(hass: HomeAssistant, tmp_path: Path) -> None:
    """Keep clips where the test ends."""
    hass.config.config_dir = str(tmp_path)


async def ask(client: Any, message: dict[str, Any]) -> dict[str, Any]:
    """Ask, and return the whole answer."""
    await client.send_json_auto_id(message)
    answer: dict[str, Any] = await client.receive_json()
    return answer


async def hear(hass: HomeAssistant, listener: FakeListener, dog: list[float]) -> None:
    """Let a camera hear something."""
    for score in dog:
        listener.frame(dog=score)
    await hass.async_block_till_done()


@pytest.mark.freeze_time("2026-11-25 02:00:00+00:00")
async def test_answers_with_what_was_heard_a_moment_ago(
    hass: HomeAssistant, listener: FakeListener, hass_ws_client: WebSocketGenerator
) -> None:
    await hass.config.async_set_time_zone("UTC")
    await hear(hass, listener, [0.0, 0.9, *[0.0] * 20, 0.7, 0.0])
    client = await hass_ws_client(hass)
    curve = (await ask(client, CURVE))["result"]
    assert curve["label"] == "dog"
    assert curve["days"] == 14.0
    assert curve["heard_hours"] == pytest.approx(24 * 0.48 / 3_600, abs=1e-3)
    assert curve["night_hours"] == curve["heard_hours"]
    assert curve["threshold"] == curve["default"] == 0.8
    alerts = {point["threshold"]: point["alerts"] for point in curve["points"]}
    assert alerts[0.8] == 1
    assert alerts[min(alerts)] == 2
    assert curve["proposal"] is None
    assert curve["warnings"] == ["no_nights"]
    listed = (await ask(client, {**ALERTS, "threshold": 0.6}))["result"]
    assert (listed["total"], listed["threshold"]) == (2, 0.6)
    first = listed["alerts"][1]
    assert first["start"].startswith("2026-11-25T02:00:00.48")
    assert first["score"] == pytest.approx(0.9, abs=0.003)
    assert (first["night"], first["quiet"], first["clip"], first["mark"]) == (
        True,
        False,
        None,
        None,
    )
    coverage = (await ask(client, COVERAGE))["result"]
    assert coverage["heard_hours"] == curve["heard_hours"]
    assert coverage["other_model_hours"] == 0.0
    assert [span["start"] for span in coverage["heard"]] == ["2026-11-25T02:00:00+00:00"]
    assert coverage["gaps"] == 0


async def test_the_threshold_in_use_and_the_days_count(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    listener: FakeListener,
    hass_ws_client: WebSocketGenerator,
    freezer: FrozenDateTimeFactory,
) -> None:
    await hear(hass, listener, [0.9])
    client = await hass_ws_client(hass)
    assert (await ask(client, ALERTS))["result"]["total"] == 1
    freezer.tick(timedelta(days=2))
    entry.runtime_data.async_set_threshold("dog", 0.555)
    curve = (await ask(client, {**CURVE, "days": 3}))["result"]
    assert (curve["threshold"], curve["default"], curve["days"]) == (0.555, 0.8, 3.0)
    assert 0.555 in [point["threshold"] for point in curve["points"]]
    assert (await ask(client, {**CURVE, "days": 1}))["result"]["warnings"] == ["no_history"]
    assert (await ask(client, {**COVERAGE, "days": 1}))["result"]["heard"] == []


async def test_names_the_clip_that_holds_an_alert(
    hass: HomeAssistant, listener: FakeListener, hass_ws_client: WebSocketGenerator
) -> None:
    now = dt_util.utcnow()
    await hear(hass, listener, [0.9])
    name = clip_name(now, "dog")
    sound = ClipSound(pcm=np.zeros(16_000, np.int16), sample_rate_hz=16_000, began=now, notes={})
    folder = clips_folder(hass, "kitchen")
    await hass.async_add_executor_job(write_clip, folder, name, sound)
    (alert,) = (await ask(await hass_ws_client(hass), ALERTS))["result"]["alerts"]
    assert alert["clip"] == name


@pytest.mark.parametrize("message", [CURVE, ALERTS, COVERAGE])
async def test_only_admins_are_answered(
    hass: HomeAssistant,
    listener: FakeListener,
    hass_ws_client: WebSocketGenerator,
    hass_read_only_access_token: str,
    message: dict[str, Any],
) -> None:
    client = await hass_ws_client(hass, hass_read_only_access_token)
    answer = await ask(client, message)
    assert answer["error"]["code"] == "unauthorized"
    assert "result" not in answer


@pytest.mark.parametrize(
    "message",
    [
        {**CURVE, "entry_id": "../kitchen"},
        {**CURVE, "entry_id": "other"},
        {**CURVE, "label": "others"},
        {**CURVE, "label": "../dog"},
        {**ALERTS, "label": "'; DROP TABLE piece; --"},
        {**COVERAGE, "entry_id": ""},
    ],
)
async def test_what_is_not_there_is_not_found(
    hass: HomeAssistant,
    listener: FakeListener,
    hass_ws_client: WebSocketGenerator,
    hass_admin_user: MockUser,
    message: dict[str, Any],
) -> None:
    MockConfigEntry(domain="other", entry_id="other").add_to_hass(hass)
    answer = await ask(await hass_ws_client(hass), message)
    assert answer["error"]["code"] == "not_found"


@pytest.mark.parametrize(
    "message",
    [
        {**CURVE, "days": 15},
        {**CURVE, "days": 0},
        {**CURVE, "days": "nan"},
        {**CURVE, "label": None},
        {**ALERTS, "threshold": 0.0},
        {**ALERTS, "threshold": 1.1},
        {**ALERTS, "threshold": "nan"},
        {**ALERTS, "limit": 0},
        {**ALERTS, "limit": 100_000},
        {**COVERAGE, "entry_id": 7},
        {**COVERAGE, "further": 1},
    ],
)
async def test_messages_that_make_no_sense_are_refused(
    hass: HomeAssistant,
    listener: FakeListener,
    hass_ws_client: WebSocketGenerator,
    message: dict[str, Any],
) -> None:
    answer = await ask(await hass_ws_client(hass), message)
    assert answer["error"]["code"] == "invalid_format"


async def test_a_camera_that_is_not_set_up_is_not_found(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    listener: FakeListener,
    hass_ws_client: WebSocketGenerator,
) -> None:
    await hass.config_entries.async_unload(entry.entry_id)
    answer = await ask(await hass_ws_client(hass), COVERAGE)
    assert answer["error"]["code"] == "not_found"


@pytest.mark.parametrize("message", [CURVE, ALERTS, COVERAGE])
async def test_a_file_that_can_not_be_read_is_told(
    hass: HomeAssistant,
    listener: FakeListener,
    hass_ws_client: WebSocketGenerator,
    message: dict[str, Any],
) -> None:
    broken = sqlite3.OperationalError("disk I/O error")
    with (
        patch.object(ScoreStore, "track", side_effect=broken),
        patch.object(ScoreStore, "spans", side_effect=broken),
    ):
        answer = await ask(await hass_ws_client(hass), message)
    assert answer["error"] == {
        "code": "history_unavailable",
        "message": "The history can't be read: disk I/O error",
    }


async def test_many_questions_are_answered_one_at_a_time(
    hass: HomeAssistant, listener: FakeListener, hass_ws_client: WebSocketGenerator
) -> None:
    await hear(hass, listener, [0.9])
    client = await hass_ws_client(hass)
    working, most = 0, 0
    track = ScoreStore.track

    def slow(*arguments: Any) -> Any:
        nonlocal working, most
        working += 1
        most = max(most, working)
        time.sleep(0.02)
        working -= 1
        return track(*arguments)

    with patch.object(ScoreStore, "track", slow):
        for label in ("dog", "cry", "glass", "alarm"):
            await client.send_json_auto_id({**CURVE, "label": label})
        answers = [await client.receive_json() for _ in range(4)]
    assert {answer["result"]["label"] for answer in answers} == {"dog", "cry", "glass", "alarm"}
    assert most == 1


async def test_scores_of_another_model_are_told_apart(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    listener: FakeListener,
    listeners: list[FakeListener],
    hass_ws_client: WebSocketGenerator,
) -> None:
    await hear(hass, listener, [0.9] * 75)
    await hass.config_entries.async_unload(entry.entry_id)
    with patch("custom_components.audio_guard.score_store._identity") as identity:
        identity.return_value = ("fake", "2.0.0", "[]", 0.48)
        assert await hass.config_entries.async_setup(entry.entry_id)
        listeners[-1].status(ListenerState.LISTENING)
        client = await hass_ws_client(hass)
        assert (await ask(client, CURVE))["result"]["warnings"] == ["no_history"]
        coverage = (await ask(client, COVERAGE))["result"]
    assert (coverage["heard_hours"], coverage["other_model_hours"]) == (0.0, 0.01)
    assert len(coverage["heard"]) == 1
    assert DOMAIN in hass.config.components
