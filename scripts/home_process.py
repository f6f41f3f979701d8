"""Run a real Home Assistant: a config folder with the least that the integration needs, and the process.

For the demo and the end-to-end tests, in the environment that holds Home Assistant (.venv/ha).
"""

import asyncio
import contextlib
import json
import os
import signal
import socket
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scripts.home_client import HomeClient

ROOT = Path(__file__).parents[1]
COMPONENT = ROOT / "custom_components" / "audio_guard"
USERNAME = "demo"

# Starting takes 5 s on a laptop, much longer on a machine that compiles every module anew.
START_SECONDS = 180.0
# Home Assistant gives its integrations up to two minutes to stop; ours needs one second.
STOP_SECONDS = 30.0

CONFIGURATION = """\
homeassistant:
  name: Audio Guard
  latitude: 51.4779
  longitude: -0.0015
  elevation: 45
  unit_system: metric
  time_zone: UTC
  country: GB
  media_dirs:
    local: {media}
api:
automation: !include automations.yaml
config:
frontend:
history:
logbook:
logger:
  default: warning
  logs:
    custom_components.audio_guard: {log_level}
media_source:
stream:
websocket_api:
"""

# Done beforehand: it would add weather, radio and speech services that reach out to the internet.
ONBOARDED: Mapping[str, Any] = {"done": ["core_config"]}


def http_config(port: int) -> Mapping[str, Any]:
    """Return the HTTP server's settings as if confirmed: those in YAML are on trial and end in a restart."""
    confirmed = {
        "server_host": ["127.0.0.1"],
        "server_port": port,
        "cors_allowed_origins": [],
        "login_attempts_threshold": -1,
        "ip_ban_enabled": True,
        "ssl_profile": "intermediate_v6",
        "use_x_frame_options": True,
        "created_at": "2026-01-01T00:00:00+00:00",
        "error": None,
        "error_message": None,
    }
    return {"stable": confirmed, "pending": None, "yaml_migration_done": True}


def free_port(wanted: int = 0) -> int:
    """Return the wanted port if it is free on this machine, else another that is."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                probe.bind(("127.0.0.1", port))
                return int(probe.getsockname()[1])
    raise OSError("no free port")


class HomeProcess:
    """A Home Assistant of our own in a folder, and a client that is logged in."""

    def __init__(
        self,
        folder: Path,
        *,
        password: str,
        port: int = 0,
        log_level: str = "info",
        more_configuration: str = "",
        component: Path = COMPONENT,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """Take a folder that is not there yet; it will hold passwords in the clear.

        `component` is the integration to run, `environment` is added to the process's own.
        """
        self.folder = folder
        self.password = password
        self.port = free_port(port)
        self.url = f"http://127.0.0.1:{self.port}"
        self.media = folder / "media"
        self._configuration = more_configuration + CONFIGURATION.format(
            log_level=log_level, media=self.media
        )
        self._component = component
        self._environment = environment or {}
        self._process: asyncio.subprocess.Process | None = None

    @property
    def log(self) -> str:
        """What Home Assistant has printed and logged so far."""
        return (self.folder / "console.log").read_text(encoding="utf-8", errors="replace")

    async def start(self) -> HomeClient:
        """Start, create the user and return a client; raises `RuntimeError` with the log's end."""
        self._write_config()
        with (self.folder / "console.log").open("wb") as console:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                *("-m", "homeassistant", "--config", str(self.folder), "--log-no-color"),
                cwd=self.folder,
                env={**os.environ, **self._environment},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=console,
                stderr=asyncio.subprocess.STDOUT,
                start_new_session=True,
            )
        client = HomeClient(self.url)
        try:
            async with asyncio.timeout(START_SECONDS):
                await self._wait_until_it_answers(client)
                await client.onboard(USERNAME, self.password)
                await client.connect()
                await client.wait_until_running()
        except BaseException:
            await client.close()
            await self.stop()
            raise
        return client

    async def stop(self) -> None:
        """Stop it, with everything that it started."""
        process, self._process = self._process, None
        if process is None:
            return
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), STOP_SECONDS)
        # The group outlives its leader if that left a child behind.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()

    def _write_config(self) -> None:
        """Make the config folder, with the integration of this checkout linked in."""
        self.folder.mkdir(mode=0o700)
        self.media.mkdir()
        (self.folder / "configuration.yaml").write_text(self._configuration, encoding="utf-8")
        (self.folder / "automations.yaml").write_text("[]\n", encoding="utf-8")
        storage = self.folder / ".storage"
        storage.mkdir()
        _store(storage, "onboarding", 4, ONBOARDED)
        _store(storage, "http", 3, http_config(self.port))
        components = self.folder / "custom_components"
        components.mkdir()
        (components / "audio_guard").symlink_to(self._component)

    async def _wait_until_it_answers(self, client: HomeClient) -> None:
        """Wait for the HTTP server; raises `RuntimeError` when the process ends instead."""
        assert self._process is not None
        while not await client.answers():
            if self._process.returncode is not None:
                raise RuntimeError(f"Home Assistant ended at its start:\n{self.log[-4000:]}")
            await asyncio.sleep(0.2)


def _store(storage: Path, key: str, version: int, data: Mapping[str, Any]) -> None:
    """Write one of the files in which Home Assistant keeps what is not in its YAML."""
    content = {"version": version, "minor_version": 1, "key": key, "data": data}
    (storage / key).write_text(json.dumps(content), encoding="utf-8")
