"""A lower layer never imports a higher one, and nothing heavy comes uninvited."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ENGINE = ROOT / "custom_components/audio_guard/engine"
MODULES = ["sounds", *sorted(path.stem for path in ENGINE.glob("[a-z]*.py"))]


def modules_after(code: str) -> set[str]:
    """Return the names of all modules that a fresh interpreter holds after running some code."""
    script = f"import tools\n{code}\nimport sys\nprint(*sys.modules)"
    output = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    return set(output.split())


def test_the_whole_engine_and_listen_know_nothing_of_home_assistant() -> None:
    imports = "\n".join(f"import audio_guard_engine.{module}" for module in MODULES)
    loaded = modules_after(f"{imports}\nimport tools.listen")
    assert "audio_guard_engine.listener" in loaded
    for absent in ("homeassistant", "custom_components", "av", "ncnn", "ai_edge_litert", "torch"):
        assert not [name for name in loaded if name.partition(".")[0] == absent], absent


@pytest.mark.parametrize(
    ("module", "allowed"),
    [
        ("errors", set()),
        ("frame", set()),
        ("level", set()),
        ("backoff", set()),
        ("ring", set()),
        ("source", {"errors"}),
        ("decide", {"frame"}),
        ("card", {"decide", "errors", "frame"}),
        ("per_core", set()),
        ("logmel", {"card", "decide", "errors", "frame", "per_core"}),
        ("gate", {"card", "decide", "errors", "frame"}),
        ("scorer", {"card", "decide", "errors", "frame", "per_core"}),
        ("knock", {"errors", "source"}),
        ("capture", {"errors", "knock", "source"}),
        ("probe", {"capture", "errors", "knock", "level", "source"}),
        ("encode", {"capture", "errors", "knock", "source"}),
        ("catalogue", {"capture", "encode", "errors", "knock", "source"}),
    ],
)
def test_lower_layers_import_only_what_is_below_them(module: str, allowed: set[str]) -> None:
    loaded = modules_after(f"import audio_guard_engine.{module}")
    engine = {name.partition(".")[2] for name in loaded if name.startswith("audio_guard_engine.")}
    assert engine - {module} <= allowed
