"""Write a model's card.json."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from audio_guard_engine.card import SCHEMA
from audio_guard_engine.decide import ClassPolicy
from tools.runs.recipe import Recipe
from tools.runs.run_folder import write_json


@dataclass(kw_only=True, slots=True)
class CardContent:
    """What a card says besides its recipe and files.

    `false_alarms`: per class [threshold, false alarms a week, their upper 95 % limit] at rising thresholds,
    as counted in `negatives_hours` hours without events.
    """

    policies: Mapping[str, ClassPolicy]
    training: dict[str, Any]
    metrics: Mapping[str, Any] = field(default_factory=dict)
    false_alarms: Mapping[str, list[list[float]]] = field(default_factory=dict)
    negatives_hours: float = 0.0


def write_card(folder: Path, recipe: Recipe, content: CardContent) -> None:
    """Write the card beside the model files that are already in the folder."""
    card = {
        "schema": SCHEMA,
        "name": recipe.name,
        "version": recipe.version,
        "title": recipe.title,
        "license": recipe.license,
        "labels": list(recipe.labels),
        "background": recipe.background,
        "front_end": {"kind": "vggish"} | asdict(recipe.front_end),
        "files": _files(folder, recipe.name),
        "decider": {label: asdict(content.policies[label]) for label in recipe.events},
        "false_alarms": dict(content.false_alarms),
        "negatives_hours": content.negatives_hours,
        "training": content.training,
        "metrics": dict(content.metrics),
    }
    write_json(folder / "card.json", card)


def int8_file(folder: Path, name: str) -> Path:
    """Return where a model's 8-bit file is, if it has one."""
    return folder / f"{name}.int8.tflite"


def _files(folder: Path, name: str) -> dict[str, dict[str, dict[str, str]]]:
    """Return the entries of the files of each runtime; only what is there is listed of int8."""
    litert = {"model": folder / f"{name}.tflite"}
    if (small := int8_file(folder, name)).is_file():
        litert["int8"] = small
    ncnn = {"param": folder / f"{name}.ncnn.param", "bin": folder / f"{name}.ncnn.bin"}
    return {
        runtime: {role: _file(path) for role, path in roles.items()}
        for runtime, roles in (("ncnn", ncnn), ("litert", litert))
    }


def _file(path: Path) -> dict[str, str]:
    return {"name": path.name, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
