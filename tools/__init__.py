"""Tools around the Audio Guard engine: listen, demo camera, training.

Run them from a checkout (`python -m tools.listen --help`): `audio_guard_engine` is then this checkout's engine,
whether or not a copy of it is installed.
"""

import importlib.util
import sys
from pathlib import Path

ENGINE = Path(__file__).parents[1] / "custom_components" / "audio_guard" / "engine"


def _use_this_checkouts_engine() -> None:
    """Register the engine's folder as the package `audio_guard_engine`.

    The folder's parents are never imported: they need Home Assistant.
    """
    spec = importlib.util.spec_from_file_location(
        "audio_guard_engine", ENGINE / "__init__.py", submodule_search_locations=[str(ENGINE)]
    )
    if spec is None or spec.loader is None:
        raise ImportError(f"no engine at {ENGINE}: run the tools from a full checkout")
    module = importlib.util.module_from_spec(spec)
    sys.modules["audio_guard_engine"] = module
    spec.loader.exec_module(module)


if "audio_guard_engine" not in sys.modules:
    _use_this_checkouts_engine()
