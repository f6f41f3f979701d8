"""An installation that is broken says so, and Home Assistant goes on."""

import shutil
from pathlib import Path

import pytest

from audio_guard_engine.card import DEFAULT_MODEL
from scripts.camera_process import CameraProcess
from scripts.home_process import COMPONENT, HomeProcess

from .conftest import CAMERA_PASSWORD, CAMERA_USER

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_corrupt_model_is_named_and_a_good_one_is_used_at_the_next_try(
    camera: CameraProcess, tmp_path: Path
) -> None:
    component = Path(shutil.copytree(COMPONENT, tmp_path / "component"))
    files = [*(component / "models" / DEFAULT_MODEL).glob(f"{DEFAULT_MODEL}.*")]
    good = {file: file.read_bytes() for file in files}
    for file, content in good.items():
        file.write_bytes(content[: len(content) // 2])
    home = HomeProcess(tmp_path / "config", password="correct horse", component=component)
    client = await home.start()
    try:
        answers = {
            "url": camera.url,
            "username": CAMERA_USER,
            "password": CAMERA_PASSWORD,
            "transport": "tcp",
        }
        refused = await client.continue_flow(await client.start_flow("audio_guard", "url"), answers)
        assert (refused["type"], refused["reason"]) == ("abort", "model_broken")
        assert "install the model again" in refused["description_placeholders"]["error"]
        for file, content in good.items():
            file.write_bytes(content)
        added = await client.finish_flow(await client.start_flow("audio_guard", "url"), answers)
        assert added["type"] == "create_entry"
    finally:
        await client.close()
        await home.stop()


async def test_a_missing_runtime_is_named(camera: CameraProcess, tmp_path: Path) -> None:
    for runtime in ("ncnn", "ai_edge_litert"):
        (tmp_path / "broken" / runtime).mkdir(parents=True)
        (tmp_path / "broken" / runtime / "__init__.py").write_text("raise ImportError('no libc')\n")
    home = HomeProcess(
        tmp_path / "config",
        password="correct horse",
        environment={"PYTHONPATH": str(tmp_path / "broken")},
    )
    client = await home.start()
    try:
        form = await client.start_flow("audio_guard", "url")
        refused = await client.continue_flow(form, {"url": camera.url, "transport": "tcp"})
        assert (refused["type"], refused["reason"]) == ("abort", "runtime_missing")
        assert "pip install ncnn" in refused["description_placeholders"]["error"]
        assert await client.states()
    finally:
        await client.close()
        await home.stop()
