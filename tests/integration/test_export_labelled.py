"""Marked clips become a data set: at their true level, cut to where the sound is, whole or not at all."""

import csv
import errno
from collections import defaultdict
from pathlib import Path
from typing import Any
from unittest.mock import patch

import av
import numpy as np
import pytest
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError, Unauthorized
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    MockUser,
    async_mock_service,
)

from custom_components.audio_guard.clips import all_clips_folder, media_id
from custom_components.audio_guard.const import DOMAIN
from custom_components.audio_guard.labelled_clips import LeftOut

from .automations import automate
from .conftest import FakeListener
from .marked_clips import HOP_SECONDS, RATE_HZ, SECONDS, TONE, marked, write_marked
from .test_actions import documented

# The sound is in the hops whose windows end at 4.8 and 5.28 s, and again at 7.2 s.
BARKS = {9: 0.7, 10: 0.9, 14: 0.5, 16: 0.4}
PIECES = {"1": (4.8 - 0.96, 5.28), "2": (7.2 - 0.96, 7.2)}


@pytest.fixture(autouse=True)
def own_folder(hass: HomeAssistant, tmp_path: Path) -> None:
    """Keep clips where the test ends."""
    hass.config.config_dir = str(tmp_path)


@pytest.fixture
async def clips(hass: HomeAssistant, listener: FakeListener) -> Path:
    """Return the folder of all cameras' clips; a second camera is not set up."""
    MockConfigEntry(domain=DOMAIN, title="Hall", entry_id="hall").add_to_hass(hass)
    return all_clips_folder(hass)


async def write(hass: HomeAssistant, folder: Path, name: str, *arguments: Any, **mark: Any) -> None:
    await hass.async_add_executor_job(lambda: write_marked(folder, name, *arguments, **mark))


async def export(hass: HomeAssistant, **data: Any) -> dict[str, Any]:
    answer = await hass.services.async_call(
        DOMAIN, "export_labelled", data, blocking=True, return_response=True
    )
    assert isinstance(answer, dict)
    return answer


async def rows(hass: HomeAssistant, answer: dict[str, Any]) -> list[dict[str, str]]:
    """Return the lines of the catalogue."""

    def read() -> list[dict[str, str]]:
        with (Path(answer["folder"]) / "catalogue.csv").open(newline="") as lines:
            return list(csv.DictReader(lines))

    return await hass.async_add_executor_job(read)


def sound_of(path: Path) -> np.ndarray:
    with av.open(str(path)) as file:
        assert file.streams.audio[0].rate == RATE_HZ
        return np.concatenate([frame.to_ndarray()[0] for frame in file.decode(audio=0)])


async def test_pieces_with_the_sound_at_its_true_level(hass: HomeAssistant, clips: Path) -> None:
    name = "20261125-170000-dog"
    await write(hass, clips / "kitchen", name, {"dog": BARKS}, mark=marked("right"))
    answer = await export(hass)
    listed = await rows(hass, answer)
    assert [row["path"] for row in listed] == [f"kitchen-{name}-{n}.flac" for n in PIECES]
    for row, (start, stop) in zip(listed, PIECES.values(), strict=True):
        assert (row["label"], row["split"], row["group"]) == ("dog", "", name)
        pcm = await hass.async_add_executor_job(sound_of, Path(answer["folder"]) / row["path"])
        assert float(row["seconds"]) == pytest.approx(stop - start, abs=0.01)
        expected = TONE[round(start * RATE_HZ) : round(stop * RATE_HZ)]
        assert len(pcm) == len(expected)
        # What is kept is louder by 29 dB; its gain is noted to a tenth.
        assert np.abs(pcm - expected.astype(int)).max() <= 8
    assert answer["sounds"] == {
        "dog": {"clips": 1, "files": 2, "seconds": 2.4, "occasions": 1},
    }
    assert answer["too_few"] == ["dog", "others"]
    assert answer["left_out"] == {}


async def test_what_a_wrong_clip_was_is_where_the_announced_sound_was(
    hass: HomeAssistant, clips: Path
) -> None:
    name = "20261125-170000-dog"
    scores = {"dog": BARKS, "cry": {3: 0.9}}
    await write(hass, clips / "kitchen", name, scores, mark=marked("wrong", "cry"))
    listed = await rows(hass, await export(hass))
    assert {row["label"] for row in listed} == {"cry"}
    assert [float(row["seconds"]) for row in listed] == pytest.approx([1.44, 0.96], abs=0.01)


async def test_a_clip_with_none_of_the_sounds_is_taken_whole(
    hass: HomeAssistant, clips: Path
) -> None:
    name = "20261125-170000-dog"
    await write(hass, clips / "kitchen", name, {"dog": BARKS}, mark=marked("wrong", "others"))
    (row,) = await rows(hass, await export(hass))
    assert (row["label"], float(row["seconds"])) == ("others", SECONDS)


async def test_what_else_was_announced_in_a_clip_is_not_taken_for_nothing(
    hass: HomeAssistant, clips: Path
) -> None:
    name = "20261125-170000-dog"
    scores = {"dog": {2: 0.9}, "glass": {15: 0.9}}
    classes = ("dog", "glass")
    await write(
        hass, clips / "kitchen", name, scores, classes=classes, mark=marked("wrong", "others")
    )
    (row,) = await rows(hass, await export(hass))
    assert float(row["seconds"]) == pytest.approx(2 * HOP_SECONDS)


async def test_what_is_left_out_is_counted_and_why(hass: HomeAssistant, clips: Path) -> None:
    marks = [None, marked("unsure"), marked("wrong"), marked("wrong"), marked("right"), {"at": "x"}]
    for minute, mark in enumerate(marks):
        name = f"20261125-17{minute:02}00-dog"
        await write(hass, clips / "kitchen", name, {"dog": BARKS}, mark=mark)
    broken = "20261125-180000-dog"
    await write(hass, clips / "kitchen", broken, {"dog": BARKS}, mark=marked("right"))
    sound = clips / "kitchen" / f"{broken}.flac"
    await hass.async_add_executor_job(sound.write_bytes, b"no sound")
    await write(hass, clips / "gone", "20261125-170000-dog", {"dog": BARKS}, mark=marked("right"))
    answer = await export(hass)
    assert answer["left_out"] == {
        "unmarked": 1,
        "unsure": 1,
        "wrong_without_sound": 2,
        "unreadable": 2,
    }
    assert answer["sounds"]["dog"]["clips"] == 1
    answer = await export(hass, unnamed_as_others=True)
    assert answer["left_out"] == {"unmarked": 1, "unsure": 1, "unreadable": 2}
    assert answer["sounds"]["others"]["clips"] == 2


async def test_what_is_heard_in_one_go_is_one_group_whatever_camera_heard_it(
    hass: HomeAssistant, clips: Path
) -> None:
    heard = {
        "kitchen": ["170000", "175900", "200000"],  # 18:00:30 is between hall's and this one's
        "hall": ["170005", "180030", "181000", "230000"],
    }
    for camera, times in heard.items():
        for time in times:
            name = f"20261125-{time}-dog"
            await write(hass, clips / camera, name, {"dog": {9: 0.9}}, mark=marked("right"))
    answer = await export(hass)
    groups = defaultdict(list)
    for row in await rows(hass, answer):
        groups[row["group"]].append(row["path"].split("-")[0] + row["path"].split("-")[2])
    assert list(groups.values()) == [
        ["kitchen170000", "hall170005"],
        ["kitchen175900", "hall180030", "hall181000"],
        ["kitchen200000"],
        ["hall230000"],
    ]
    assert answer["sounds"]["dog"]["occasions"] == 4
    assert answer["too_few"] == ["others"]


async def test_nothing_to_export_is_said(hass: HomeAssistant, clips: Path, tmp_path: Path) -> None:
    with pytest.raises(ServiceValidationError, match="no clip to export: mark some"):
        await export(hass)
    name = "20261125-170000-dog"
    await write(hass, clips / "kitchen", name, {"dog": BARKS}, mark=marked("right"))
    sound = clips / "kitchen" / f"{name}.flac"
    await hass.async_add_executor_job(sound.unlink)
    with pytest.raises(ServiceValidationError, match="no clip to export: mark some"):
        await export(hass)
    assert list((tmp_path / DOMAIN / "export").iterdir()) == []


async def test_a_full_disk_leaves_nothing(hass: HomeAssistant, clips: Path, tmp_path: Path) -> None:
    name = "20261125-170000-dog"
    await write(hass, clips / "kitchen", name, {"dog": BARKS}, mark=marked("right"))
    write_bytes = Path.write_bytes

    def fill_up(path: Path, content: bytes) -> int:
        if not path.name.endswith("-2.flac"):
            return write_bytes(path, content)
        raise OSError(errno.ENOSPC, "No space left on device")

    exports = tmp_path / DOMAIN / "export"
    with (
        patch.object(Path, "write_bytes", fill_up),
        pytest.raises(HomeAssistantError, match=r"export can't be written: No space left"),
    ):
        await export(hass)
    assert list(exports.iterdir()) == []


async def test_what_a_crash_left_goes_and_older_exports_stay(
    hass: HomeAssistant, clips: Path, tmp_path: Path, freezer: Any
) -> None:
    name = "20261125-170000-dog"
    await write(hass, clips / "kitchen", name, {"dog": BARKS}, mark=marked("right"))
    exports = tmp_path / DOMAIN / "export"
    unfinished = exports / ".making-20261124"
    await hass.async_add_executor_job(unfinished.mkdir, 0o777, True)
    first, second = await export(hass), await export(hass)  # within one second
    assert {path.name for path in exports.iterdir()} == {
        Path(answer["folder"]).name for answer in (first, second)
    }
    assert first["folder"] != second["folder"]


async def test_only_administrators_export(
    hass: HomeAssistant, clips: Path, hass_read_only_user: MockUser
) -> None:
    with pytest.raises(Unauthorized):
        await hass.services.async_call(
            DOMAIN,
            "export_labelled",
            {},
            blocking=True,
            context=Context(user_id=hass_read_only_user.id),
        )


async def test_the_documented_examples_run(hass: HomeAssistant, clips: Path) -> None:
    *_, mark, answer, collect = documented()
    for hour in range(3):
        name = f"20261125-1{hour}0000-dog"
        await write(hass, clips / "kitchen", name, {"dog": BARKS}, mark=marked("right"))
        other = f"20261124-1{hour}0000-dog"
        await write(hass, clips / "kitchen", other, {"dog": BARKS})
        hass.states.async_set(
            "event.kitchen_sound", "now", {"clip_media": media_id("kitchen", other)}
        )
        assert await async_setup_component(hass, "script", {"script": {"mark": mark}})
        await hass.services.async_call("script", "mark", blocking=True)
    notices = async_mock_service(hass, "persistent_notification", "create")
    await automate(hass, collect)
    everything = {"entity_id": "all"}
    await hass.services.async_call("automation", "trigger", everything, blocking=True)
    (notice,) = notices
    folder = notice.data["message"].removeprefix("There is enough to train a model with, in ")
    assert await hass.async_add_executor_job(Path(folder[:-1]).is_dir)
    await hass.services.async_call("automation", "turn_off", everything, blocking=True)
    given = await export(hass)
    assert set(answer) == set(given)
    assert {frozenset(of) for of in answer["sounds"].values()} == {
        frozenset(of) for of in given["sounds"].values()
    }
    assert set(answer["left_out"]) < {reason.value for reason in LeftOut}


async def test_no_camera_is_named(hass: HomeAssistant, clips: Path) -> None:
    name = "20261125-170000-dog"
    await write(hass, clips / "kitchen", name, {"dog": BARKS}, mark=marked("right"))
    answer = await export(hass)
    text = await hass.async_add_executor_job((Path(answer["folder"]) / "catalogue.csv").read_text)
    for secret in ("Kitchen", "192.0.2.7", "T0KEN", "hunter2"):
        assert secret not in text
