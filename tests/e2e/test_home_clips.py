"""A clip of a real detection, fetched as the frontend fetches it."""

import csv
import io
from pathlib import Path

import av
import pytest

from scripts.home_client import HomeClient

from .conftest import Heard, Listening
from .test_home_actions import call

pytestmark = pytest.mark.asyncio(loop_scope="session")

# The demo camera starts its scene anew after 82 s.
SCENE_SECONDS = 82.0
# Five seconds after the detection, and two for sound that comes late.
WRITTEN_SECONDS = 30.0


async def test_a_detection_can_be_listened_to_marked_and_exported(
    client: HomeClient, heard: Heard, listening: Listening
) -> None:
    sounds = len(heard.sounds)

    def heard_with_a_clip() -> bool:
        return any("clip_media" in sound for sound in heard.sounds_of(listening, since=sounds))

    await heard.until(heard_with_a_clip, 2 * SCENE_SECONDS)
    found = next(each for each in heard.sounds_of(listening, sounds) if "clip_media" in each)
    camera = found["clip_media"].rpartition("/")[0]

    def after(changes: int) -> bool:
        return len(heard.changes) > changes

    shown: list[str] = []
    for _ in range(20):
        listed = await client.command("media_source/browse_media", media_content_id=camera)
        shown = [child["media_content_id"] for child in listed["children"]]
        if found["clip_media"] in shown:
            break
        changes = len(heard.changes)
        await heard.until(lambda changes=changes: after(changes), WRITTEN_SECONDS)
    assert found["clip_media"] in shown
    media = await client.command("media_source/resolve_media", media_content_id=found["clip_media"])
    assert media["mime_type"] == "audio/flac"
    with av.open(io.BytesIO(await client.download(media["url"]))) as container:
        samples = sum(frame.samples for frame in container.decode(audio=0))
    assert 5.0 < samples / 16_000 < 10.5
    entry_id, name = found["clip_media"].split("/")[-2:]
    marked = await client.command(
        "audio_guard/clips/mark", entry_id=entry_id, name=name, verdict="right"
    )
    assert marked["mark"]["verdict"] == "right"
    exported = await call(client, "export_labelled")
    assert exported["sounds"][found["class"]]["clips"] == 1
    catalogue = Path(exported["folder"]) / "catalogue.csv"
    with catalogue.open(newline="", encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    assert {row["label"] for row in rows} == {found["class"]}
    for row in rows:
        assert float(row["seconds"]) >= 0.96
        assert (catalogue.parent / row["path"]).stat().st_size > 0
