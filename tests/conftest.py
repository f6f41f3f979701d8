"""What all suites share: the engine's import name, the recordings, and markers in the results."""

import os
from pathlib import Path

import pytest

import tools  # noqa: F401  (makes this checkout's audio_guard_engine importable)

ROOT = Path(__file__).parents[1]
SOUNDS = Path(os.environ.get("AUDIO_GUARD_SOUNDS") or ROOT.parent / "shared" / "sounds")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer to run the tests that take minutes, too."""
    parser.addoption("--long", action="store_true", help="run the tests marked `long`, too")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Note each test's markers in the JUnit file; skip what takes minutes, and what needs absent recordings."""
    too_long = pytest.mark.skip(reason="takes minutes (--long)")
    absent = pytest.mark.skip(reason="no recordings (AUDIO_GUARD_SOUNDS or ../shared/sounds)")
    for item in items:
        item.user_properties += [("marker", marker.name) for marker in item.iter_markers()]
        if item.get_closest_marker("recordings") and not SOUNDS.is_dir():
            item.add_marker(absent)
        if item.get_closest_marker("long") and not config.getoption("long"):
            item.add_marker(too_long)


@pytest.fixture(scope="session")
def sounds() -> Path:
    """Return the folder of the recordings; for tests marked `recordings`."""
    return SOUNDS
