"""Hold a model's runtimes together: the same patches have to score alike."""

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audio_guard_engine.card import FrontEnd, Model
from audio_guard_engine.logmel import frames
from audio_guard_engine.scorer import Runtime, load_scorer
from tools.measures.model_report import engine_score
from tools.measures.window_tables import Score, score_store, split_tables
from tools.windows.pcm_store import FULL_SCALE, PcmStore

INT8 = "int8"
IN_INT8 = f"{Runtime.LITERT} {INT8}"


def sample_patches(store: PcmStore, front_end: FrontEnd, count: int) -> NDArray[np.float32]:
    """Return the first patches of some takes and one of silence, (count + 1, input frames, bands)."""
    takes = np.random.default_rng(0).choice(len(store.clip), count)
    heard = np.stack([store.window(int(take), 0, front_end) for take in takes])
    patches = frames(heard.astype(np.float32) / np.float32(FULL_SCALE), front_end)
    # A window's samples may reach a frame further than the patch.
    patches = patches[:, : front_end.input_frames]
    return np.concatenate((patches, np.full_like(patches[:1], front_end.silence)))


def runtime_scores(model: Model) -> dict[str, Score]:
    """Return how each runtime scores a model, by the runtime's name; int8 where the model has it."""
    scores = {
        str(runtime): engine_score(load_scorer(model, runtime))
        for runtime in (Runtime.NCNN, Runtime.LITERT)
    }
    small = model.files[Runtime.LITERT].get(INT8)
    if small is None:
        return scores
    files = {**model.files, Runtime.LITERT: {"model": small}}
    in_int8 = load_scorer(replace(model, files=files), Runtime.LITERT)
    return scores | {IN_INT8: engine_score(in_int8)}


def largest_difference(model: Model, patches: NDArray[np.float32]) -> float:
    """Return how far scores of the same patches are apart at most on the runtimes in floats."""
    scores = [
        engine_score(load_scorer(model, runtime))(patches)
        for runtime in (Runtime.NCNN, Runtime.LITERT)
    ]
    return float(np.ptp(scores, axis=0).max())


def least_milliseconds(score: Score, patches: NDArray[np.float32]) -> float:
    """Return how long a patch takes when the machine has nothing else to do."""
    times = []
    for patch in patches:
        start = time.perf_counter()
        score(patch[np.newaxis])
        times.append(time.perf_counter() - start)
    return round(1e3 * min(times), 3)


def runtime_figures(
    model: Model, stores: Mapping[str, PcmStore], tables: Mapping[str, Any]
) -> dict[str, Any]:
    """Return what each runtime gets right in the paper mix of each split; `tables` are ncnn's."""
    others = {name: score for name, score in runtime_scores(model).items() if name != Runtime.NCNN}
    return {
        split: {str(Runtime.NCNN): _figures(tables[split])}
        | {name: mix_figures(model, store, score) for name, score in others.items()}
        for split, store in stores.items()
    }


def mix_figures(model: Model, store: PcmStore, score: Score) -> dict[str, float]:
    """Return what a way to score a model gets right in a store's paper mix."""
    windows = score_store(store, model.labels, score, model.front_end)
    return _figures(split_tables(windows, model.labels, model.background))


def _figures(tables: Mapping[str, Any]) -> dict[str, float]:
    mix = tables["paper_mix"]
    return {
        "micro_accuracy": mix["micro"]["accuracy"],
        "macro_precision": mix["macro"]["precision"],
        "macro_recall": mix["macro"]["recall"],
    }


def most_apart(figures: Mapping[str, Any]) -> float:
    """Return by how much any figure differs between runtimes at most, as a share."""
    spans = [
        np.ptp([list(of.values()) for of in runtimes.values()], axis=0).max()
        for runtimes in figures.values()
    ]
    return round(float(max(spans)), 4)


def runtimes_text(figures: Mapping[str, Any]) -> str:
    """Return the figures as a Markdown table."""
    rows = [
        f"| {split} | {name} | {of['micro_accuracy']:.2%} | {of['macro_precision']:.2%} "
        f"| {of['macro_recall']:.2%} |"
        for split, runtimes in figures.items()
        for name, of in runtimes.items()
    ]
    return "\n".join(
        (
            "### Runtimes",
            "",
            f"The paper mix on each runtime; they differ by {most_apart(figures):.2%} at most.",
            "",
            "| split | runtime | accuracy (micro) | precision (macro) | recall (macro) |",
            "|---|---|---|---|---|",
            *rows,
        )
    )
