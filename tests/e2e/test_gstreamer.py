"""An RTSP server that is not the project's own, in a real Home Assistant."""

import wave
from pathlib import Path

import numpy as np
import pytest

from scripts.home_client import HomeClient
from tests.gstreamer import gstreamer_server
from tools.demo_camera.scene import sound

from .conftest import CAMERA_PASSWORD, CAMERA_USER, Heard, add_camera

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.gstreamer]

HEARING_SECONDS = 60.0


def write_cries(path: Path) -> Path:
    """Write half a minute of a crying baby."""
    pcm = np.resize(sound("cry", seed=0), 30 * 16_000)
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 16_000, 0, "NONE", ""))
        file.writeframes((pcm.clip(-1, 1) * 32_767).astype("<i2").tobytes())
    return path


@pytest.mark.parametrize("path", ["/pcma", "/aac", "/opus"])
async def test_hears_a_baby_and_loses_it_with_the_server(
    client: HomeClient, heard: Heard, tmp_path: Path, path: str
) -> None:
    cries = str(write_cries(tmp_path / "cries.wav"))
    login = ("--user", CAMERA_USER, "--password", CAMERA_PASSWORD)
    answers = {"username": CAMERA_USER, "password": CAMERA_PASSWORD, "transport": "tcp"}
    with gstreamer_server(cries, *login) as port:
        added = await add_camera(
            client, "url", {"url": f"rtsp://127.0.0.1:{port}{path}", **answers}
        )
        cry = added.entity("binary_sensor", "cry")
        await heard.until(lambda: "on" in heard.states_of(cry), HEARING_SECONDS)
    await heard.until(lambda: heard.states_of(cry)[-1] == "unavailable", HEARING_SECONDS)
    await client.request("delete", f"/api/config/config_entries/entry/{added.entry_id}")


@pytest.mark.parametrize(
    ("path", "changes", "errors"),
    [
        ("/mute", {}, {"base": "no_audio"}),
        ("/attic", {}, {"url": "not_found"}),
        ("/pcmu", {"password": "wrong"}, {"base": "unauthorized"}),
    ],
)
async def test_dialog_says_what_is_wrong(
    client: HomeClient, path: str, changes: dict[str, str], errors: dict[str, str]
) -> None:
    with gstreamer_server("--user", CAMERA_USER, "--password", CAMERA_PASSWORD) as port:
        form = await client.start_flow("audio_guard", "url")
        answers = {
            "username": CAMERA_USER,
            "password": CAMERA_PASSWORD,
            "transport": "tcp",
            **changes,
        }
        result = await client.continue_flow(
            form, {"url": f"rtsp://127.0.0.1:{port}{path}", **answers}
        )
        await client.close_flow(form)
    assert result["errors"] == errors
