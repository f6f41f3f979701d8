"""The actions, with a scorer that calls all that is loud a dog and a clock that a test can stop."""

import asyncio
import json
import wave
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import probatio as vol
import pytest
import yaml
from aiohttp import web
from homeassistant.components.media_source import PlayMedia, Unresolvable
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import STATE_OFF, STATE_ON, STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import area_registry as ar
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
from pytest_aiohttp import AiohttpServer
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
    async_mock_service,
)

import custom_components.audio_guard
from custom_components.audio_guard.const import DOMAIN, EVENT_SOUND
from custom_components.audio_guard.engine.errors import ModelError
from custom_components.audio_guard.engine.listener import ListenerState

from .conftest import LABELS, URL_DATA, FakeListener, FakeScorer, state

DOG = "binary_sensor.kitchen_dog"
GLASS = "binary_sensor.kitchen_breaking_glass"
SOUND = "event.kitchen_sound"
SWITCH = "switch.kitchen_listening"


class Clock:
    """Let a test's hops come at once, but for one that waits until it is let go."""

    def __init__(self) -> None:
        self.times: list[float] = []
        self.stop_at: int | None = None
        self.stopped = asyncio.Event()
        self.go = asyncio.Event()

    async def sleep_until(self, _: HomeAssistant, time: float) -> None:
        self.times.append(time)
        if len(self.times) == self.stop_at:
            self.stopped.set()
            async with asyncio.timeout(10):
                await self.go.wait()

    async def start_and_stop(self, hass: HomeAssistant, hop: int) -> asyncio.Task[dict[str, Any]]:
        """Start a test and return it once it waits for its hop."""
        self.times.clear()
        self.stop_at = hop
        test = hass.async_create_task(run_test(hass, sound="dog"))
        async with asyncio.timeout(10):
            await self.stopped.wait()
        return test


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Take the place of the real clock."""
    clock = Clock()
    monkeypatch.setattr(
        "custom_components.audio_guard.sound_trial._async_sleep_until", clock.sleep_until
    )
    return clock


@pytest.fixture(autouse=True)
def loud_is_dog(monkeypatch: pytest.MonkeyPatch) -> None:
    """Score by loudness: a patch of silence is ln 0.01 throughout."""

    def score(_: FakeScorer, patch: np.ndarray) -> np.ndarray:
        loud = patch.max() > -1.0
        return np.array([0.9 if loud and label == "dog" else 0.01 for label in LABELS], np.float32)

    monkeypatch.setattr(FakeScorer, "score", score)


@pytest.fixture
def media(hass: HomeAssistant, tmp_path: Path) -> Iterator[Path]:
    """Return a folder of media that Home Assistant may read."""
    folder = tmp_path / "media"
    folder.mkdir()
    hass.config.media_dirs = {"local": str(folder)}
    hass.config.allowlist_external_dirs = {str(folder)}
    return folder


def write_wav(path: Path, seconds: float) -> Path:
    pcm = 8_000 * np.sin(np.arange(round(16_000 * seconds)) / 5)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes(pcm.astype("<i2").tobytes())
    return path


def device_id(hass: HomeAssistant) -> str:
    (device,) = dr.async_entries_for_config_entry(dr.async_get(hass), "kitchen")
    return device.id


async def call(hass: HomeAssistant, action: str, **data: Any) -> dict[str, Any]:
    """Call an action that answers."""
    answer = await hass.services.async_call(
        DOMAIN, action, data, blocking=True, return_response=True
    )
    assert answer is not None
    assert json.loads(json.dumps(answer)) == answer
    return answer


async def run_test(hass: HomeAssistant, **data: Any) -> dict[str, Any]:
    return await call(hass, "test", device_id=device_id(hass), **data)


def assert_translated(error: HomeAssistantError, key: str) -> None:
    """Hold an error to be ours, with a text that has all its placeholders."""
    assert (error.translation_domain, error.translation_key) == (DOMAIN, key)
    path = Path(custom_components.audio_guard.__file__).parent / "translations" / "en.json"
    message = json.loads(path.read_text(encoding="utf-8"))["exceptions"][key]["message"]
    message.format(**(error.translation_placeholders or {}))


async def test_a_sound_goes_through_the_cameras_chain_and_entities_change(
    hass: HomeAssistant, listener: FakeListener, clock: Clock
) -> None:
    heard = async_capture_events(hass, EVENT_SOUND)
    assert state(hass, SOUND) == STATE_UNKNOWN
    answer = await run_test(hass, sound="dog")
    assert (answer["codec"], answer["sample_rate"]) == ("pcm_alaw", 8_000)
    assert 3 < answer["duration"] < 5
    hops = answer["hops"]
    assert [hop["time"] for hop in hops[:3]] == [0.48, 0.96, 1.44]
    assert hops[-1]["time"] == answer["detections"][0]["end"]
    assert set(hops[0]["scores"]) == set(LABELS)
    assert hops[0]["scores"]["dog"] == 0.9
    assert -60 < hops[0]["level"] < -10
    assert [after - before for before, after in pairwise(clock.times)] == pytest.approx(
        [0.48] * (len(hops) - 1)
    )
    (detection,) = answer["detections"]
    assert (detection["class"], detection["start"], detection["score"]) == ("dog", 0.48, 0.9)
    assert detection["end"] > answer["duration"]
    changes = [(change["entity_id"], change["from"], change["to"]) for change in answer["changes"]]
    assert (DOG, STATE_OFF, STATE_ON) in changes
    assert changes[-1] == (DOG, STATE_ON, STATE_OFF)
    assert [(entity_id, before) for entity_id, before, _ in changes].count(
        (SOUND, STATE_UNKNOWN)
    ) == 1
    assert [event.data["class"] for event in heard] == ["dog"]
    assert state(hass, DOG) == STATE_OFF


async def test_an_answer_may_be_left_out(hass: HomeAssistant, listener: FakeListener) -> None:
    heard = async_capture_events(hass, EVENT_SOUND)
    data = {"device_id": device_id(hass), "sound": "dog"}
    assert await hass.services.async_call(DOMAIN, "test", data, blocking=True) is None
    assert len(heard) == 1


async def test_a_test_goes_by_the_thresholds_of_the_moment(
    hass: HomeAssistant, entry: MockConfigEntry, listener: FakeListener, clock: Clock
) -> None:
    entry.runtime_data.async_set_threshold("dog", 0.95)
    assert (await run_test(hass, sound="dog"))["detections"] == []
    test = await clock.start_and_stop(hass, hop=3)
    entry.runtime_data.async_set_threshold("dog", 0.5)
    clock.go.set()
    assert (await test)["detections"][0]["start"] == pytest.approx(3 * 0.48)


@pytest.mark.parametrize(
    ("options", "detections"),
    [
        ({}, 1),
        ({"classes_off": ["dog"]}, 0),
        ({"quiet_hours": {"start": "00:00", "end": "00:00", "classes": ["dog"]}}, 0),
        ({"quiet_hours": {"start": "00:00", "end": "00:00", "classes": ["cry"]}}, 1),
        ({"confirmations": {"dog": 100}}, 0),
        ({"gain_db": 12.0}, 1),
    ],
)
@pytest.mark.parametrize("dry_run", [False, True])
async def test_a_test_goes_by_the_cameras_options(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    listeners: list[FakeListener],
    options: dict[str, Any],
    detections: int,
    dry_run: bool,
) -> None:
    hass.config_entries.async_update_entry(entry, options=options)
    assert await hass.config_entries.async_setup(entry.entry_id)
    answer = await run_test(hass, sound="dog", dry_run=dry_run)
    assert len(answer["detections"]) == detections
    loudest = max(hop["level"] for hop in answer["hops"])
    assert (loudest > -15) == ("gain_db" in options)


async def test_live_frames_are_left_out_while_a_test_plays(
    hass: HomeAssistant, listener: FakeListener, clock: Clock
) -> None:
    listener.frame(glass=0.9)
    await hass.async_block_till_done()
    assert state(hass, GLASS) == STATE_ON
    test = await clock.start_and_stop(hass, hop=2)
    assert state(hass, DOG) == STATE_ON
    assert state(hass, GLASS) == STATE_OFF, "the decider has started afresh"
    for _ in range(5):
        listener.frame(glass=0.9)
    clock.go.set()
    answer = await test
    assert {detection["class"] for detection in answer["detections"]} == {"dog"}
    assert GLASS not in {change["entity_id"] for change in answer["changes"]}
    assert state(hass, GLASS) == STATE_OFF
    listener.frame(glass=0.9)
    await hass.async_block_till_done()
    assert state(hass, GLASS) == STATE_ON


async def test_a_camera_that_is_not_heard_can_be_tested_in_plain_pcm(
    hass: HomeAssistant, listener: FakeListener
) -> None:
    listener.status(ListenerState.LOST, "the camera is off")
    await hass.async_block_till_done()
    assert state(hass, DOG) == STATE_UNAVAILABLE
    answer = await run_test(hass, sound="dog")
    assert (answer["codec"], answer["sample_rate"]) == ("pcm_s16le", 16_000)
    states = [change["to"] for change in answer["changes"] if change["entity_id"] == DOG]
    assert states == [STATE_ON, STATE_OFF]
    assert state(hass, DOG) == STATE_UNAVAILABLE
    assert state(hass, "binary_sensor.kitchen_connection") == STATE_OFF


async def test_a_camera_lost_meanwhile_does_not_end_a_test(
    hass: HomeAssistant, listener: FakeListener, clock: Clock
) -> None:
    test = await clock.start_and_stop(hass, hop=2)
    listener.status(ListenerState.LOST, "the camera is off")
    await asyncio.sleep(0)
    assert state(hass, DOG) == STATE_ON
    clock.go.set()
    assert len((await test)["detections"]) == 1
    assert state(hass, DOG) == STATE_UNAVAILABLE


async def test_a_dry_run_changes_nothing_and_takes_no_time(
    hass: HomeAssistant, listener: FakeListener, clock: Clock
) -> None:
    listener.frame(glass=0.9)
    await hass.async_block_till_done()
    heard = async_capture_events(hass, EVENT_SOUND)
    answer = await run_test(hass, sound="dog", dry_run=True)
    assert answer["changes"] == []
    assert not clock.times
    assert not heard
    assert (state(hass, DOG), state(hass, GLASS)) == (STATE_OFF, STATE_ON)
    wet = await run_test(hass, sound="dog")
    assert wet["changes"]
    assert {**answer, "changes": wet["changes"]} == wet


async def test_a_camera_takes_one_test_at_a_time(
    hass: HomeAssistant, listener: FakeListener, clock: Clock
) -> None:
    test = await clock.start_and_stop(hass, hop=2)
    with pytest.raises(ServiceValidationError) as caught:
        await run_test(hass, sound="dog")
    assert_translated(caught.value, "test_running")
    assert (await run_test(hass, sound="dog", dry_run=True))["detections"]
    clock.go.set()
    assert (await test)["detections"]
    assert (await run_test(hass, sound="dog"))["detections"]


async def test_unloading_ends_a_test(
    hass: HomeAssistant, entry: MockConfigEntry, listener: FakeListener, clock: Clock
) -> None:
    test = await clock.start_and_stop(hass, hop=2)
    assert await hass.config_entries.async_unload(entry.entry_id)
    with pytest.raises(HomeAssistantError) as caught:
        await test
    assert_translated(caught.value, "test_stopped")
    assert await hass.config_entries.async_setup(entry.entry_id)
    assert (await run_test(hass, sound="dog"))["detections"]


async def test_who_calls_can_give_up(
    hass: HomeAssistant, entry: MockConfigEntry, listener: FakeListener, clock: Clock
) -> None:
    test = await clock.start_and_stop(hass, hop=2)
    test.cancel()
    with pytest.raises(asyncio.CancelledError):
        await test
    assert state(hass, DOG) == STATE_OFF
    listener.frame(dog=0.9)
    await hass.async_block_till_done()
    assert state(hass, DOG) == STATE_ON


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"sound": "meow"},
        {"sound": "presence"},
        {"sound": "dog", "media": "/media/dog.wav"},
        {"media": {"media_content_type": "audio/wav"}},
        {"sound": "dog", "loud": True},
    ],
)
async def test_a_test_takes_one_sound_that_there_is(
    hass: HomeAssistant, listener: FakeListener, data: dict[str, Any]
) -> None:
    with pytest.raises(vol.Invalid):
        await run_test(hass, **data)


async def test_only_a_camera_that_is_set_up_can_be_tested(
    hass: HomeAssistant, entry: MockConfigEntry, listener: FakeListener
) -> None:
    own = device_id(hass)
    with pytest.raises(ServiceValidationError, match="not found"):
        await call(hass, "test", device_id="no_such_device", sound="dog")
    other = MockConfigEntry(domain="other")
    other.add_to_hass(hass)
    foreign = dr.async_get(hass).async_get_or_create(
        config_entry_id=other.entry_id, identifiers={("other", "1")}
    )
    with pytest.raises(ServiceValidationError, match="does not belong"):
        await call(hass, "test", device_id=foreign.id, sound="dog")
    assert await hass.config_entries.async_unload(entry.entry_id)
    with pytest.raises(ServiceValidationError, match="not loaded"):
        await call(hass, "test", device_id=own, sound="dog")


async def test_a_recording_can_be_played(
    hass: HomeAssistant, media: Path, listener: FakeListener
) -> None:
    path = write_wav(media / "bark.wav", seconds=1.5)
    for given in (
        str(path),
        "media-source://media_source/local/bark.wav",
        {
            "media_content_id": "media-source://media_source/local/bark.wav",
            "media_content_type": "audio/x-wav",
            "metadata": {"title": "bark.wav"},
        },
    ):
        answer = await run_test(hass, media=given, dry_run=True)
        assert answer["duration"] == 1.5
        assert answer["codec"] == "pcm_alaw"
        assert [detection["class"] for detection in answer["detections"]] == ["dog"]


@pytest.mark.parametrize("action", ["test", "classify"])
async def test_what_can_not_be_read_is_refused(
    hass: HomeAssistant, media: Path, listener: FakeListener, tmp_path: Path, action: str
) -> None:
    outside = write_wav(tmp_path / "outside.wav", seconds=1.0)
    (media / "letter.wav").write_text("dear camera")
    (media / "link.wav").symlink_to(outside)
    long = write_wav(media / "long.wav", seconds=601.0)
    more = {"device_id": device_id(hass)} if action == "test" else {}
    for given, key in (
        (str(outside), "path_not_allowed"),
        (str(media / "link.wav"), "path_not_allowed"),
        (str(media / "none.wav"), "path_not_allowed"),
        (str(media), "path_not_allowed"),
        ("bark.wav", "path_not_allowed"),
        ("rtsp://joe:hunter2@camera/1", "path_not_allowed"),
        ("media-source://media_source/local/none.wav", "sound_unreadable"),
        ("media-source://nobody/bark.wav", "media_not_found"),
        (str(media / "letter.wav"), "sound_unreadable"),
        (str(long), "sound_too_long"),
    ):
        with pytest.raises(ServiceValidationError) as caught:
            await call(hass, action, media=given, **more)
        assert_translated(caught.value, key)
        assert "hunter2" not in str(caught.value.translation_placeholders)


async def test_media_without_a_file_is_fetched_from_its_address(
    hass: HomeAssistant,
    listener: FakeListener,
    tmp_path: Path,
    socket_enabled: None,
    aiohttp_server: AiohttpServer,
) -> None:
    wav = write_wav(tmp_path / "speech.wav", seconds=1.5).read_bytes()

    async def speak(_: web.Request) -> web.Response:
        return web.Response(body=wav, content_type="audio/wav")

    app = web.Application()
    app.router.add_get("/speech", speak)
    server = await aiohttp_server(app)
    speech = PlayMedia(str(server.make_url("/speech")), "audio/wav")
    with patch("custom_components.audio_guard.media.async_resolve_media", return_value=speech):
        answer = await call(hass, "classify", media="media-source://tts/speech")
    assert answer["duration"] == 1.5


async def test_media_that_can_not_be_fetched_is_refused(
    hass: HomeAssistant, listener: FakeListener, socket_enabled: None
) -> None:
    elsewhere = PlayMedia("http://127.0.0.1:1/speech.mp3?token=hunter2", "audio/mpeg")
    nowhere = PlayMedia("gopher://attic/speech.mp3", "audio/mpeg")
    for resolved, key in (
        ({"return_value": elsewhere}, "sound_unreadable"),
        ({"return_value": nowhere}, "media_not_found"),
        ({"side_effect": Unresolvable("http://joe:hunter2@attic is away")}, "media_not_found"),
    ):
        with (
            patch("custom_components.audio_guard.media.async_resolve_media", **resolved),
            pytest.raises(ServiceValidationError) as caught,
        ):
            await call(hass, "classify", media="media-source://tts/speech")
        assert_translated(caught.value, key)
        assert "hunter2" not in str(caught.value.translation_placeholders)


async def test_a_recording_is_classified_without_any_camera(
    hass: HomeAssistant, loads: list[str], media: Path
) -> None:
    assert await async_setup_component(hass, DOMAIN, {})
    path = write_wav(media / "bark.wav", seconds=5.0)
    answer = await call(hass, "classify", media=str(path))
    assert answer == {
        "duration": 5.0,
        "level": pytest.approx(-15.2, abs=0.2),
        "scores": {label: 0.9 if label == "dog" else 0.01 for label in LABELS if label != "others"},
        "detections": [{"class": "dog", "start": 0.96, "end": None, "score": 0.9}],
    }
    await call(hass, "classify", media=str(path))
    assert len(loads) == 2, "a model that nobody uses is given back"


async def test_a_model_that_fails_is_said_to(
    hass: HomeAssistant, listener: FakeListener, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ModelError("the model's file is damaged")

    monkeypatch.setattr(FakeScorer, "score", fail)
    path = write_wav(media / "bark.wav", seconds=1.0)
    for action, data in (
        ("classify", {"media": str(path)}),
        ("test", {"device_id": device_id(hass), "sound": "dog"}),
    ):
        with pytest.raises(HomeAssistantError, match="damaged") as caught:
            await call(hass, action, **data)
        assert_translated(caught.value, "model_broken")
    listener.frame(dog=0.9)
    await hass.async_block_till_done()
    assert state(hass, DOG) == STATE_ON


def documented() -> list[Any]:
    """Return the examples of the documentation."""
    text = (Path(__file__).parents[2] / "docs" / "actions.md").read_text(encoding="utf-8")
    return [yaml.safe_load(part.partition("```")[0]) for part in text.split("```yaml\n")[1:]]


def test_the_documented_answers_are_those_that_are_given() -> None:
    of_test, of_classify = (example for example in documented() if "duration" in example)
    assert set(of_test) == {"codec", "sample_rate", "duration", "hops", "detections", "changes"}
    assert set(of_test["hops"][0]) == {"time", "level", "scores"}
    assert set(of_test["hops"][0]["scores"]) == set(LABELS)
    assert set(of_test["changes"][0]) == {"entity_id", "from", "to"}
    assert set(of_classify) == {"duration", "level", "scores", "detections"}
    for detection in (*of_test["detections"], *of_classify["detections"]):
        assert set(detection) == {"class", "start", "end", "score"}


async def test_the_documented_automations_run(
    hass: HomeAssistant, listener: FakeListener, media: Path
) -> None:
    """Home Assistant's own validation refuses what is misspelled; the fake model hears no alarm, only dogs."""
    monthly, bark, privacy, *_ = (each for each in documented() if "duration" not in each)
    monthly["id"], privacy["id"] = "monthly", "privacy"
    bark["sequence"][0]["data"]["media"] = str(write_wav(media / "last.mp4", seconds=2.0))
    notices = async_mock_service(hass, "persistent_notification", "create")
    messages = async_mock_service(hass, "notify", "notify")
    assert await async_setup_component(hass, "automation", {"automation": [monthly, privacy]})
    assert await async_setup_component(hass, "script", {"script": {"bark": bark}})
    for entity_id in hass.states.async_entity_ids("automation"):
        assert state(hass, entity_id) == STATE_ON
    await hass.services.async_call(
        "automation", "trigger", {"entity_id": "automation.test_the_cameras_ears"}, blocking=True
    )
    assert [notice.data["message"] for notice in notices] == [
        "Kitchen would not hear a smoke alarm."
    ]
    await hass.services.async_call("script", "bark", blocking=True)
    assert len(messages) == 1
    (device,) = dr.async_entries_for_config_entry(dr.async_get(hass), "kitchen")
    area = ar.async_get(hass).async_create("Living room")
    dr.async_get(hass).async_update_device(device.id, area_id=area.id)
    for family, listening in (("home", STATE_OFF), ("not_home", STATE_ON)):
        hass.states.async_set("group.family", family)
        await hass.async_block_till_done()
        assert state(hass, SWITCH) == listening
    everything = {"entity_id": hass.states.async_entity_ids("automation")}
    await hass.services.async_call("automation", "turn_off", everything, blocking=True)


async def set_listening(hass: HomeAssistant, listening: bool, **target: Any) -> None:
    data = {"listening": listening, **target}
    await hass.services.async_call(DOMAIN, "set_listening", data, blocking=True)
    await hass.async_block_till_done()


@pytest.mark.parametrize("by", ["switch", "sensor", "device", "area"])
async def test_listening_is_set_for_whatever_names_the_camera(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    listener: FakeListener,
    listeners: list[FakeListener],
    by: str,
) -> None:
    area = ar.async_get(hass).async_create("Ground floor")
    device = device_id(hass)
    dr.async_get(hass).async_update_device(device, area_id=area.id)
    target = {
        "switch": {"entity_id": SWITCH},
        "sensor": {"entity_id": [DOG, GLASS]},
        "device": {"device_id": device},
        "area": {"area_id": area.id},
    }[by]
    await set_listening(hass, False, **target)
    assert listener.stopped
    assert (state(hass, SWITCH), state(hass, DOG)) == (STATE_OFF, STATE_UNAVAILABLE)
    assert entry.options["listening"] is False
    await set_listening(hass, True, **target)
    assert len(listeners) == 2
    assert state(hass, SWITCH) == STATE_ON
    await set_listening(hass, True, **target)
    assert len(listeners) == 2


async def test_listening_is_set_for_several_cameras_at_once(
    hass: HomeAssistant, listener: FakeListener, listeners: list[FakeListener]
) -> None:
    hall = MockConfigEntry(domain=DOMAIN, title="Hall", data=dict(URL_DATA), entry_id="hall")
    hall.add_to_hass(hass)
    assert await hass.config_entries.async_setup(hall.entry_id)
    await set_listening(hass, False, entity_id=[SWITCH, "switch.hall_listening"])
    assert [listener.stopped for listener in listeners] == [True, True]
    assert {state(hass, SWITCH), state(hass, "switch.hall_listening")} == {STATE_OFF}


async def test_a_target_without_a_camera_is_refused(
    hass: HomeAssistant, entry: MockConfigEntry, listener: FakeListener
) -> None:
    foreign = er.async_get(hass).async_get_or_create("light", "other", "1")
    for target in ({"entity_id": foreign.entity_id}, {"device_id": "no_such_device"}):
        with pytest.raises(ServiceValidationError) as caught:
            await set_listening(hass, False, **target)
        assert_translated(caught.value, "no_camera")
    with pytest.raises(vol.Invalid):
        await set_listening(hass, False)
    assert not listener.stopped
    assert await hass.config_entries.async_unload(entry.entry_id)
    assert entry.state is ConfigEntryState.NOT_LOADED
    with pytest.raises(ServiceValidationError) as caught:
        await set_listening(hass, True, entity_id=DOG)
    assert_translated(caught.value, "camera_not_loaded")
