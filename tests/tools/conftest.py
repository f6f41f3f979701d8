"""Fixtures for the tests of the tools."""

from collections.abc import Iterator

import numpy as np
import pytest

from tests.cameras import MakeCamera, allow_sockets, camera_maker
from tools.demo_camera.codec import Pcm


@pytest.fixture
def melody() -> Pcm:
    """Two seconds at 16 kHz that swell and glide, so that a shift in time is seen."""
    time = np.arange(32_000) / 16_000
    glide = np.sin(2 * np.pi * (300 + 200 * time) * time)
    return (0.5 * glide * np.hanning(len(time))).astype(np.float32)


@pytest.fixture
def sockets_allowed(request: pytest.FixtureRequest) -> None:
    """Lift the ban on sockets, for a test that starts no camera by `make_camera`."""
    allow_sockets(request)


@pytest.fixture
def make_camera(request: pytest.FixtureRequest, melody: Pcm) -> Iterator[MakeCamera]:
    """Start cameras that play the melody eight times as fast as life."""
    with camera_maker(request, sound=melody, speed=8.0) as make:
        yield make
