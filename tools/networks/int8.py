"""Write a model with 8-bit weights, computed in 8-bit integers as far as a scheme goes."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

# From the fastest on (the compact model takes 0.26, 0.34 and 0.79 ms on one core). dynamic: integers, by ranges
# found anew in each patch. static: integers, by ranges seen on real patches. weights: floats, only the weights
# are small.
SCHEMES = ("dynamic", "static", "weights")
# The engine gives floats and gets floats; scores in steps of 1/256 could not tell 0.99 from 0.999.
KEPT_FLOAT = ("INPUT", "OUTPUT", "SOFTMAX", "LOGISTIC")


def write_int8(litert: Path, scheme: str, patches: NDArray[np.float32], path: Path) -> None:
    """Quantize a .tflite; `patches` (n, input frames, bands) show the static scheme what to expect."""
    # Slow to load, and seldom needed.
    from ai_edge_quantizer import algorithm_manager, qtyping, quantizer, recipe  # noqa: PLC0415

    recipes = {
        "static": recipe.static_wi8_ai8,
        "dynamic": recipe.dynamic_wi8_afp32,
        "weights": recipe.weight_only_wi8_afp32,
    }
    made = quantizer.Quantizer(str(litert), recipes[scheme]())
    for name in KEPT_FLOAT:
        made.update_quantization_recipe(
            regex=".*",
            operation_name=qtyping.TFLOperationName(name),
            algorithm_key=algorithm_manager.AlgorithmName.NO_QUANTIZE,
        )
    ranges = None
    if made.need_calibration:
        ranges = made.calibrate(_as_inputs(litert, patches), num_threads=1)
    path.write_bytes(made.quantize(ranges, enable_progress_report=False).quantized_model)


def _as_inputs(litert: Path, patches: NDArray[np.float32]) -> Mapping[str, list[dict[str, Any]]]:
    """Return the patches as inputs of the model's only signature."""
    from ai_edge_litert.interpreter import Interpreter  # noqa: PLC0415  as above

    ((name, signature),) = Interpreter(model_path=str(litert)).get_signature_list().items()
    (role,) = signature["inputs"]
    return {name: [{role: patch[None]} for patch in patches]}
