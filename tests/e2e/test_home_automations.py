"""A blueprint in a real Home Assistant: saved, made an automation, and triggered by what the camera plays.

Its name comes after `test_home.py`, whose dialogs want a camera that has not been added yet.
"""

import asyncio
from pathlib import Path

import pytest

from scripts.home_client import HomeClient, Json

from .conftest import Heard, Listening

pytestmark = pytest.mark.asyncio(loop_scope="session")

FOLDER = Path(__file__).parents[2] / "blueprints" / "automation" / "audio_guard"
NAME = "siren_lights_phone"
AUTOMATION = "automation.audio_guard_alarm"
# The demo camera starts its scene anew after 82 s.
SCENE_SECONDS = 82.0
SOUNDS = ["alarm", "glass", "dog"]


async def add_phone(client: HomeClient, heard: Heard) -> tuple[str, list[Json]]:
    """Register a phone as the app does; return its device and what it is sent from now on."""
    phone = {
        "app_data": {"push_websocket_channel": True},
        "app_id": "io.homeassistant.companion.android",
        "app_name": "Home Assistant",
        "app_version": "1.0",
        "device_id": "pocket",
        "device_name": "Pocket",
        "manufacturer": "Someone",
        "model": "Something",
        "os_name": "Android",
        "os_version": "17",
        "supports_encryption": False,
    }
    registered = await client.request("post", "/api/mobile_app/registrations", phone)
    sent: list[Json] = []

    def note(notification: Json) -> None:
        sent.append(notification)
        heard.news.set()

    channel = {"webhook_id": registered["webhook_id"]}
    await client.subscribe("mobile_app/push_notification_channel", note, **channel)
    devices = await client.command("config/device_registry/list")
    return next(each["id"] for each in devices if each["name"] == "Pocket"), sent


async def test_an_automation_made_from_a_blueprint(
    client: HomeClient, heard: Heard, listening: Listening
) -> None:
    phone, sent = await add_phone(client, heard)
    text = await asyncio.to_thread((FOLDER / f"{NAME}.yaml").read_text, encoding="utf-8")
    path = f"audio-guard/{NAME}.yaml"
    await client.command("blueprint/save", domain="automation", path=path, yaml=text)
    inputs = {
        "cameras": {"entity_id": listening.entity("event", "sound")},
        "sounds": SOUNDS,
        "armed_entity": "input_boolean.armed",
        "phone": phone,
        "picture": "camera.porch",
        "more_actions": [
            {"action": "input_boolean.turn_on", "target": {"entity_id": "input_boolean.lamp"}}
        ],
    }
    automation = {
        "alias": "Audio Guard alarm",
        "use_blueprint": {"path": path, "input": inputs},
    }
    config = "/api/config/automation/config/audio_guard_alarm"
    await client.request("post", config, automation)

    def sounds_since(before: int) -> set[str]:
        return {sound["class"] for sound in heard.sounds_of(listening, since=before)}

    def heard_while_disarmed() -> bool:
        return bool(sounds_since(start) & set(SOUNDS))

    def notified() -> bool:
        return bool(sent)

    def lamp_on() -> bool:
        return "on" in heard.states_of("input_boolean.lamp")

    start = len(heard.sounds)
    await heard.until(heard_while_disarmed, 2 * SCENE_SECONDS)
    assert (await client.states())[AUTOMATION]["attributes"]["last_triggered"] is None
    assert sent == []

    armed = len(heard.sounds)
    await client.call("input_boolean.turn_on", "input_boolean.armed")
    await heard.until(notified, 2 * SCENE_SECONDS)
    await heard.until(lamp_on, 5)
    (notification,) = sent
    assert notification["title"] in {f"{name}: Hall" for name in ("Alarm", "Breaking glass", "Dog")}
    assert notification["data"]["image"] == "/api/camera_proxy/camera.porch"
    assert notification["data"]["push"]["interruption-level"] == "critical"
    assert sounds_since(armed) & set(SOUNDS)
    await client.request("delete", config)
