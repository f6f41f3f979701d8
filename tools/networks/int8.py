"""Write a model with 8-bit weights."""

from pathlib import Path

# dynamic: computed in integers, whose ranges are found anew in each patch. weights: computed in floats.
# Ranges fixed beforehand (static) were slower than dynamic and further from the whole model.
SCHEMES = ("dynamic", "weights")
# The engine gives and gets floats; scores in steps of 1/256 could not tell 0.99 from 0.999. Depthwise filters
# are few, and in 8 bits they cost EfficientAT's encoder three times what all other weights together do.
KEPT_FLOAT = ("INPUT", "OUTPUT", "SOFTMAX", "LOGISTIC", "DEPTHWISE_CONV_2D")


def write_int8(litert: Path, scheme: str, path: Path) -> None:
    """Quantize a .tflite by one of `SCHEMES`."""
    # Slow to load, and seldom needed.
    from ai_edge_quantizer import algorithm_manager, qtyping, quantizer, recipe  # noqa: PLC0415

    recipes = {
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
    path.write_bytes(made.quantize(enable_progress_report=False).quantized_model)
