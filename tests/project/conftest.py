"""A copy of the project that a test may break."""

import shutil
from pathlib import Path

import pytest

from .project_files import NOT_OURS, ROOT

# Large, and no rule reads them.
LEFT_OUT = ("*.bin", "*.tflite", "*.pt", *NOT_OURS)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Return the root of a copy of what the rules read."""
    for name in ("custom_components", ".github", "docs", "panel", "tests"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns(*LEFT_OUT))
    for name in ("hacs.json", "LICENSE", "README.md", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path
