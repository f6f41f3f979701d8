"""Write a model's card.json."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from audio_guard_engine.card import SCHEMA
from audio_guard_engine.decide import ClassPolicy
from tools.runs.recipe import Recipe
from tools.runs.run_folder import write_json


def write_card(
    folder: Path,
    recipe: Recipe,
    policies: Mapping[str, ClassPolicy],
    training: Mapping[str, Any],
    metrics: Mapping[str, Any],
) -> None:
    """Write the card beside the model files that are already in the folder."""
    name = recipe.name
    card = {
        "schema": SCHEMA,
        "name": name,
        "version": recipe.version,
        "title": recipe.title,
        "license": recipe.license,
        "labels": list(recipe.labels),
        "background": recipe.background,
        "front_end": {"kind": "vggish"} | asdict(recipe.front_end),
        "files": {
            "ncnn": {
                "param": _file(folder / f"{name}.ncnn.param"),
                "bin": _file(folder / f"{name}.ncnn.bin"),
            },
            "litert": {"model": _file(folder / f"{name}.tflite")},
        },
        "decider": {label: asdict(policies[label]) for label in recipe.events},
        "training": dict(training),
        "metrics": dict(metrics),
    }
    write_json(folder / "card.json", card)


def _file(path: Path) -> dict[str, str]:
    return {"name": path.name, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
