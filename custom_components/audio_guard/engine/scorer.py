"""Scorers: one model on one inference runtime. The only module that imports a runtime, and only when asked to."""

import importlib.util
import logging
import threading
import time
from collections.abc import Callable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from .card import Model
from .errors import ModelError, RuntimeMissingError
from .per_core import OnePerCore

_LOGGER = logging.getLogger(__name__)

# Enough runs for a lead to show above the noise of a busy machine, few enough not to be felt.
TRIAL_RUNS = 10


class Runtime(StrEnum):
    """What can run a model."""

    NCNN = "ncnn"
    NCNN_VULKAN = "ncnn-vulkan"
    LITERT = "litert"
    LITERT_GPU = "litert-gpu"


class Scorer(Protocol):
    """A loaded model. One is shared by all cameras, so `score` may be called from many threads at once."""

    runtime: Runtime

    def score(self, patch: NDArray[np.float32]) -> NDArray[np.float32]:
        """Score one patch with its context (input_frames, mel_bands); return 0–1 per label, in the card's order."""


class NcnnScorer:
    """ncnn: installs on every machine that runs Home Assistant, musl included."""

    runtime = Runtime.NCNN

    def __init__(self, model: Model) -> None:
        """Load the model's ncnn files."""
        ncnn: Any = importlib.import_module("ncnn")
        files = model.files[Runtime.NCNN]
        self._ncnn = ncnn
        self._net = ncnn.Net()
        self._net.opt.num_threads = 1  # cameras run side by side instead
        # Half-precision storage moves scores by more than the 1e-3 that the runtimes may differ.
        self._net.opt.use_fp16_packed = False
        self._net.opt.use_fp16_storage = False
        self._net.opt.use_fp16_arithmetic = False
        self._net.opt.use_bf16_storage = False
        self._choose_device()
        _require(self._net.load_param(str(files["param"].checked())) == 0, files["param"].path)
        _require(self._net.load_model(str(files["bin"].checked())) == 0, files["bin"].path)
        # In the network's own allocator, which all threads share, they wait for one another.
        self._memories = OnePerCore(
            lambda: (ncnn.UnlockedPoolAllocator(), ncnn.UnlockedPoolAllocator())
        )
        self._labels = len(model.labels)

    def _choose_device(self) -> None:
        """Compute on the processor; called before the model's files are read."""

    def score(self, patch: NDArray[np.float32]) -> NDArray[np.float32]:
        """Score one patch; every call has an extractor of its own, the weights are shared."""
        with self._memories.taken() as (blobs, workspace):
            status, scores = self._extract(patch, blobs, workspace)
        if status != 0:
            raise ModelError(f"ncnn could not run the model (status {status})")
        return _checked_scores(scores, self._labels)

    def _extract(
        self, patch: NDArray[np.float32], blobs: Any, workspace: Any
    ) -> tuple[int, NDArray[np.float32]]:
        """Return the status and the scores, if any; nothing uses the allocators any more then."""
        extractor = self._net.create_extractor()
        extractor.set_blob_allocator(blobs)
        extractor.set_workspace_allocator(workspace)
        # A copy, because a first layer that works in place crashes the process on a Mat that wraps numpy's memory.
        extractor.input("in0", self._ncnn.Mat(patch[np.newaxis]).clone())
        status, scores = extractor.extract("out0")
        if status != 0:  # numpy would crash on the empty Mat
            return status, np.empty(0, np.float32)
        return status, np.array(scores, np.float32)


class NcnnVulkanScorer(NcnnScorer):
    """ncnn on the first Vulkan GPU."""

    runtime = Runtime.NCNN_VULKAN

    def _choose_device(self) -> None:
        """Compute on the GPU; raise `RuntimeMissingError` where there is none."""
        if not self._ncnn.get_gpu_count():
            raise RuntimeMissingError(
                "ncnn finds no GPU that it can use: install a Vulkan driver or choose ncnn"
            )
        self._net.opt.use_vulkan_compute = True


class LiteRtScorer:
    """LiteRT (TFLite) on the processor: glibc machines only."""

    runtime = Runtime.LITERT

    def __init__(self, model: Model) -> None:
        """Load the model's TFLite file."""
        interpreter: Any = importlib.import_module("ai_edge_litert.interpreter")
        file = model.files[Runtime.LITERT]["model"]
        content = file.checked().read_bytes()

        def make() -> Any:
            made = interpreter.Interpreter(model_content=content, num_threads=1)
            made.allocate_tensors()
            return made

        # An interpreter holds the tensors of one call.
        self._interpreters = OnePerCore(make)
        try:
            with self._interpreters.taken() as first:
                self._input = first.get_input_details()[0]["index"]
                self._output = first.get_output_details()[0]["index"]
        except (ValueError, RuntimeError) as error:
            raise ModelError(
                f"LiteRT can't load {file.path.name}: install the model again"
            ) from error
        self._labels = len(model.labels)

    def score(self, patch: NDArray[np.float32]) -> NDArray[np.float32]:
        """Score one patch; every thread that computes has an interpreter of its own."""
        with self._interpreters.taken() as interpreter:
            interpreter.set_tensor(self._input, patch[np.newaxis])
            interpreter.invoke()
            scores = interpreter.get_tensor(self._output)
        return _checked_scores(scores, self._labels)


class LiteRtGpuScorer:
    """LiteRT on a Vulkan GPU, through its compiled models."""

    runtime = Runtime.LITERT_GPU

    def __init__(self, model: Model) -> None:
        """Compile the model's TFLite file for the GPU; raise `RuntimeMissingError` where there is none."""
        compiled: Any = importlib.import_module("ai_edge_litert.compiled_model")
        options: Any = importlib.import_module("ai_edge_litert.options")
        gpu: Any = importlib.import_module("ai_edge_litert.gpu_options")
        accelerator: Any = importlib.import_module("ai_edge_litert.hardware_accelerator")
        # Half floats, the accelerator's own choice, move a score by as much as 0.08.
        exact = options.Options(
            hardware_accelerators=accelerator.HardwareAccelerator.GPU,
            gpu_options=gpu.GpuOptions(enforce_f32=True),
        )
        file = model.files[Runtime.LITERT]["model"]
        self._lock = threading.Lock()
        try:
            self._model = compiled.CompiledModel.from_file(str(file.checked()), options=exact)
            self._inputs = self._model.create_input_buffers(0)
            self._outputs = self._model.create_output_buffers(0)
        except RuntimeError as error:
            raise RuntimeMissingError(
                "LiteRT finds no GPU that it can use: install a Vulkan driver or choose litert or ncnn"
            ) from error
        self._labels = len(model.labels)

    def score(self, patch: NDArray[np.float32]) -> NDArray[np.float32]:
        """Score one patch; callers take turns."""
        with self._lock:
            self._inputs[0].write(np.ascontiguousarray(patch))
            self._model.run_by_index(0, self._inputs, self._outputs)
            scores = self._outputs[0].read(self._labels, np.float32)
        return _checked_scores(scores, self._labels)


_SCORERS: Mapping[Runtime, Callable[[Model], Scorer]] = {
    Runtime.NCNN: NcnnScorer,
    Runtime.NCNN_VULKAN: NcnnVulkanScorer,
    Runtime.LITERT: LiteRtScorer,
    Runtime.LITERT_GPU: LiteRtGpuScorer,
}
_MODULES: Mapping[Runtime, str] = {
    Runtime.NCNN: "ncnn",
    Runtime.NCNN_VULKAN: "ncnn",
    Runtime.LITERT: "ai_edge_litert",
    Runtime.LITERT_GPU: "ai_edge_litert",
}


# Whose files a runtime reads.
_FAMILIES: Mapping[Runtime, Runtime] = {
    Runtime.NCNN_VULKAN: Runtime.NCNN,
    Runtime.LITERT_GPU: Runtime.LITERT,
}


def load_scorer(model: Model, runtime: Runtime | None = None) -> Scorer:
    """Load the model on `runtime`, or on the fastest processor runtime that is installed.

    Raises `RuntimeMissingError` if no fitting runtime is installed and `ModelError` if the files are broken.
    """
    if runtime is not None:
        return _load(model, runtime)
    scorers: list[Scorer] = []
    failures: list[ModelError] = []
    for candidate in (Runtime.NCNN, Runtime.LITERT):
        try:
            scorers.append(_load(model, candidate))
        except RuntimeMissingError as error:
            _LOGGER.debug("%s is left out: %s", candidate, error)
        except ModelError as error:
            failures.append(error)
    if scorers:
        return min(scorers, key=lambda scorer: _median_seconds(scorer, model))
    if failures:
        raise failures[0]
    raise RuntimeMissingError(
        f"no inference runtime is installed that can run the model {model.name!r}: "
        "install one with `pip install ncnn` (any machine) or `pip install ai-edge-litert` (glibc)"
    )


def _load(model: Model, runtime: Runtime) -> Scorer:
    """Load the model on one runtime and see that it runs."""
    module = _MODULES[runtime]
    if importlib.util.find_spec(module) is None:
        package = module.replace("_", "-")
        raise RuntimeMissingError(
            f"the runtime {runtime} is not installed: `pip install {package}`"
        )
    if _FAMILIES.get(runtime, runtime) not in model.files:
        raise RuntimeMissingError(
            f"the model {model.name!r} has no files for {runtime}: choose another runtime"
        )
    try:
        scorer = _SCORERS[runtime](model)
        scorer.score(_blank_patch(model))
    except (ImportError, OSError) as error:
        raise RuntimeMissingError(
            f"the runtime {runtime} is installed and can't be loaded ({error})"
        ) from error
    except KeyError as error:
        raise ModelError(
            f"the card of {model.name!r} lists no file {error} for {runtime}"
        ) from error
    except ValueError as error:
        raise ModelError(
            f"the model {model.name!r} does not fit its card on {runtime}: {error}"
        ) from error
    return scorer


def _blank_patch(model: Model) -> NDArray[np.float32]:
    """Return the patch of digital silence."""
    front_end = model.front_end
    return np.full((front_end.input_frames, front_end.mel_bands), front_end.silence, np.float32)


def _median_seconds(scorer: Scorer, model: Model) -> float:
    """Time the scorer on this machine, after one run to warm it up (done by `_load`)."""
    patch = _blank_patch(model)
    times = []
    for _ in range(TRIAL_RUNS):
        start = time.perf_counter()
        scorer.score(patch)
        times.append(time.perf_counter() - start)
    return float(np.median(times))


def _checked_scores(scores: NDArray[np.float32], labels: int) -> NDArray[np.float32]:
    """Flatten a runtime's output; refuse one that can't be the card's labels."""
    flat = scores.reshape(-1)
    if len(flat) != labels:
        raise ModelError(f"the model gives {len(flat)} scores and its card names {labels} labels")
    # ncnn's softmax makes zeros of what is not a number; a model that works is never sure that it hears nothing at all.
    if not np.isfinite(flat).all() or not flat.any():
        raise ModelError("the model gave a score that is not a number: install the model again")
    return flat


def _require(loaded: bool, path: Path) -> None:
    """Raise if ncnn refused a file."""
    if not loaded:
        raise ModelError(f"ncnn can't load {path.name}: install the model again")
