"""Run GStreamer's RTSP server, where the distribution has it."""

import contextlib
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

SERVER = Path(__file__).parent / "gstreamer_server.py"
PYTHON = "/usr/bin/python3"  # the distribution's, to which python3-gi belongs


@contextlib.contextmanager
def gstreamer_server(*arguments: str) -> Iterator[int]:
    """Serve while the context lasts; return the port. Skips the test where GStreamer's server is not installed."""
    check = "import gi; gi.require_version('GstRtspServer', '1.0')"
    try:
        installed = (
            subprocess.run([PYTHON, "-c", check], capture_output=True, check=False).returncode == 0
        )
    except OSError:
        installed = False
    if not installed:
        pytest.skip("no GStreamer RTSP server (Debian: gir1.2-gst-rtsp-server-1.0 python3-gi)")
    command = [PYTHON, str(SERVER), *arguments]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        try:
            yield int(server.stdout.readline())
        finally:
            server.kill()
