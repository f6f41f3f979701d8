"""Fixtures for the tests of the tools."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from tools.demo_camera.codec import Pcm
from tools.demo_camera.server import DemoCamera

MakeCamera = Callable[..., DemoCamera]


@pytest.fixture
def melody() -> Pcm:
    """Two seconds at 16 kHz that swell and glide, so that a shift in time is seen."""
    time = np.arange(32_000) / 16_000
    glide = np.sin(2 * np.pi * (300 + 200 * time) * time)
    return (0.5 * glide * np.hanning(len(time))).astype(np.float32)


@pytest.fixture
def sockets_allowed(request: pytest.FixtureRequest) -> None:
    """Lift the ban on sockets that Home Assistant's test plugin brings, where it is installed."""
    if request.config.pluginmanager.hasplugin("socket"):
        request.getfixturevalue("socket_enabled")


@pytest.fixture
def make_camera(sockets_allowed: None, melody: Pcm) -> Iterator[MakeCamera]:
    """Start cameras that play the melody eight times as fast as life; stop them at the end."""
    cameras: list[DemoCamera] = []

    def make(**options: Any) -> DemoCamera:
        camera = DemoCamera(**{"sound": melody, "speed": 8.0, **options})
        camera.start()
        cameras.append(camera)
        return camera

    yield make
    for camera in cameras:
        camera.stop()
    assert "demo-camera" not in {thread.name for thread in threading.enumerate()}
