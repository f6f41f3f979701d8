"""Clips: real files of real sound, for those who are logged in and for nobody else."""

import errno
import io
import json
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from unittest.mock import patch

import av
import numpy as np
import pytest
from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.media_player import BrowseError
from homeassistant.components.media_source import (
    Unresolvable,
    async_browse_media,
    async_resolve_media,
)
from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from PIL import Image
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
    async_fire_time_changed,
)
from pytest_homeassistant_custom_component.typing import (
    ClientSessionGenerator,
    WebSocketGenerator,
)

from custom_components.audio_guard.clip_files import (
    ClipName,
    ClipSound,
    clip_name,
    list_clips,
    parse_name,
    prune,
    write_clip,
    write_mark,
)
from custom_components.audio_guard.clip_marks import Mark, Verdict
from custom_components.audio_guard.clips import CLIPS_A_MINUTE, PRUNE_EVERY, clips_folder
from custom_components.audio_guard.const import DOMAIN, EVENT_SOUND
from custom_components.audio_guard.engine.history import PcmHistory
from custom_components.audio_guard.engine.listener import ListenerState

from .conftest import URL_DATA, FakeListener, state

RATE_HZ = 16_000
NOW = datetime(2026, 11, 25, 17, 0, 0, tzinfo=UTC)
TONE = (0.1 * np.sin(2 * np.pi * 440 * np.arange(30 * RATE_HZ) / RATE_HZ)).astype(np.float32)


@pytest.fixture(autouse=True)
def own_folder(hass: HomeAssistant, tmp_path: Path) -> None:
    """Keep clips where the test ends."""
    hass.config.config_dir = str(tmp_path)


@pytest.fixture
def entry(hass: HomeAssistant) -> MockConfigEntry:
    """Return a camera whose clips are kept."""
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="Kitchen",
        data=dict(URL_DATA),
        entry_id="kitchen",
        options={"clips": True},
    )
    entry.add_to_hass(hass)
    return entry


@pytest.fixture
def folder(hass: HomeAssistant) -> Path:
    """Return where the camera's clips are."""
    return clips_folder(hass, "kitchen")


async def kept(hass: HomeAssistant, folder: Path) -> list[ClipName]:
    """Return the clips, the newest first."""
    return await hass.async_add_executor_job(list_clips, folder)


def files(folder: Path) -> list[Path]:
    """Return all files of a folder; a folder that does not exist has none."""
    return sorted(folder.glob("*"))


def hear(listener: FakeListener, seconds: float, **scores: float) -> None:
    """Let sound come, with these scores at its end."""
    assert listener.history is not None
    hops = round(seconds / 0.48)
    for hop in range(hops):
        listener.history.write(TONE[: round(0.48 * RATE_HZ)])
        listener.frame(**scores if hop == hops - 1 else {})


async def wait(hass: HomeAssistant, freezer: FrozenDateTimeFactory, seconds: float) -> None:
    """Let time pass, and files be written."""
    await hass.async_block_till_done()
    freezer.tick(seconds)
    async_fire_time_changed(hass)
    await hass.async_block_till_done(wait_background_tasks=True)


async def test_a_detection_is_kept_with_what_came_before_and_after(
    hass: HomeAssistant,
    listener: FakeListener,
    folder: Path,
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
) -> None:
    events = async_capture_events(hass, EVENT_SOUND)
    hear(listener, 9.6, dog=0.9)
    await hass.async_block_till_done()
    assert files(folder) == []
    hear(listener, 4.8)
    await wait(hass, freezer, 8)
    (clip,) = await kept(hass, folder)
    assert clip.label == "dog"
    with av.open(str(folder / f"{clip.name}.flac")) as sound:
        assert sound.streams.audio[0].rate == RATE_HZ
        pcm = np.concatenate([frame.to_ndarray()[0] for frame in sound.decode(audio=0)])
    # 4.8 s after it were all that had come
    assert len(pcm) / RATE_HZ == pytest.approx(9.8, abs=0.01)
    assert np.abs(pcm).max() == pytest.approx(0.9 * 32_767, rel=0.02)
    notes = json.loads((folder / f"{clip.name}.json").read_text())
    assert notes["detections"] == [{"class": "dog", "score": 0.9, "time": 5.0}]
    assert notes["gain_db"] == pytest.approx(19.1, abs=0.1)
    assert max(notes["scores"]["dog"]) == 0.9
    assert len(notes["scores"]["times"]) == len(notes["scores"]["dog"]) > 15
    with Image.open(folder / f"{clip.name}.png") as picture:
        assert picture.size == (800, 256)
    assert not [record for record in caplog.records if record.name.startswith("libav")]
    assert {path.suffix for path in files(folder)} == {".flac", ".json", ".png"}
    shown = hass.states.get("event.kitchen_sound")
    assert shown is not None
    media = f"media-source://{DOMAIN}/kitchen/{clip.name}"
    for told in (shown.attributes, events[0].data):
        assert told["clip_media"] == media
        assert told["clip"] == (
            "/media-browser/browser/app%2Cmedia-source%3A%2F%2Faudio_guard%2Fkitchen"
        )


async def test_detections_that_follow_at_once_share_a_clip(
    hass: HomeAssistant, listener: FakeListener, folder: Path, freezer: FrozenDateTimeFactory
) -> None:
    hear(listener, 4.8, dog=0.9)
    hear(listener, 0.48, glass=0.95)
    await wait(hass, freezer, 8)
    (clip,) = await kept(hass, folder)
    notes = json.loads((folder / f"{clip.name}.json").read_text())
    assert [each["class"] for each in notes["detections"]] == ["dog", "glass"]


async def test_what_is_heard_after_a_clip_is_kept_in_another(
    hass: HomeAssistant, listener: FakeListener, folder: Path, freezer: FrozenDateTimeFactory
) -> None:
    hear(listener, 4.8, dog=0.9)
    hear(listener, 5.76, glass=0.95)
    await wait(hass, freezer, 8)
    glass, dog = await kept(hass, folder)
    assert (glass.label, dog.label) == ("glass", "dog")
    notes = json.loads((folder / f"{glass.name}.json").read_text())
    assert notes["detections"] == [{"class": "glass", "score": 0.95, "time": 5.0}]


async def test_scores_of_a_stretch_that_broke_off_stay_out_of_the_next(
    hass: HomeAssistant, listener: FakeListener, folder: Path, freezer: FrozenDateTimeFactory
) -> None:
    hear(listener, 2.4, dog=0.9)
    await hass.async_block_till_done()
    listener.history = PcmHistory(RATE_HZ, 20.0)
    listener._hop = 0
    hear(listener, 4.8, glass=0.95)
    await wait(hass, freezer, 8)
    clips = {clip.label: clip for clip in await kept(hass, folder)}
    assert set(clips) == {"dog", "glass"}
    for label, seconds in (("dog", 2.4), ("glass", 4.8)):
        notes = json.loads((folder / f"{clips[label].name}.json").read_text())
        assert notes["seconds"] == seconds
        assert len(notes["scores"]["times"]) == round(seconds / 0.48)


async def test_what_has_come_is_kept_when_home_assistant_stops(
    hass: HomeAssistant, listener: FakeListener, folder: Path
) -> None:
    hear(listener, 4.8, dog=0.9)
    await hass.async_block_till_done()
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STOP)
    await hass.async_block_till_done()
    assert len(await kept(hass, folder)) == 1


async def test_a_clip_that_fails_does_not_keep_a_camera_from_being_unloaded(
    hass: HomeAssistant, entry: MockConfigEntry, listener: FakeListener
) -> None:
    hear(listener, 4.8, dog=0.9)
    await hass.async_block_till_done()
    with patch("custom_components.audio_guard.clips.write_clip", side_effect=ValueError):
        await hass.config_entries.async_unload(entry.entry_id)
    assert listener.stopped


async def test_what_has_come_is_kept_when_the_camera_is_unloaded(
    hass: HomeAssistant, entry: MockConfigEntry, listener: FakeListener, folder: Path
) -> None:
    hear(listener, 4.8, dog=0.9)
    await hass.async_block_till_done()
    assert await hass.config_entries.async_unload(entry.entry_id)
    assert len(await kept(hass, folder)) == 1


async def test_a_kennel_does_not_fill_the_disk(
    hass: HomeAssistant, listener: FakeListener, folder: Path, freezer: FrozenDateTimeFactory
) -> None:
    for _ in range(CLIPS_A_MINUTE + 2):
        hear(listener, 0.48, dog=0.9)
        hear(listener, 2.0)
        await wait(hass, freezer, 7.2)
    assert len(await kept(hass, folder)) == CLIPS_A_MINUTE
    freezer.tick(60)
    hear(listener, 0.48, dog=0.9)
    await wait(hass, freezer, 7.2)
    assert len(await kept(hass, folder)) == CLIPS_A_MINUTE + 1


async def test_nothing_is_kept_of_a_camera_that_was_not_asked_about(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    listeners: list[FakeListener],
    folder: Path,
    freezer: FrozenDateTimeFactory,
) -> None:
    hass.config_entries.async_update_entry(entry, options={})
    assert await hass.config_entries.async_setup(entry.entry_id)
    listeners[0].status(ListenerState.LISTENING)
    await hass.async_block_till_done()
    hear(listeners[0], 9.6, dog=0.9)
    assert listeners[0].history is not None
    # What there is in memory is for those who listen now.
    assert len(listeners[0].history.read(0.0, 60.0)) < 7 * RATE_HZ
    await wait(hass, freezer, 8)
    assert state(hass, "binary_sensor.kitchen_dog") == "on"
    shown = hass.states.get("event.kitchen_sound")
    assert shown is not None
    assert "clip" not in shown.attributes
    assert files(folder) == []


async def test_a_full_disk_is_told_and_listening_goes_on(
    hass: HomeAssistant,
    listener: FakeListener,
    folder: Path,
    freezer: FrozenDateTimeFactory,
    issue_registry: ir.IssueRegistry,
) -> None:
    full = OSError(errno.ENOSPC, "No space left on device")
    with patch.object(Path, "write_bytes", side_effect=full):
        hear(listener, 4.8, dog=0.9)
        await wait(hass, freezer, 8)
    assert files(folder) == []
    issue = issue_registry.async_get_issue(DOMAIN, "clips_unwritable_kitchen")
    assert issue is not None
    assert issue.translation_placeholders is not None
    assert issue.translation_placeholders["reason"] == "No space left on device"
    await wait(hass, freezer, PRUNE_EVERY.total_seconds())
    assert issue_registry.async_get_issue(DOMAIN, "clips_unwritable_kitchen")
    hear(listener, 4.8, glass=0.9)
    await wait(hass, freezer, 8)
    assert state(hass, "binary_sensor.kitchen_breaking_glass") == "on"
    assert len(await kept(hass, folder)) == 1
    assert issue_registry.async_get_issue(DOMAIN, "clips_unwritable_kitchen") is None


async def test_nobody_is_asked_for_help_with_a_camera_that_is_gone(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    listener: FakeListener,
    folder: Path,
    freezer: FrozenDateTimeFactory,
    issue_registry: ir.IssueRegistry,
) -> None:
    await hass.async_add_executor_job(folder.parent.mkdir, 0o777, True)
    await hass.async_add_executor_job(folder.touch)  # a file where the folder should be
    hear(listener, 4.8, dog=0.9)
    await wait(hass, freezer, 8)
    assert issue_registry.async_get_issue(DOMAIN, "clips_unwritable_kitchen")
    await hass.config_entries.async_remove(entry.entry_id)
    assert issue_registry.async_get_issue(DOMAIN, "clips_unwritable_kitchen") is None


async def test_a_removed_cameras_clips_are_deleted(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    listener: FakeListener,
    folder: Path,
    freezer: FrozenDateTimeFactory,
) -> None:
    hear(listener, 4.8, dog=0.9)
    await wait(hass, freezer, 8)
    assert files(folder) != []
    await hass.config_entries.async_remove(entry.entry_id)
    assert files(folder) == []


async def test_clips_that_can_not_be_deleted_are_told_of(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    listener: FakeListener,
    folder: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    await hass.async_add_executor_job(folder.parent.mkdir, 0o777, True)
    await hass.async_add_executor_job(folder.touch)  # a file where the folder should be
    await hass.config_entries.async_remove(entry.entry_id)
    assert f"The clips of Kitchen can't be deleted, so delete {folder} yourself" in caplog.text


async def test_a_camera_without_clips_is_removed_without_a_word(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    listener: FakeListener,
    caplog: pytest.LogCaptureFixture,
) -> None:
    await hass.config_entries.async_remove(entry.entry_id)
    assert "can't be deleted" not in caplog.text


def write(folder: Path, name: str, seconds: float = 1.0) -> None:
    """Write a clip of noise, which does not pack."""
    noise = np.random.default_rng(0).integers(-9_000, 9_000, round(seconds * RATE_HZ))
    sound = ClipSound(
        pcm=noise.astype(np.int16), sample_rate_hz=RATE_HZ, began=NOW, notes={"scores": {}}
    )
    write_clip(folder, name, sound)


def test_old_clips_go_first_by_age_and_then_by_size(tmp_path: Path) -> None:
    for day in range(1, 6):
        write(tmp_path, f"2026112{day}-120000-dog", 4.0)
    (tmp_path / "20261125-120000-dog.flac.part").touch()
    (tmp_path / "20261125-130000-dog.flac").touch()  # the machine went down before its notes
    (tmp_path / "shopping list.json").touch()
    size = sum(path.stat().st_size for path in tmp_path.glob("20261125-*"))
    prune(tmp_path, now=NOW, days=3.5, megabytes=100)
    assert [clip.name[:8] for clip in list_clips(tmp_path)] == [
        "20261125",
        "20261124",
        "20261123",
        "20261122",
    ]
    prune(tmp_path, now=NOW, days=365, megabytes=2.5 * size / 1e6)
    assert [clip.name[:8] for clip in list_clips(tmp_path)] == ["20261125", "20261124"]
    assert len(list(tmp_path.iterdir())) == 7
    prune(tmp_path / "nowhere", now=NOW, days=1, megabytes=1)


def test_reviewed_clips_never_are_too_old_and_go_last(tmp_path: Path) -> None:
    marks = {"21": "right", "22": "wrong", "23": "unsure", "24": None, "25": None}
    for day, verdict in marks.items():
        name = f"202611{day}-120000-dog"
        write(tmp_path, name, 4.0)
        if verdict:
            mark = Mark(verdict=Verdict(verdict), sound=None, at=NOW)
            write_mark(tmp_path, name, mark)
    (tmp_path / "20261120-120000-dog.json").write_text("half of a no")
    size = sum(path.stat().st_size for path in tmp_path.glob("20261125-*"))

    def days_after(days: float, clips: float) -> list[str]:
        prune(tmp_path, now=NOW, days=days, megabytes=clips * size / 1e6)
        return [clip.name[6:8] for clip in list_clips(tmp_path)]

    assert days_after(1.5, 100) == ["25", "24", "22", "21"]
    assert days_after(365, 3.5) == ["25", "22", "21"]
    assert days_after(365, 2.5) == ["22", "21"]
    assert days_after(365, 1.5) == ["22"]
    assert days_after(365, 0.5) == []
    assert files(tmp_path) == []


def test_a_disk_that_fills_up_halfway_leaves_nothing_of_a_clip(tmp_path: Path) -> None:
    write_bytes = Path.write_bytes

    def fill_up(path: Path, content: bytes) -> int:
        if ".png" not in path.suffixes:
            return write_bytes(path, content)
        write_bytes(path, content[:100])
        raise OSError(errno.ENOSPC, "No space left on device")

    with patch.object(Path, "write_bytes", fill_up), pytest.raises(OSError, match="No space"):
        write(tmp_path, "20261125-120000-dog")
    assert files(tmp_path) == []


def test_silence_is_not_made_louder(tmp_path: Path) -> None:
    sound = ClipSound(pcm=np.zeros(RATE_HZ, np.int16), sample_rate_hz=RATE_HZ, began=NOW, notes={})
    write_clip(tmp_path, "20261125-120000-dog", sound)
    notes = json.loads((tmp_path / "20261125-120000-dog.json").read_text())
    assert (notes["gain_db"], notes["seconds"]) == (0.0, 1.0)


@pytest.mark.parametrize(
    "name", ["", "dog", "../../secrets", "20261125-120000-", "20269925-120000-dog", "a/b"]
)
def test_other_names_are_no_clips(name: str) -> None:
    assert parse_name(name) is None


@pytest.mark.parametrize("label", ["Dog bark", "../dog", "犬", "a" * 9])
def test_every_label_makes_a_name(tmp_path: Path, label: str) -> None:
    write(tmp_path, clip_name(NOW, label))
    (clip,) = list_clips(tmp_path)
    assert clip.heard_at == NOW


def test_a_name_is_taken_apart() -> None:
    name = "20261125-170000-shotgun"
    assert parse_name(name) == ClipName(name=name, heard_at=NOW, label="shotgun")


async def test_cameras_and_clips_are_browsed_and_played(
    hass: HomeAssistant,
    listener: FakeListener,
    folder: Path,
    hass_client: ClientSessionGenerator,
    hass_client_no_auth: ClientSessionGenerator,
) -> None:
    for name in ("20261125-170000-glass", "20261125-180000-dog"):
        await hass.async_add_executor_job(write, folder, name)
    root = await async_browse_media(hass, f"media-source://{DOMAIN}")
    assert [(child.title, child.can_expand) for child in root.children or ()] == [("Kitchen", True)]
    camera = await async_browse_media(hass, f"media-source://{DOMAIN}/kitchen")
    assert [child.title for child in camera.children or ()] == [
        "Dog, 2026-11-25 10:00:00",
        "Breaking glass, 2026-11-25 09:00:00",
    ]
    dog, _ = camera.children or ()
    media = await async_resolve_media(hass, dog.media_content_id, None)
    client, stranger = await hass_client(), await hass_client_no_auth()
    picture = await client.get(dog.thumbnail)
    assert Image.open(io.BytesIO(await picture.read())).size == (800, 256)
    sound = await client.get(media.url)
    assert sound.content_type == media.mime_type == "audio/flac"
    for address in (dog.thumbnail, media.url):
        assert (await stranger.get(address)).status == HTTPStatus.UNAUTHORIZED


async def test_an_address_is_signed_for_one_clip(
    hass: HomeAssistant,
    listener: FakeListener,
    folder: Path,
    hass_ws_client: WebSocketGenerator,
    hass_client_no_auth: ClientSessionGenerator,
) -> None:
    for name in ("20261125-170000-glass", "20261125-180000-dog"):
        await hass.async_add_executor_job(write, folder, name)
    websocket = await hass_ws_client()
    media = f"media-source://{DOMAIN}/kitchen/20261125-170000-glass"
    await websocket.send_json_auto_id(
        {"type": "media_source/resolve_media", "media_content_id": media}
    )
    address = (await websocket.receive_json())["result"]["url"]
    stranger = await hass_client_no_auth()
    answer = await stranger.get(address)
    with av.open(io.BytesIO(await answer.read())) as sound:
        assert sound.duration == pytest.approx(av.time_base, rel=0.01)  # 1 s, which a player shows
    other = address.replace("20261125-170000-glass", "20261125-180000-dog")
    assert (await stranger.get(other)).status == HTTPStatus.UNAUTHORIZED


@pytest.fixture
async def out_of_bounds(hass: HomeAssistant, folder: Path) -> None:
    """Put files where a name from outside could lead to, beside a clip; the attic is another integration's entry."""
    MockConfigEntry(domain="demo", entry_id="attic").add_to_hass(hass)

    def put() -> None:
        for clips in (folder, folder.parent / "attic", folder.parent / "gone"):
            write(clips, "20261125-170000-glass")
        for place in (folder, folder.parent, Path(hass.config.config_dir)):
            (place / "secrets.flac").touch()

    await hass.async_add_executor_job(put)


@pytest.mark.parametrize(
    "identifier",
    [
        "kitchen/20261125-180000-glass",
        "kitchen/secrets",
        "kitchen/../secrets",
        "kitchen/../../../secrets",
        "kitchen/../attic/20261125-170000-glass",
        "attic/20261125-170000-glass",
        "gone/20261125-170000-glass",
        "../clips/kitchen/20261125-170000-glass",
        "kitchen/20261125-170000-glass\0",
        "kitchen",
    ],
)
@pytest.mark.usefixtures("listener", "out_of_bounds")
async def test_what_is_no_clip_is_not_played(hass: HomeAssistant, identifier: str) -> None:
    with pytest.raises(Unresolvable, match="does not exist"):
        await async_resolve_media(hass, f"media-source://{DOMAIN}/{identifier}", None)


@pytest.mark.parametrize("identifier", ["attic", "gone", "..", "kitchen/20261125-170000-glass"])
@pytest.mark.usefixtures("listener", "out_of_bounds")
async def test_what_is_no_camera_is_not_browsed(hass: HomeAssistant, identifier: str) -> None:
    with pytest.raises(BrowseError, match="not one of Audio Guard"):
        await async_browse_media(hass, f"media-source://{DOMAIN}/{identifier}")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("kitchen/20261125-170000-glass.flac", HTTPStatus.OK),
        ("kitchen/20261125-170000-glass.png", HTTPStatus.OK),
        ("kitchen/20261125-170000-glass.json", HTTPStatus.NOT_FOUND),
        ("kitchen/20261125-180000-glass.flac", HTTPStatus.NOT_FOUND),
        ("kitchen/..%2F..%2F..%2Fsecrets.flac", HTTPStatus.BAD_REQUEST),
        ("kitchen/..%5C..%5C..%5Csecrets.flac", HTTPStatus.NOT_FOUND),
        ("kitchen/secrets.flac", HTTPStatus.NOT_FOUND),
        (f"kitchen/20261125-170000-{'a' * 255}.flac", HTTPStatus.NOT_FOUND),
        ("attic/20261125-170000-glass.flac", HTTPStatus.NOT_FOUND),
        ("gone/20261125-170000-glass.flac", HTTPStatus.NOT_FOUND),
    ],
)
@pytest.mark.usefixtures("listener", "out_of_bounds")
async def test_only_clips_are_handed_out(
    hass_client: ClientSessionGenerator, path: str, status: HTTPStatus
) -> None:
    client = await hass_client()
    answer = await client.get(f"/api/{DOMAIN}/clips/{path}")
    assert answer.status == status


@pytest.mark.parametrize("clips", [True, False])
async def test_old_clips_go_when_the_camera_is_set_up_and_later(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    listeners: list[FakeListener],
    folder: Path,
    freezer: FrozenDateTimeFactory,
    clips: bool,
) -> None:
    freezer.move_to(NOW)
    hass.config_entries.async_update_entry(entry, options={"clips": clips})
    for name in ("20261101-170000-glass", "20261124-170000-dog"):
        await hass.async_add_executor_job(write, folder, name)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert [clip.label for clip in await kept(hass, folder)] == ["dog"]
    await wait(hass, freezer, 14 * 24 * 3600)
    assert await kept(hass, folder) == []
