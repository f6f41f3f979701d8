"""Run the demo camera as a process of its own, as a camera is: it can be killed and started again."""

import asyncio
import contextlib
import os
import signal
import sys

from scripts.home_process import ROOT, free_port

# Rendering the scene takes a second or two.
START_SECONDS = 60.0
STOP_SECONDS = 5.0


class CameraProcess:
    """The demo camera at one address, which stays the same over restarts."""

    def __init__(self, *options: str, port: int = 0) -> None:
        """Take more options of `python -m tools.demo_camera`."""
        self.port = free_port(port)
        self.url = f"rtsp://127.0.0.1:{self.port}/live"
        self.timetable: list[str] = []
        self._options = options
        self._process: asyncio.subprocess.Process | None = None
        self._reader: asyncio.Task[bytes] | None = None

    async def start(self) -> None:
        """Start it and wait until it plays; raises `RuntimeError` with what it said."""
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "tools.demo_camera", "--port", str(self.port), *self._options),
            cwd=ROOT,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
        )
        assert self._process.stdout is not None
        said: list[str] = []
        async with asyncio.timeout(START_SECONDS):
            while line := (await self._process.stdout.readline()).decode(errors="replace"):
                if " plays at " in line:
                    self.timetable = said
                    self._reader = asyncio.create_task(self._process.stdout.read())
                    return
                said.append(line.rstrip())
        await self.stop()
        raise RuntimeError("The demo camera does not start:\n" + "\n".join(said))

    async def stop(self) -> None:
        """Ask it to stop."""
        await self._end(signal.SIGTERM)

    async def kill(self) -> None:
        """End it as a power cut would."""
        await self._end(signal.SIGKILL)

    async def _end(self, number: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        try:
            await asyncio.wait_for(process.wait(), STOP_SECONDS)
        except TimeoutError:
            os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
        if self._reader is not None:
            await self._reader
