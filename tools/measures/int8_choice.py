"""Choose how a model is computed in 8 bits: the fastest scheme that hears on val as the model itself does."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audio_guard_engine.card import Model, ModelFile
from audio_guard_engine.scorer import Runtime
from tools.measures.runtimes import (
    IN_INT8,
    INT8,
    least_milliseconds,
    mix_figures,
    most_apart,
    runtime_scores,
    sample_patches,
)
from tools.networks.convert import ConvertError
from tools.networks.int8 import SCHEMES, write_int8
from tools.windows.pcm_store import PcmStore

TIMED_PATCHES = 64
# On val; "alike" is within a point of accuracy, precision and recall of the paper mix.
LARGEST_GAP = 0.01


def with_int8(model: Model, path: Path) -> Model:
    """Return the model with a file for 8-bit LiteRT."""
    file = ModelFile(path=path, sha256=hashlib.sha256(path.read_bytes()).hexdigest())
    litert = {**model.files[Runtime.LITERT], INT8: file}
    return replace(model, files={**model.files, Runtime.LITERT: litert})


def choose_int8(model: Model, val: PcmStore, path: Path) -> dict[str, Any]:
    """Write the model in 8 bits; return the scheme, and for each its time per window and how far it is apart."""
    whole = mix_figures(model, val, runtime_scores(model)[Runtime.LITERT])
    patches = sample_patches(val, model.front_end, TIMED_PATCHES)
    tried = {
        scheme: _try(scheme, model, val, patches, whole, path.with_suffix(f".{scheme}"))
        for scheme in SCHEMES
    }
    alike = [scheme for scheme, of in tried.items() if of["gap"] <= LARGEST_GAP]
    if not alike:
        gap = min(of["gap"] for of in tried.values())
        raise ConvertError(
            f"in 8 bits the model hears worse on val by {gap:.1%}, more than {LARGEST_GAP:.1%}: "
            "leave --int8 out"
        )
    fastest = min(alike, key=lambda scheme: tried[scheme]["milliseconds"])
    path.with_suffix(f".{fastest}").rename(path)
    return {"scheme": fastest, "tried": tried}


def _try(
    scheme: str,
    model: Model,
    val: PcmStore,
    patches: NDArray[np.float32],
    whole: Mapping[str, float],
    path: Path,
) -> dict[str, float]:
    write_int8(model.files[Runtime.LITERT]["model"].path, scheme, path)
    score = runtime_scores(with_int8(model, path))[IN_INT8]
    small = mix_figures(model, val, score)
    return {
        "gap": most_apart({"val": {"whole": whole, "small": small}}),
        "milliseconds": least_milliseconds(score, patches),
    }
