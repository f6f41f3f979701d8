"""The shipped model on the real runtimes."""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from audio_guard_engine import scorer as scorer_module
from audio_guard_engine.card import BUNDLED_MODELS, DEFAULT_MODEL, Model, load_model
from audio_guard_engine.errors import ModelError, RuntimeMissingError
from audio_guard_engine.logmel import LogMel
from audio_guard_engine.scorer import LiteRtScorer, NcnnScorer, Runtime, load_scorer
from tests.engine.conftest import ON_MUSL, needs_litert
from tests.engine.make_golden import golden_signal
from tools.demo_camera.scene import render

PROCESSOR_RUNTIMES = [Runtime.NCNN, pytest.param(Runtime.LITERT, marks=needs_litert)]


@pytest.fixture(scope="module")
def shipped() -> Model:
    return load_model()


@pytest.fixture(scope="module")
def patches(shipped: Model) -> list[NDArray[np.float32]]:
    """Return patches of the demo scene, of noise and of silence."""
    front_end = shipped.front_end
    scene = render(seed=3).pcm
    starts = range(0, len(scene) - front_end.patch_samples, front_end.patch_hop_samples)
    pieces = [scene[start : start + front_end.patch_samples] for start in starts]
    pieces += [
        golden_signal(front_end.patch_samples).astype(np.float32),
        np.zeros(15_600, np.float32),
    ]
    log_mel = LogMel(front_end)
    return [log_mel.whole(piece).copy() for piece in pieces]


def in_new_process(
    script: str, argument: Path, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run a script to its good end."""
    done = subprocess.run(
        [sys.executable, "-c", script, str(argument)],
        cwd=BUNDLED_MODELS.parents[2],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done


def copied(tmp_path: Path) -> Path:
    """Copy the shipped models, to be broken."""
    return Path(shutil.copytree(BUNDLED_MODELS, tmp_path / "models"))


@needs_litert
def test_runtimes_agree(shipped: Model, patches: list[NDArray[np.float32]]) -> None:
    ncnn, litert = (load_scorer(shipped, runtime) for runtime in (Runtime.NCNN, Runtime.LITERT))
    differences = [np.abs(ncnn.score(patch) - litert.score(patch)).max() for patch in patches]
    assert len(differences) > 100
    assert max(differences) <= 1e-3


@pytest.mark.parametrize("runtime", PROCESSOR_RUNTIMES)
def test_scores_are_probabilities(
    shipped: Model, patches: list[NDArray[np.float32]], runtime: Runtime
) -> None:
    scorer = load_scorer(shipped, runtime)
    for patch in patches[::10]:
        scores = scorer.score(patch)
        assert scores.shape == (len(shipped.labels),)
        assert scores.dtype == np.float32
        assert (scores >= 0).all()
        assert (scores <= 1).all()


def test_silence_is_background(shipped: Model, patches: list[NDArray[np.float32]]) -> None:
    scores = load_scorer(shipped).score(patches[-1])
    assert shipped.labels[int(scores.argmax())] == shipped.background


@pytest.mark.parametrize("runtime", PROCESSOR_RUNTIMES)
def test_may_be_shared_by_threads(
    shipped: Model, patches: list[NDArray[np.float32]], runtime: Runtime
) -> None:
    scorer = load_scorer(shipped, runtime)
    alone = [scorer.score(patch).copy() for patch in patches[:40]]
    together: list[list[NDArray[np.float32]]] = []

    def score_all() -> None:
        together.append([scorer.score(patch).copy() for patch in patches[:40]])

    threads = [threading.Thread(target=score_all) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(together) == 4
    for scores in together:
        assert np.allclose(scores, alone, atol=1e-6)


def test_memory_of_ncnn_is_given_back_before_it_is_freed(
    patches: list[NDArray[np.float32]], tmp_path: Path
) -> None:
    """Run in a process of its own: ncnn complains on standard error, or crashes."""
    np.save(tmp_path / "patches.npy", patches[:20])
    script = """
import sys, tools, numpy as np
from concurrent.futures import ThreadPoolExecutor
from audio_guard_engine.card import load_model
from audio_guard_engine.scorer import Runtime, load_scorer
patches = np.load(sys.argv[1])
for _ in range(3):
    scorer = load_scorer(load_model(), Runtime.NCNN)
    with ThreadPoolExecutor(4) as pool:
        kept = list(pool.map(scorer.score, patches))
    del scorer
print(len(kept))
"""
    done = in_new_process(script, tmp_path / "patches.npy")
    assert done.stdout.strip() == "20"
    assert done.stderr == ""


@pytest.mark.parametrize("runtime", PROCESSOR_RUNTIMES)
def test_a_score_does_not_change_with_the_next_one(
    shipped: Model, patches: list[NDArray[np.float32]], runtime: Runtime
) -> None:
    scorer = load_scorer(shipped, runtime)
    first = scorer.score(patches[0])
    kept = first.copy()
    scorer.score(patches[-1])
    assert np.array_equal(first, kept)


@needs_litert
def test_chooses_the_fastest_that_is_installed(
    shipped: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds = {NcnnScorer: 2.0, LiteRtScorer: 1.0}
    monkeypatch.setattr(scorer_module, "_median_seconds", lambda scorer, _: seconds[type(scorer)])
    assert load_scorer(shipped).runtime is Runtime.LITERT
    seconds[LiteRtScorer] = 3.0
    assert load_scorer(shipped).runtime is Runtime.NCNN


def hide(monkeypatch: pytest.MonkeyPatch, *modules: str) -> None:
    """Make modules look as if they were not installed."""
    real = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util,
        "find_spec",
        lambda name, *rest: None if name in modules else real(name, *rest),
    )


def test_uses_what_is_there(shipped: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    hide(monkeypatch, "ai_edge_litert")
    assert load_scorer(shipped).runtime is Runtime.NCNN
    with pytest.raises(RuntimeMissingError, match="pip install ai-edge-litert"):
        load_scorer(shipped, Runtime.LITERT)


def test_says_how_to_get_a_runtime(shipped: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    hide(monkeypatch, "ncnn", "ai_edge_litert")
    with pytest.raises(RuntimeMissingError, match="pip install ncnn"):
        load_scorer(shipped)


def test_a_runtime_that_does_not_import_is_missing(
    shipped: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(name: str) -> None:
        raise ImportError(f"{name}: libc.so.6 is not there")

    monkeypatch.setattr(scorer_module.importlib, "import_module", broken)
    with pytest.raises(RuntimeMissingError, match="can't be loaded"):
        load_scorer(shipped, Runtime.NCNN)


@pytest.mark.parametrize("runtime", PROCESSOR_RUNTIMES)
@pytest.mark.parametrize("damage", ["truncated", "flipped", "empty", "gone"])
def test_a_damaged_file_is_refused(tmp_path: Path, runtime: Runtime, damage: str) -> None:
    model = load_model(folder=copied(tmp_path))
    for file in model.files[runtime].values():
        data = file.path.read_bytes()
        file.path.write_bytes(
            {"truncated": data[:1000], "flipped": data[:-1] + bytes([data[-1] ^ 1])}.get(
                damage, b""
            )
        )
        if damage == "gone":
            file.path.unlink()
    with pytest.raises(ModelError, match="again"):
        load_scorer(model, runtime)


def test_an_undamaged_runtime_is_used_when_the_other_is_damaged(tmp_path: Path) -> None:
    model = load_model(folder=copied(tmp_path))
    model.files["litert"]["model"].path.unlink()
    assert load_scorer(model).runtime is Runtime.NCNN
    model.files["ncnn"]["bin"].path.unlink()
    with pytest.raises(ModelError, match="can't be read"):
        load_scorer(model)


@needs_litert
def test_a_model_without_files_for_a_runtime(shipped: Model, tmp_path: Path) -> None:
    folder = copied(tmp_path)
    card = folder / DEFAULT_MODEL / "card.json"
    card.write_text(card.read_text().replace('"litert"', '"other"'))
    with pytest.raises(RuntimeMissingError, match="has no files for litert"):
        load_scorer(load_model(folder=folder), Runtime.LITERT)


def test_a_card_whose_labels_do_not_fit_the_model(tmp_path: Path) -> None:
    folder = copied(tmp_path)
    card = folder / DEFAULT_MODEL / "card.json"
    card.write_text(
        card.read_text()
        .replace('"others",', '"others", "cat",', 1)
        .replace('"decider": {', '"decider": {"cat": {"threshold": 0.5},', 1)
    )
    with pytest.raises(ModelError, match="8 scores and its card names 9 labels"):
        load_scorer(load_model(folder=folder))


def test_a_score_that_is_no_number_is_refused() -> None:
    with pytest.raises(ModelError, match="not a number"):
        scorer_module._checked_scores(np.array([0.5, np.nan], np.float32), 2)


def test_weights_that_are_no_numbers_are_refused(tmp_path: Path) -> None:
    file = load_model(folder=copied(tmp_path)).files["ncnn"]["bin"]
    weights = np.frombuffer(file.path.read_bytes(), np.float32).copy()
    weights[-100:] = np.nan
    file.path.write_bytes(weights.tobytes())
    card = tmp_path / "models" / DEFAULT_MODEL / "card.json"
    checksum = hashlib.sha256(weights.tobytes()).hexdigest()
    card.write_text(card.read_text().replace(file.sha256, checksum))
    with pytest.raises(ModelError, match="not a number"):
        load_scorer(load_model(folder=card.parents[1]), Runtime.NCNN)


@pytest.mark.parametrize(
    ("runtime", "cure"),
    [
        (Runtime.NCNN_VULKAN, "install a Vulkan driver or choose ncnn"),
        pytest.param(
            Runtime.LITERT_GPU,
            "install a Vulkan driver or choose litert or ncnn",
            marks=needs_litert,
        ),
    ],
)
def test_no_gpu_is_said(tmp_path: Path, runtime: Runtime, cure: str) -> None:
    script = f"""
import tools
from audio_guard_engine.card import load_model
from audio_guard_engine.errors import RuntimeMissingError
from audio_guard_engine.scorer import Runtime, load_scorer
try:
    load_scorer(load_model(), Runtime({runtime.value!r}))
except RuntimeMissingError as error:
    print(error)
"""
    none = str(tmp_path / "none.json")
    done = in_new_process(script, tmp_path, VK_ICD_FILENAMES=none, VK_DRIVER_FILES=none)
    assert cure in done.stdout


def test_a_gpu_runtime_that_is_not_installed_is_said(
    shipped: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    hide(monkeypatch, "ai_edge_litert")
    with pytest.raises(RuntimeMissingError, match="ai-edge-litert"):
        load_scorer(shipped, Runtime.LITERT_GPU)


# SwiftShader is built for glibc.
needs_gpu = pytest.mark.skip(reason="no GPU on musl") if ON_MUSL else pytest.mark.gpu
SWIFTSHADER = Path("/usr/lib/chromium/vk_swiftshader_icd.json")


@needs_gpu
@pytest.mark.skipif(
    not SWIFTSHADER.exists(), reason="no software GPU (Debian: chromium libvulkan1)"
)
@pytest.mark.parametrize(
    "runtime", [Runtime.NCNN_VULKAN, pytest.param(Runtime.LITERT_GPU, marks=needs_litert)]
)
def test_a_gpu_agrees_with_the_processor(
    patches: list[NDArray[np.float32]], tmp_path: Path, runtime: Runtime
) -> None:
    """Run in a process of its own: the Vulkan loader reads its environment once. Two threads share the GPU."""
    np.save(tmp_path / "patches.npy", patches[::20])
    script = f"""
import sys, tools, numpy as np
from concurrent.futures import ThreadPoolExecutor
from audio_guard_engine.card import load_model
from audio_guard_engine.scorer import Runtime, load_scorer
model, patches = load_model(), np.load(sys.argv[1])
gpu, cpu = load_scorer(model, Runtime({runtime.value!r})), load_scorer(model, Runtime.NCNN)
with ThreadPoolExecutor(2) as threads:
    scores = list(threads.map(gpu.score, patches))
print(gpu.runtime, max(np.abs(a - cpu.score(patch)).max() for a, patch in zip(scores, patches)))
"""
    done = in_new_process(script, tmp_path / "patches.npy", VK_ICD_FILENAMES=str(SWIFTSHADER))
    used, difference = done.stdout.splitlines()[-1].split()
    assert used == runtime
    assert float(difference) <= 1e-2
