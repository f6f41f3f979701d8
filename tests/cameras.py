"""Demo cameras for a test: as many as it wants, all stopped at its end."""

import contextlib
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tools.demo_camera.server import DemoCamera

MakeCamera = Callable[..., DemoCamera]


def allow_sockets(request: pytest.FixtureRequest) -> None:
    """Lift the ban on sockets that Home Assistant's test plugin brings, where it is installed."""
    if request.config.pluginmanager.hasplugin("socket"):
        request.getfixturevalue("socket_enabled")


@contextlib.contextmanager
def camera_maker(request: pytest.FixtureRequest, **defaults: Any) -> Iterator[MakeCamera]:
    """Give a function that starts a camera, with these options and its own; no thread outlives the context."""
    allow_sockets(request)
    cameras: list[DemoCamera] = []

    def make(**options: Any) -> DemoCamera:
        camera = DemoCamera(**{**defaults, **options})
        camera.start()
        cameras.append(camera)
        return camera

    yield make
    for camera in cameras:
        camera.stop()
    assert "demo-camera" not in {thread.name for thread in threading.enumerate()}
