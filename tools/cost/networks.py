"""The networks that are timed: the models that ship, and what others run, rebuilt with random weights.

Weights don't matter for the time that a network takes; shapes do.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from torch import Tensor, nn

from audio_guard_engine.card import FrontEnd, Model, ModelFile
from audio_guard_engine.scorer import Runtime, Scorer, load_scorer
from tools.cost.gpu import gpu_throughput
from tools.cost.macs import Work, count_work
from tools.measures.runtimes import INT8
from tools.networks.convert import write_litert
from tools.networks.network_kinds import build_network, input_shape
from tools.runs.recipe import Recipe, read_recipe
from tools.runs.run_folder import ROOT, recipe_place

PAPER = "vggish_scratch"
YAMNET_LABELS = 521
# YAMNet's separable layers (Plakal and Ellis 2020, after Howard et al. 2017): width and stride of each.
SEPARABLE = (
    (64, 1),
    (128, 2),
    (128, 1),
    (256, 2),
    (256, 1),
    (512, 2),
    *((512, 1),) * 5,
    (1024, 2),
    (1024, 1),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Reference:
    """A network that others run, ready to score, and what it has to compute."""

    scorer: Scorer
    front_end: FrontEnd
    work: Work


class YamnetSizedNetwork(nn.Module):
    """MobileNetV1 on a patch of 96 x 64, as large as YAMNet: 69 M multiplies, 3.7 M weights."""

    def __init__(self) -> None:
        """Build the layers with random weights."""
        super().__init__()
        layers, before = [_convolution(1, 32, 3, 2)], 32
        for width, stride in SEPARABLE:
            layers += [
                _convolution(before, before, 3, stride, groups=before),
                _convolution(before, width, 1, 1),
            ]
            before = width
        self.features = nn.Sequential(*layers)
        self.classify = nn.Linear(before, YAMNET_LABELS)

    def forward(self, patches: Tensor) -> Tensor:
        """Return logits (n, 521) of patches (n, 1, frames, bands)."""
        logits: Tensor = self.classify(self.features(patches).mean((2, 3)))
        return logits


def _convolution(before: int, after: int, kernel: int, stride: int, groups: int = 1) -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(before, after, kernel, stride, kernel // 2, groups=groups, bias=False),
        nn.BatchNorm2d(after),
        nn.ReLU(),
    )


def model_scorers(model: Model) -> dict[str, Scorer]:
    """Load a model on both processor runtimes, in 8 bits too where there is such a file."""
    scorers = {
        "ncnn": load_scorer(model, Runtime.NCNN),
        "LiteRT f32": load_scorer(model, Runtime.LITERT),
    }
    small = ROOT / "models" / model.name / f"{model.name}.{INT8}.tflite"
    if small.is_file():
        scorers["LiteRT int8"] = load_scorer(_with_file(model, small), Runtime.LITERT)
    return scorers


def model_work(model: Model) -> Work:
    """Count what a released model has to compute, by its recipe."""
    network, shape = _rebuilt(model)
    return count_work(network, (1, *shape))


def model_on_gpu(model: Model) -> dict[str, Any] | None:
    """Return what a GPU does with a released model; None where there is none."""
    return gpu_throughput(*_rebuilt(model))


def _rebuilt(model: Model) -> tuple[nn.Module, tuple[int, ...]]:
    """Build a released model's network by its recipe; return it and the shape of its input."""
    recipe = read_recipe(ROOT / recipe_place(model.name))
    return build_network(recipe), (1, *input_shape(recipe))


def paper_reference(model: Model, cache: Path) -> Reference:
    """Return the paper's VGGish with its classifier, whole, in TFLite."""
    recipe = read_recipe(ROOT / recipe_place(PAPER))
    return _reference(model, recipe, build_network(recipe), cache / f"{PAPER}.tflite")


def yamnet_reference(model: Model, cache: Path) -> Reference:
    """Return a network of YAMNet's size in TFLite."""
    like = read_recipe(ROOT / recipe_place(PAPER))
    labels = tuple(str(number) for number in range(YAMNET_LABELS))
    recipe = replace(like, name="yamnet_sized", head="sigmoid", labels=labels)
    return _reference(model, recipe, YamnetSizedNetwork(), cache / "yamnet_sized.tflite")


def _reference(model: Model, recipe: Recipe, network: nn.Module, path: Path) -> Reference:
    """Convert a network, unless an earlier run has done so, and load it as the engine loads a model."""
    work = count_work(network, (1, 1, *input_shape(recipe)))
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(".part")
        write_litert(network, recipe, unfinished)
        unfinished.rename(path)
    as_model = replace(
        _with_file(model, path),
        labels=recipe.labels,
        background=recipe.labels[-1],
        front_end=recipe.front_end,
    )
    scorer = load_scorer(as_model, Runtime.LITERT)
    return Reference(scorer=scorer, front_end=recipe.front_end, work=work)


def _with_file(model: Model, path: Path) -> Model:
    """Return a model whose TFLite file is another one."""
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    files: Mapping[str, Mapping[str, ModelFile]] = {
        Runtime.LITERT: {"model": ModelFile(path=path, sha256=digest)}
    }
    return replace(model, files=files)
