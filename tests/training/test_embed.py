"""Clips are encoded once, and a classifier learns from their vectors what it would learn from the clips."""

import errno
import functools
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from audio_guard_engine.card import load_model
from audio_guard_engine.scorer import Runtime, load_scorer
from tools import embed, export, search, train
from tools.networks.encoder import TorchEncoder
from tools.networks.network_kinds import first_network
from tools.runs.checkpoint import load_last, load_network
from tools.runs.recipe import Recipe, read_recipe
from tools.windows.encoded import EncodedWindows, read_facts, read_windows
from tools.windows.pcm_store import PcmStore
from tools.windows.sampling import start_counts, window_patches
from tools.windows.training_data import evaluation_store, read_clips, training_store

KINDS = {
    "vggish": """
[network]
kind = "vggish"
channels = [4, 8, 8, 8, 16, 16]
hidden = [16]
embedding = 16
classifier = [16]
""",
    "mobilenet": """
[front_end]
mel_bands = 128
mel_min_hz = 0.0
mel_max_hz = 15000.0
log_offset = 2.5e-6
spectrum_power = 2
preemphasis = 0.97
preemphasis_rate_hz = 32000
[network]
kind = "mobilenet"
width = 0.1
classifier = [16]
""",
}
TRAINING = """
[training]
epochs = 3
windows_per_epoch = 384
batch = 16
learning_rate = 1e-2
"""


Pretrain = Callable[[str], Path]


def run(verb: object, *arguments: object) -> int:
    return verb.main([str(argument) for argument in arguments])  # type: ignore[attr-defined]


@pytest.fixture(scope="session")
def pretrain(
    recipe_path: Path, data: Path, cache: Path, tmp_path_factory: pytest.TempPathFactory
) -> Pretrain:
    """Return what trains an encoder of a kind, once, and gives a recipe that freezes its weights."""

    @functools.cache
    def of(kind: str) -> Path:
        folder = tmp_path_factory.mktemp(kind)
        head, _, rest = recipe_path.read_text().partition("[network]")
        tail = TRAINING + rest[rest.index("[decider") :]
        free, frozen, weights = (
            folder / name for name in ("free.toml", "frozen.toml", "encoder.pth")
        )
        free.write_text(head + KINDS[kind] + tail)
        chosen = f'encoder_weights = "{weights}"\nfreeze_encoder = true\n'
        frozen.write_text(head + KINDS[kind] + chosen + tail)
        arguments = ["--recipe", free, "--data", data, "--cache", cache]
        assert run(train, *arguments, "--out", folder / "run") == 0
        encoder = load_network(folder / "run")[1].get_submodule("encoder")
        torch.save(encoder.state_dict(), weights)
        return frozen

    return of


@pytest.fixture(params=KINDS)
def recipe(request: pytest.FixtureRequest, pretrain: Pretrain) -> Path:
    """Return a recipe whose encoder is pretrained and frozen, one of each kind."""
    return pretrain(request.param)


@pytest.fixture
def vggish(pretrain: Pretrain) -> Path:
    return pretrain("vggish")


@pytest.fixture
def vectors(vggish: Path, data: Path, cache: Path, tmp_path: Path) -> Path:
    """Return a folder of vectors of the recipe of `vggish`."""
    out = tmp_path / "vectors"
    assert run(embed, data, "--recipe", vggish, "--out", out, "--cache", cache) == 0
    return out


def stores(recipe: Recipe, data: Path, cache: Path) -> tuple[PcmStore, PcmStore]:
    clips = read_clips(recipe, data)
    return training_store(recipe, clips, data, cache), evaluation_store(recipe, clips, "val", cache)


def best_row(folder: Path) -> dict[str, float]:
    epochs = json.loads((folder / "metrics.json").read_text())["epochs"]
    return max(epochs, key=lambda row: row["figure"])


def same(vectors: np.ndarray, others: np.ndarray) -> bool:
    """Whether vectors differ by no more than bfloat16, which some processors encode in, rounds."""
    return bool(np.abs(vectors - others).max() <= 0.02 * np.abs(others).max())


def test_vectors_are_the_embeddings_of_windows_that_count(
    recipe: Path, data: Path, cache: Path, tmp_path: Path
) -> None:
    out = tmp_path / "vectors"
    assert run(embed, data, "--recipe", recipe, "--out", out, "--cache", cache) == 0
    chosen = read_recipe(recipe)
    encode = TorchEncoder(first_network(chosen)[0])
    train_store, val_store = stores(chosen, data, cache)

    learned = read_windows(out, "train")
    assert len(learned.vectors) == len(learned.take)
    assert np.array_equal(learned.starts, start_counts(train_store))
    assert set(learned.take) == set(np.flatnonzero(learned.starts))
    last = int(learned.take[-1])
    possible = np.flatnonzero(train_store.take_starts(last))
    all_of_last = encode(
        window_patches(train_store, [(last, int(start)) for start in possible], chosen.front_end)
    )
    mine = learned.vectors[learned.take == last]
    assert 1 <= len(mine) <= 8
    assert all(any(same(vector, other) for other in all_of_last) for vector in mine)

    judged = read_windows(out, "val")
    hops = np.flatnonzero(judged.take == 0)
    patches = window_patches(val_store, [(0, 48 * hop) for hop in hops], chosen.front_end)
    assert same(judged.vectors[hops], encode(patches))
    assert judged.counts.sum() == val_store.starts.sum()


def test_windows_are_drawn_by_the_seed_and_no_more_than_asked_for(
    vggish: Path, data: Path, cache: Path, tmp_path: Path
) -> None:
    read: list[EncodedWindows] = []
    for name in ("a", "b"):
        arguments = ["--recipe", vggish, "--out", tmp_path / name, "--cache", cache]
        assert run(embed, data, *arguments, "--windows-per-take", 2) == 0
        read.append(read_windows(tmp_path / name, "train"))
    assert np.array_equal(read[0].vectors, read[1].vectors)
    assert np.bincount(read[0].take).max() == 2


def test_facts_name_the_clips_and_what_vectors_depend_on(vectors: Path) -> None:
    facts = read_facts(vectors)
    assert len(facts["clips"]["train"]) == 6 + 2 + 7
    assert all(label in ("alarm", "others") for _, label in facts["clips"]["val"])
    hashes = [facts[f"{name}_hash"] for name in ("data", "recipe", "augmentation", "encoder")]
    assert len(set(hashes)) == 4
    assert facts["commit"]


def test_vectors_teach_what_clips_teach(
    vggish: Path, vectors: Path, data: Path, cache: Path, tmp_path: Path
) -> None:
    by_clips, by_vectors = tmp_path / "clips", tmp_path / "head"
    common = ["--recipe", vggish, "--data", data, "--cache", cache]
    assert run(train, *common, "--out", by_clips) == 0
    assert run(train, *common, "--out", by_vectors, "--vectors", vectors) == 0
    figures = [best_row(folder)["figure"] for folder in (by_clips, by_vectors)]
    assert min(figures) > 0.9, figures
    assert json.loads((by_vectors / "run.json").read_text())["taught_by"] == "vectors"


def test_run_holds_the_whole_network_and_is_exported(
    vggish: Path, vectors: Path, data: Path, cache: Path, tmp_path: Path
) -> None:
    out, models = tmp_path / "run", tmp_path / "models"
    arguments = ["--recipe", vggish, "--data", data, "--cache", cache, "--vectors", vectors]
    assert run(train, *arguments, "--out", out, "--epochs", 1) == 0
    started, _ = first_network(read_recipe(vggish))
    trained = load_network(out)[1].state_dict()
    for name, weight in started.state_dict().items():
        taught = name.startswith("classify.")
        assert torch.equal(weight, trained[name]) != taught, name
    assert run(export, out, "--data", data, "--out", models, "--cache", cache) == 0
    for runtime in (Runtime.NCNN, Runtime.LITERT):
        assert load_scorer(load_model("tiny", models), runtime).runtime is runtime


def test_what_is_there_is_kept_or_named_when_it_does_not_fit(
    vggish: Path, vectors: Path, data: Path, cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (vectors / "train" / "vectors.npy").stat().st_mtime_ns
    again = ["--recipe", vggish, "--out", vectors, "--cache", cache]
    assert run(embed, data, *again) == 0
    assert "is there already, and fits" in capsys.readouterr().out
    assert run(embed, data, *again, "--windows-per-take", 3) == 1
    assert "was made with other windows per take; delete it" in capsys.readouterr().err
    assert (vectors / "train" / "vectors.npy").stat().st_mtime_ns == before


def test_other_clips_recipe_or_encoder_are_named_before_training(
    vggish: Path,
    vectors: Path,
    data: Path,
    cache: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    clips = tmp_path / "clips"
    shutil.copytree(data, clips)
    shutil.copyfile(clips / "alarm" / "0.wav", clips / "alarm" / "1.wav")
    seeded, encoded = tmp_path / "seeded.toml", tmp_path / "encoded.toml"
    seeded.write_text(vggish.read_text().replace("seed = 3", "seed = 4"))
    weights = vggish.parent / "encoder.pth"
    state = {name: 2 * weight for name, weight in torch.load(weights).items()}
    torch.save(state, tmp_path / "twice.pth")
    encoded.write_text(vggish.read_text().replace(str(weights), str(tmp_path / "twice.pth")))
    out = tmp_path / "run"
    for recipe, of, message in (
        (vggish, clips, "with other clips; delete it"),
        (seeded, data, "with other labels, seed, [front_end] or [data] in the recipe; delete it"),
        (encoded, data, "with other weights of the encoder than the recipe or --start gives;"),
    ):
        arguments = ["--recipe", recipe, "--data", of, "--cache", cache, "--vectors", vectors]
        assert run(train, *arguments, "--out", out) == 1
        assert f"{vectors}: was made {message}" in capsys.readouterr().err
        assert not out.exists()


def test_recipe_that_trains_its_encoder_is_refused(
    vggish: Path,
    recipe_path: Path,
    vectors: Path,
    data: Path,
    cache: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    free = tmp_path / "free.toml"
    free.write_text(vggish.read_text().replace("freeze_encoder = true", ""))
    common = ["--out", tmp_path / "none", "--cache", cache]
    assert run(embed, data, "--recipe", free, *common) == 1
    message = "trains encoder.features.0.weight too"
    assert message in capsys.readouterr().err
    assert run(train, "--recipe", free, "--data", data, "--vectors", vectors, *common) == 1
    assert message in capsys.readouterr().err
    assert run(embed, data, "--recipe", recipe_path, *common) == 1
    assert "choose a recipe of the kind vggish or mobilenet" in capsys.readouterr().err
    assert not (tmp_path / "none").exists()


def test_encoder_of_a_run_is_started_from_and_resumed(
    vggish: Path,
    data: Path,
    cache: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    free, encoder, vectors, out = (tmp_path / n for n in ("free.toml", "encoder", "v", "head"))
    free.write_text(vggish.read_text().replace("freeze_encoder = true", ""))
    common = ["--data", data, "--cache", cache]
    assert run(train, "--recipe", free, *common, "--out", encoder, "--epochs", 1) == 0
    assert run(embed, data, "--run", encoder, "--out", vectors, "--cache", cache) == 0
    head = [*common, "--out", out, "--vectors", vectors]
    assert run(train, "--recipe", vggish, *head) == 1
    assert "weights of the encoder" in capsys.readouterr().err

    whole_epoch, epochs = train.Trainer.run_epoch, iter((1,))

    def interrupted(trainer: train.Trainer) -> train.EpochFigures:
        for _ in epochs:
            return whole_epoch(trainer)
        raise KeyboardInterrupt

    monkeypatch.setattr(train.Trainer, "run_epoch", interrupted)
    assert run(train, "--recipe", vggish, *head, "--start", encoder) == 0
    assert len(load_last(out)[1].rows) == 1
    monkeypatch.undo()
    assert run(train, "--resume", *common, "--out", out) == 1
    assert "is taught by vectors; resume it with --vectors" in capsys.readouterr().err
    assert run(train, "--resume", *head) == 0
    states = [load_network(folder)[1].state_dict() for folder in (encoder, out)]
    for name, weight in states[0].items():
        assert name.startswith("classify.") or torch.equal(weight, states[1][name]), name


def test_search_tries_classifiers_on_vectors(
    vggish: Path, vectors: Path, data: Path, tmp_path: Path
) -> None:
    out, unused = tmp_path / "search", tmp_path / "unused"
    arguments = ["--recipe", vggish, "--data", data, "--vectors", vectors, "--cache", unused]
    assert run(search, *arguments, "--out", out, "--trials", 2, "--epochs", 1) == 0
    trials = json.loads((out / "search.json").read_text())["trials"]
    assert [row["state"] for row in trials] == ["finished"] * 2
    assert not unused.exists()


@pytest.mark.parametrize(
    ("stop", "code"),
    [(OSError(errno.ENOSPC, "No space left on device"), 1), (KeyboardInterrupt(), 130)],
)
def test_full_disk_or_interrupt_leaves_nothing(
    vggish: Path,
    data: Path,
    cache: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    stop: BaseException,
    code: int,
) -> None:
    def failing(*arguments: object) -> None:
        raise stop

    monkeypatch.setattr(embed, "encode_all", failing)
    before = set(tmp_path.iterdir())
    arguments = ["--recipe", vggish, "--out", tmp_path / "out", "--cache", cache]
    assert run(embed, data, *arguments) == code
    assert set(tmp_path.iterdir()) == before


def test_folder_without_vectors_is_named(
    vggish: Path, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--recipe", vggish, "--data", data, "--out", tmp_path / "run"]
    assert run(train, *arguments, "--vectors", tmp_path) == 1
    assert "holds no vectors; make them with python -m tools.embed" in capsys.readouterr().err
    assert run(embed, data, "--recipe", vggish, "--out", data) == 1
    assert "choose another --out" in capsys.readouterr().err
