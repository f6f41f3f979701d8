"""What the panel is told of a camera now, and who is told."""

import asyncio
import base64
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser
from pytest_homeassistant_custom_component.typing import (
    MockHAClientWebSocket,
    WebSocketGenerator,
)

from custom_components.audio_guard.const import DOMAIN
from custom_components.audio_guard.engine.history import PcmHistory
from custom_components.audio_guard.engine.listener import ListenerState
from custom_components.audio_guard.live_sound import make_pcm, make_spectrum

from .conftest import FakeListener

RATE_HZ = 16_000
HOP = round(0.48 * RATE_HZ)
TONE = (0.5 * np.sin(2 * np.pi * 1_000 * np.arange(HOP) / RATE_HZ)).astype(np.float32)
HOSTILE_IDS = ("", "../kitchen", "nowhere", "kitchen/../kitchen", "kitchen\x00", "x" * 10_000)

type Json = dict[str, Any]


@pytest.fixture
async def client(
    hass: HomeAssistant, listener: FakeListener, hass_ws_client: WebSocketGenerator
) -> MockHAClientWebSocket:
    """Return an admin's connection to a home whose camera hears."""
    return await hass_ws_client()


@pytest.fixture
async def guest(
    listener: FakeListener,
    hass_ws_client: WebSocketGenerator,
    hass_read_only_access_token: str,
) -> MockHAClientWebSocket:
    """Return the connection of somebody who may see everything and change nothing."""
    return await hass_ws_client(access_token=hass_read_only_access_token)


async def ask(client: MockHAClientWebSocket, command: str, **fields: Any) -> Json:
    """Send a command and return its answer."""
    await client.send_json_auto_id({"type": f"{DOMAIN}/{command}", **fields})
    answer: Json = await client.receive_json()
    return answer


async def follow(client: MockHAClientWebSocket, command: str, **fields: Any) -> int:
    """Subscribe to the camera, and return the subscription's number."""
    answer = await ask(client, command, entry_id="kitchen", **fields)
    assert answer["success"]
    return int(answer["id"])


async def event(client: MockHAClientWebSocket) -> Json:
    """Return the next event."""
    message = await client.receive_json()
    assert message["type"] == "event"
    return dict(message["event"])


async def nothing_more(client: MockHAClientWebSocket) -> bool:
    """Tell whether the next message is the answer to a ping."""
    await client.send_json_auto_id({"type": "ping"})
    return (await client.receive_json())["type"] == "pong"


async def sound(
    hass: HomeAssistant, listener: FakeListener, hops: int = 1, **scores: float
) -> None:
    """Let hops of a tone be heard."""
    for _ in range(hops):
        assert listener.history is not None
        listener.history.write(TONE)
        listener.frame(**scores)
        await hass.async_block_till_done(wait_background_tasks=True)


def watchers(entry: MockConfigEntry) -> int:
    """Count who follows the camera."""
    device = entry.runtime_data
    return sum(
        len(each) for each in (device._watchers, device._detection_watchers, device._frame_watchers)
    )


async def test_the_cameras_are_listed_with_their_entities(client: MockHAClientWebSocket) -> None:
    answer = await ask(client, "cameras")
    (camera,) = answer["result"]["cameras"]
    classes = camera.pop("classes")
    assert camera == {
        "type": "status",
        "entry_id": "kitchen",
        "title": "Kitchen",
        "state": "listening",
        "reason": "",
        "hears": True,
        "codec": "G.711 A-law",
        "sample_rate": 8_000,
        "clips": False,
        "sound_entity": "event.kitchen_sound",
    }
    assert [each["label"] for each in classes] == [
        *("alarm", "cry", "dog", "fire", "glass", "presence", "shotgun")
    ]
    assert classes[2] == {
        "label": "dog",
        "sensor_entity": "binary_sensor.kitchen_dog",
        "threshold_entity": "number.kitchen_dog_threshold",
    }


async def test_a_camera_that_is_not_set_up_is_listed_as_such(
    hass: HomeAssistant, entry: MockConfigEntry, client: MockHAClientWebSocket
) -> None:
    await hass.config_entries.async_unload(entry.entry_id)
    (camera,) = (await ask(client, "cameras"))["result"]["cameras"]
    assert (camera["state"], camera["hears"], camera["classes"]) == ("not_loaded", False, [])


async def test_frames_detections_and_states_are_told(
    hass: HomeAssistant, listener: FakeListener, client: MockHAClientWebSocket
) -> None:
    await follow(client, "live/subscribe")
    assert (await event(client))["state"] == "listening"
    listener.frame(dog=0.12345, others=0.5)
    frame = await event(client)
    assert frame["scores"].pop("dog") == 0.123
    assert set(frame["scores"].values()) == {0.0}
    assert "others" not in frame["scores"]
    assert (frame["type"], frame["time"], frame["level"]) == ("frame", 0.48, -30.0)
    listener.frame(dog=0.9)
    assert (await event(client))["type"] == "frame"
    told = await event(client)
    assert told == {"type": "detection", "label": "dog", "score": 0.9, "clip": None}
    listener.status(ListenerState.LOST, "it is gone")
    status = await event(client)
    assert (status["state"], status["reason"], status["hears"]) == ("lost", "it is gone", False)


async def test_a_subscription_outlives_a_reload_and_ends_with_nothing_left(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    listeners: list[FakeListener],
    client: MockHAClientWebSocket,
) -> None:
    before = watchers(entry)
    number = await follow(client, "live/subscribe", spectrum=True)
    assert watchers(entry) > before
    assert (await event(client))["state"] == "listening"
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    assert (await event(client))["state"] == "not_loaded"
    states = [(await event(client))["state"]]
    listeners[-1].status(ListenerState.LISTENING)
    states.append((await event(client))["state"])
    assert states == ["off", "listening"]
    await client.send_json_auto_id({"type": "unsubscribe_events", "subscription": number})
    assert (await client.receive_json())["success"]
    assert watchers(entry) == before
    await sound(hass, listeners[-1], 3)
    assert await nothing_more(client)


async def test_a_client_that_goes_leaves_nothing(
    hass: HomeAssistant, entry: MockConfigEntry, client: MockHAClientWebSocket
) -> None:
    before = watchers(entry)
    await follow(client, "live/subscribe", spectrum=True)
    await event(client)
    await follow(client, "listen/subscribe")
    assert watchers(entry) > before
    await client.close()
    await hass.async_block_till_done()
    assert watchers(entry) == before


async def test_the_spectrum_shows_the_pitch_of_what_is_heard(
    hass: HomeAssistant, listener: FakeListener, client: MockHAClientWebSocket
) -> None:
    await follow(client, "live/subscribe", spectrum=True)
    await event(client)
    await sound(hass, listener, 3)
    events = [await event(client) for _ in range(5)]
    pieces = [each for each in events if each["type"] == "spectrum"]
    assert [each["type"] for each in events].count("frame") == 3
    assert len(pieces) == 2
    for piece in pieces:
        columns = np.frombuffer(base64.b64decode(piece["data"]), np.uint8).reshape(-1, 64)
        assert len(columns) * piece["seconds"] == pytest.approx(0.48, abs=0.03)
        # 1000 Hz is two fifths of the way from 125 to 7500 Hz on the mel scale.
        assert {*columns.argmax(axis=1)} <= {19, 20, 21}


def test_silence_is_dark_in_the_spectrum_and_a_full_tone_is_bright() -> None:
    history = PcmHistory(RATE_HZ, 5.0)
    history.write(np.zeros(HOP, np.float32))
    history.write(2 * TONE)
    silent, loud = make_spectrum(history, 0.0, 0.4), make_spectrum(history, 0.5, 0.96)
    assert silent is not None
    assert loud is not None
    assert {*base64.b64decode(silent["data"])} == {0}
    assert max(base64.b64decode(loud["data"])) > 240
    for make in (make_spectrum, make_pcm):
        assert make(history, 2.0, 3.0) is None


async def test_the_sound_itself_is_sent_without_gap_or_repetition(
    hass: HomeAssistant, listener: FakeListener, client: MockHAClientWebSocket
) -> None:
    ramp = np.arange(6 * HOP) / (6 * HOP)
    await follow(client, "listen/subscribe")
    for hop in range(6):
        assert listener.history is not None
        listener.history.write(ramp[hop * HOP : (hop + 1) * HOP].astype(np.float32))
        listener.frame()
        await hass.async_block_till_done(wait_background_tasks=True)
    heard = [await event(client) for _ in range(5)]
    assert {each["sample_rate"] for each in heard} == {RATE_HZ}
    pcm = np.concatenate([np.frombuffer(base64.b64decode(each["data"]), "<i2") for each in heard])
    assert np.array_equal(pcm, np.rint(ramp[HOP:].astype(np.float32) * 32_767).astype(np.int16))


async def test_a_slow_machine_sends_longer_pieces_and_loses_nothing(
    hass: HomeAssistant, listener: FakeListener, client: MockHAClientWebSocket
) -> None:
    await follow(client, "listen/subscribe")
    await sound(hass, listener)
    assert listener.history is not None
    waiting = asyncio.get_running_loop().create_future()
    run = hass.async_add_executor_job

    async def slow(*arguments: Any) -> Any:
        await waiting
        return await run(*arguments)

    with patch.object(hass, "async_add_executor_job", slow):
        for _ in range(3):
            listener.history.write(TONE)
            listener.frame()
        await asyncio.sleep(0)
        waiting.set_result(None)
        await hass.async_block_till_done(wait_background_tasks=True)
    await sound(hass, listener)
    lengths = [len(base64.b64decode((await event(client))["data"])) // 2 for _ in range(2)]
    assert lengths == [HOP, 3 * HOP]


async def test_listening_in_ends_when_the_camera_is_lost(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    listener: FakeListener,
    client: MockHAClientWebSocket,
) -> None:
    before = watchers(entry)
    await follow(client, "listen/subscribe")
    listener.status(ListenerState.LOST, "it is gone")
    assert await event(client) == {"type": "end"}
    assert watchers(entry) == before
    await follow(client, "listen/subscribe")
    assert await event(client) == {"type": "end"}
    assert watchers(entry) == before


async def test_a_persons_test_is_seen_and_not_listened_to(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    listener: FakeListener,
    client: MockHAClientWebSocket,
) -> None:
    await follow(client, "listen/subscribe")
    await sound(hass, listener)
    with entry.runtime_data.trial():
        assert entry.runtime_data.history is None
    assert await nothing_more(client)


@pytest.mark.parametrize("entry_id", HOSTILE_IDS)
@pytest.mark.parametrize("command", ["live/subscribe", "listen/subscribe"])
async def test_a_camera_that_there_is_not_is_not_found(
    client: MockHAClientWebSocket, command: str, entry_id: str
) -> None:
    answer = await ask(client, command, entry_id=entry_id)
    assert answer["error"]["code"] == "not_found"


async def test_another_integrations_entry_is_no_camera(
    hass: HomeAssistant, client: MockHAClientWebSocket
) -> None:
    MockConfigEntry(domain="other", entry_id="other").add_to_hass(hass)
    answer = await ask(client, "live/subscribe", entry_id="other")
    assert answer["error"]["code"] == "not_found"


@pytest.mark.parametrize(
    ("command", "fields"),
    [
        ("live/subscribe", {}),
        ("live/subscribe", {"entry_id": 7}),
        ("live/subscribe", {"entry_id": "kitchen", "spectrum": "yes"}),
        ("listen/subscribe", {"entry_id": ["kitchen"]}),
        ("cameras", {"more": 1}),
    ],
)
async def test_what_does_not_fit_the_schema_is_refused(
    client: MockHAClientWebSocket, command: str, fields: Json
) -> None:
    assert (await ask(client, command, **fields))["error"]["code"] == "invalid_format"


async def test_a_guest_may_watch_the_scores_and_neither_listen_nor_see_the_spectrum(
    entry: MockConfigEntry, guest: MockHAClientWebSocket
) -> None:
    before = watchers(entry)
    for command, fields in (("listen/subscribe", {}), ("live/subscribe", {"spectrum": True})):
        answer = await ask(guest, command, entry_id="kitchen", **fields)
        assert answer["error"]["code"] == "unauthorized"
    assert watchers(entry) == before
    await follow(guest, "live/subscribe")
    assert (await event(guest))["state"] == "listening"
    assert len((await ask(guest, "cameras"))["result"]["cameras"]) == 1


async def test_who_may_not_see_a_cameras_entities_is_told_nothing_of_it(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    listener: FakeListener,
    hass_read_only_user: MockUser,
    guest: MockHAClientWebSocket,
) -> None:
    entities = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    all_but_one = {entity.entity_id: True for entity in entities[1:]}
    for seen in ({}, all_but_one):
        hass_read_only_user.mock_policy({"entities": {"entity_ids": seen}})
        assert (await ask(guest, "cameras"))["result"] == {"cameras": []}
        answer = await ask(guest, "live/subscribe", entry_id="kitchen")
        assert answer["error"]["code"] == "unauthorized"
    everything = {entity.entity_id: True for entity in entities}
    hass_read_only_user.mock_policy({"entities": {"entity_ids": everything}})
    assert len((await ask(guest, "cameras"))["result"]["cameras"]) == 1
