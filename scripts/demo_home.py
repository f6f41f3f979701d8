"""Show Audio Guard in a real Home Assistant: `scripts/demo` runs this in the environment that it has set up.

Starts the demo camera (unless the visitor brings one) and a fresh Home Assistant, adds the camera to it, then writes a
line for every sound until it is interrupted.
"""

import argparse
import asyncio
import contextlib
import secrets
import shutil
import signal
import sys
from datetime import datetime
from pathlib import Path

from scripts.camera_process import CameraProcess
from scripts.demo_dashboard import add_dashboard
from scripts.home_client import HomeClient, HomeError, Json
from scripts.home_process import ROOT, USERNAME, HomeProcess

FOLDER = ROOT / ".demo"


def main() -> None:
    """Run the demo until Ctrl-C or a signal."""
    try:
        asyncio.run(_run_until_signaled(_options()))
    except asyncio.CancelledError:
        _say("stopped")
    except (HomeError, RuntimeError, TimeoutError) as error:
        sys.exit(f"error: {error}")


def _options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="scripts/demo",
        description="Listen to a camera with Audio Guard in a real Home Assistant.",
        epilog="Without --rtsp or --sound, a demo camera plays a synthesized scene.",
    )
    source = parser.add_mutually_exclusive_group()
    source.add_argument("--rtsp", metavar="URL", help="listen to this camera, not to the demo's")
    source.add_argument("--sound", type=Path, metavar="FILE", help="let the demo camera play this")
    parser.add_argument("--port", type=int, default=8123, help="Home Assistant's (%(default)s)")
    options = parser.parse_args()
    if options.sound and not options.sound.is_file():
        parser.error(f"there is no file {options.sound}")
    return options


async def _run_until_signaled(options: argparse.Namespace) -> None:
    """Run the demo; the first signal ends it in order, more of them change nothing."""
    running = asyncio.ensure_future(_demo(options))
    ended = False

    def end() -> None:
        nonlocal ended
        if not ended:
            ended = True
            _say("stopping")
            running.cancel()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, end)
    await running


async def _demo(options: argparse.Namespace) -> None:
    """Start everything and follow the sounds; stop everything however that ends."""
    async with contextlib.AsyncExitStack() as stack:
        url, timetable = options.rtsp, []
        if url is None:
            sound = ["--sound", str(options.sound.resolve())] if options.sound else []
            camera = CameraProcess(*sound, port=8554)
            stack.push_async_callback(camera.stop)
            _say("starting the demo camera")
            await camera.start()
            url, timetable = camera.url, camera.timetable

        shutil.rmtree(FOLDER, ignore_errors=True)
        home = HomeProcess(FOLDER, password=secrets.token_urlsafe(8), port=options.port)
        stack.push_async_callback(home.stop)
        _say("starting Home Assistant (the first time takes longest)")
        client = await home.start()
        stack.push_async_callback(client.close)

        _say("adding the camera")
        await _add_camera(client, url, "Camera" if options.rtsp else "Demo camera")
        path = await add_dashboard(client)
        _introduce(home, path, timetable)
        await _follow_sounds(client)
        await client.closed()
        raise RuntimeError(f"Home Assistant has ended:\n{home.log[-2000:]}")


async def _add_camera(client: HomeClient, url: str, name: str) -> None:
    """Add the camera as a person would in the dialog; raises `HomeError` with the dialog's words."""
    form = await client.start_flow("audio_guard", "url")
    result = await client.finish_flow(form, {"name": name, "url": url, "transport": "tcp"})
    if result["type"] == "create_entry":
        return
    texts = await client.command(
        "frontend/get_translations", language="en", category="config", integration=["audio_guard"]
    )
    keys = [f"error.{key}" for key in (result.get("errors") or {}).values()]
    keys = keys or [f"abort.{result['reason']}"]
    said = [texts["resources"].get(f"component.audio_guard.config.{key}", key) for key in keys]
    raise HomeError(" ".join(said).format_map(result.get("description_placeholders") or {}))


async def _follow_sounds(client: HomeClient) -> None:
    """Print a line whenever a sound starts or ends, and when the camera is lost or back."""
    sensors = {
        entry["entity_id"]: entry["translation_key"]
        for entry in await client.command("config/entity_registry/list")
        if entry["platform"] == "audio_guard" and entry["entity_id"].startswith("binary_sensor.")
    }

    def heard(sound: Json) -> None:
        _note(f"{sound['class']:<9} on   {sound['score']:.2f}")

    def changed(change: Json) -> None:
        before, now = change["old_state"], change["new_state"]
        key = sensors.get(change["entity_id"])
        if key is None or not before or not now or before["state"] == now["state"]:
            return
        if now["attributes"].get("device_class") == "connectivity":
            reason = now["attributes"].get("reason")
            _note("camera    heard" if now["state"] == "on" else f"camera    lost: {reason}")
        elif (before["state"], now["state"]) == ("on", "off"):
            _note(f"{key:<9} off")

    await client.listen("audio_guard_sound", heard)
    await client.listen("state_changed", changed)


def _introduce(home: HomeProcess, path: str, timetable: list[str]) -> None:
    """Say where it runs and what to look at."""
    print(f"""
  Home Assistant   {home.url}{path}
  user             {USERNAME}
  password         {home.password}

  Look at: the tiles under "Heard now" as the sounds come, the history beside them, the logbook.
  Try: drag a threshold to 1.00, and its sound is heard no more; Settings > Devices shows all the entities.
""")
    if timetable:
        print("  The camera plays, again and again from the moment it is opened:")
        print(*(f"    {line}" for line in timetable), sep="\n")
        print()
    print("  What is heard follows here; Ctrl-C stops everything.", flush=True)


def _say(text: str) -> None:
    print(f"==> {text}", flush=True)


def _note(text: str) -> None:
    print(f"{datetime.now().astimezone():%H:%M:%S}  {text}", flush=True)


if __name__ == "__main__":
    main()
