"""Choose how a model is computed in 8 bits: the fastest scheme that hears on val as the model itself does."""

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audio_guard_engine.card import Model, ModelFile
from audio_guard_engine.scorer import Runtime
from tools.measures.runtimes import IN_INT8, INT8, mix_figures, most_apart, runtime_scores
from tools.networks.convert import ConvertError
from tools.networks.int8 import SCHEMES, write_int8
from tools.windows.pcm_store import PcmStore

# On val; "alike" is within a point of accuracy, precision and recall of the paper mix.
LARGEST_GAP = 0.01


def with_int8(model: Model, path: Path) -> Model:
    """Return the model with a file for 8-bit LiteRT."""
    file = ModelFile(path=path, sha256=hashlib.sha256(path.read_bytes()).hexdigest())
    litert = {**model.files[Runtime.LITERT], INT8: file}
    return replace(model, files={**model.files, Runtime.LITERT: litert})


def choose_int8(
    model: Model, val: PcmStore, patches: NDArray[np.float32], path: Path
) -> dict[str, Any]:
    """Write the model in 8 bits; return the scheme and how far each that was tried is apart on val."""
    whole = mix_figures(model, val, runtime_scores(model)[Runtime.LITERT])
    gaps = {}
    for scheme in SCHEMES:
        write_int8(model.files[Runtime.LITERT]["model"].path, scheme, patches, path)
        small = mix_figures(model, val, runtime_scores(with_int8(model, path))[IN_INT8])
        gaps[scheme] = most_apart({"val": {"whole": whole, "small": small}})
        if gaps[scheme] <= LARGEST_GAP:
            return {"scheme": scheme, "gaps": gaps, "bytes": path.stat().st_size}
    raise ConvertError(
        f"in 8 bits the model hears worse on val by {min(gaps.values()):.1%}, more than "
        f"{LARGEST_GAP:.1%}: leave --int8 out"
    )
