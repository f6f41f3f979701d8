"""A camera in a real Home Assistant: real RTSP, the real model, only what a user can reach.

The tests share one Home Assistant and one camera, and run in this order.
"""

import json

import pytest

from scripts.camera_process import CameraProcess
from scripts.home_client import HomeClient
from scripts.home_process import HomeProcess, free_port

from .conftest import CAMERA_PASSWORD, CAMERA_USER, Heard, Listening, add_camera

pytestmark = pytest.mark.asyncio(loop_scope="session")

# The demo camera starts its scene anew after 82 s.
SCENE_SECONDS = 82.0
# The first retry comes a second after a loss, the second two seconds later, and so on.
RECOVERY_SECONDS = 45.0
IMPORTANT = ("alarm", "glass", "dog")


@pytest.mark.parametrize(
    ("changes", "field", "error"),
    [
        ({"password": "wrong"}, "base", "unauthorized"),
        ({"url": "rtsp://127.0.0.1:{free}/live"}, "url", "cannot_connect"),
        ({"url": "rtsp://127.0.0.1:{port}/nowhere"}, "url", "not_found"),
        ({"url": "http://127.0.0.1:{home}/manifest.json"}, "url", "not_a_stream"),
        ({"url": "just some words"}, "url", "invalid_url"),
    ],
)
async def test_dialog_says_what_is_wrong(
    client: HomeClient,
    home: HomeProcess,
    camera: CameraProcess,
    changes: dict[str, str],
    field: str,
    error: str,
) -> None:
    form = await client.start_flow("audio_guard", "url")
    answers = {
        "url": camera.url,
        "username": CAMERA_USER,
        "password": CAMERA_PASSWORD,
        "transport": "tcp",
        **changes,
    }
    answers["url"] = answers["url"].format(free=free_port(), port=camera.port, home=home.port)
    result = await client.continue_flow(form, answers)
    await client.close_flow(form)
    assert result["type"] == "form"
    assert result["errors"] == {field: error}


async def test_hears_the_scene(heard: Heard, listening: Listening) -> None:
    event = listening.entity("event", "sound")
    sensors = {label: listening.entity("binary_sensor", label) for label in IMPORTANT}

    def all_heard() -> bool:
        return set(IMPORTANT) <= {sound["class"] for sound in heard.sounds_of(listening)}

    def all_on() -> bool:
        return all("on" in heard.states_of(sensor) for sensor in sensors.values())

    def event_entity_follows() -> bool:
        return len(heard.states_of(event)) >= len(heard.sounds_of(listening))

    await heard.until(all_heard, 2 * SCENE_SECONDS)
    await heard.until(all_on, 5)
    await heard.until(event_entity_follows, 5)
    for sound in heard.sounds_of(listening):
        assert sound["entity"] == listening.entity("binary_sensor", sound["class"])
        assert 0 < sound["score"] <= 1


async def test_sounds_end(heard: Heard, listening: Listening) -> None:
    def all_ended() -> bool:
        histories = [heard.states_of(listening.entity("binary_sensor", x)) for x in IMPORTANT]
        return all("on" in states and "off" in states[states.index("on") :] for states in histories)

    await heard.until(all_ended, SCENE_SECONDS)


async def test_threshold_acts_without_a_reload(heard: Heard, listening: Listening) -> None:
    threshold = listening.entity("number", "glass_threshold")
    before = await listening.state("number", "glass_threshold")
    await listening.client.call("number.set_value", threshold, value=1.0)
    changes, sounds = len(heard.changes), len(heard.sounds)

    def a_whole_round_heard() -> bool:
        labels = [sound["class"] for sound in heard.sounds_of(listening, since=sounds)]
        return "alarm" in labels and "dog" in labels[labels.index("alarm") :]

    await heard.until(a_whole_round_heard, 3 * SCENE_SECONDS)
    assert "glass" not in {sound["class"] for sound in heard.sounds_of(listening, since=sounds)}
    assert "unavailable" not in {
        state
        for entity_id in listening.entities.values()
        for state in heard.states_of(entity_id, since=changes)
    }
    await listening.client.call("number.set_value", threshold, value=float(before))


async def test_camera_entity_is_heard_too(client: HomeClient, heard: Heard) -> None:
    porch = await add_camera(client, "camera", {"camera": "camera.porch"})
    alarm = porch.entity("binary_sensor", "alarm")

    def alarm_heard() -> bool:
        return "on" in heard.states_of(alarm)

    await heard.until(alarm_heard, 2 * SCENE_SECONDS)
    await client.request("delete", f"/api/config/config_entries/entry/{porch.entry_id}")


async def test_lost_camera_is_unavailable_and_comes_back(
    heard: Heard, listening: Listening, camera: CameraProcess
) -> None:
    connection = listening.entity("binary_sensor", "connection")
    sensors = [listening.entity("binary_sensor", label) for label in IMPORTANT]
    sensors.append(listening.entity("event", "sound"))
    before = len(heard.changes)

    def lost() -> bool:
        return "off" in heard.states_of(connection, since=before)

    def all_unavailable() -> bool:
        return all("unavailable" in heard.states_of(sensor, since=before) for sensor in sensors)

    await camera.kill()
    await heard.until(lost, RECOVERY_SECONDS)
    await heard.until(all_unavailable, 5)
    assert await listening.state("binary_sensor", "alarm") == "unavailable"

    sounds = len(heard.sounds)

    def back() -> bool:
        return "on" in heard.states_of(connection, since=before)

    def heard_again() -> bool:
        return len(heard.sounds_of(listening, since=sounds)) > 0

    await camera.start()
    await heard.until(back, RECOVERY_SECONDS)
    await heard.until(heard_again, SCENE_SECONDS)
    for sensor in sensors:
        assert heard.states_of(sensor, since=before)[-1] != "unavailable"


async def test_password_is_nowhere_to_be_seen(
    client: HomeClient, home: HomeProcess, heard: Heard, listening: Listening
) -> None:
    entry = f"config_entry/{listening.entry_id}"
    diagnostics = await client.request("get", f"/api/diagnostics/{entry}")
    shown = json.dumps([await client.states(), heard.changes, heard.sounds, diagnostics])
    assert "Hall" in shown
    assert "audio_guard" in home.log
    for text in (shown, home.log):
        assert CAMERA_PASSWORD not in text


async def test_nothing_blocked_the_event_loop(home: HomeProcess) -> None:
    assert "audio_guard" in home.log
    assert not [line for line in home.log.splitlines() if "Detected blocking call" in line]
