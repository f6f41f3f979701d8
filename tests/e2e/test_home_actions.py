"""The actions in a real Home Assistant, called as the frontend and automations call them."""

import wave
from datetime import datetime
from pathlib import Path

import pytest

from scripts.home_client import HomeClient, HomeError, Json
from scripts.home_process import HomeProcess
from tools.demo_camera.codec import to_int16
from tools.demo_camera.scene import sound

from .conftest import Heard, Listening

pytestmark = pytest.mark.asyncio(loop_scope="session")

# The demo camera connects at once; a busy machine takes longer to load the model.
CONNECTED_SECONDS = 45.0


async def call(client: HomeClient, action: str, **data: object) -> Json:
    """Call an action that answers, over the websocket."""
    result = await client.command(
        "call_service",
        domain="audio_guard",
        service=action,
        service_data=data,
        return_response=True,
    )
    return dict(result["response"])


async def device_id(listening: Listening) -> str:
    devices = await listening.client.command("config/device_registry/list")
    (device,) = [device for device in devices if listening.entry_id in device["config_entries"]]
    return str(device["id"])


async def until_connected(heard: Heard, listening: Listening, since: int = 0) -> None:
    connection = listening.entity("binary_sensor", "connection")

    def connected() -> bool:
        return "on" in heard.states_of(connection, since=since)

    await heard.until(connected, CONNECTED_SECONDS)


async def test_a_test_is_heard_in_real_time(
    client: HomeClient, heard: Heard, listening: Listening
) -> None:
    await until_connected(heard, listening)
    glass = listening.entity("binary_sensor", "glass")
    changes, sounds = len(heard.changes), len(heard.sounds)
    answer = await call(client, "test", device_id=await device_id(listening), sound="glass")
    assert (answer["codec"], answer["sample_rate"]) == ("pcm_mulaw", 8_000)
    assert [detection["class"] for detection in answer["detections"]] == ["glass"]
    assert answer["hops"][-1]["time"] == answer["detections"][0]["end"]
    assert {"entity_id": glass, "from": "off", "to": "on"} in answer["changes"]
    assert {"entity_id": glass, "from": "on", "to": "off"} in answer["changes"]
    on, off = (
        change["new_state"]["last_changed"]
        for change in heard.changes[changes:]
        if change["entity_id"] == glass
    )
    detection = answer["detections"][0]
    lasted = (datetime.fromisoformat(off) - datetime.fromisoformat(on)).total_seconds()
    assert lasted == pytest.approx(detection["end"] - detection["start"], abs=0.5)
    assert [sound["class"] for sound in heard.sounds_of(listening, since=sounds)] == ["glass"]


async def test_a_recording_is_classified(
    client: HomeClient, home: HomeProcess, listening: Listening
) -> None:
    write_wav(home.media / "bark.wav")
    by_id = await call(client, "classify", media="media-source://media_source/local/bark.wav")
    assert [detection["class"] for detection in by_id["detections"]] == ["dog"]
    assert by_id["scores"]["dog"] > 0.9
    assert await call(client, "classify", media=str(home.media / "bark.wav")) == by_id
    with pytest.raises(HomeError, match="no file that may be read"):
        await call(client, "classify", media="/etc/hostname")
    with pytest.raises(HomeError, match="can't be read"):
        await call(client, "classify", media="media-source://media_source/local/none.wav")


async def test_listening_is_switched_off_and_on(
    client: HomeClient, heard: Heard, listening: Listening
) -> None:
    target = {"device_id": await device_id(listening)}
    for is_on, state in ((False, "unavailable"), (True, "off")):
        changes = len(heard.changes)
        await client.command(
            "call_service",
            domain="audio_guard",
            service="set_listening",
            service_data={"listening": is_on},
            target=target,
        )
        if is_on:
            await until_connected(heard, listening, since=changes)
        assert await listening.state("binary_sensor", "cry") == state


def write_wav(path: Path) -> None:
    """Write the demo camera's dog."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes(to_int16(sound("dog")).astype("<i2").tobytes())
