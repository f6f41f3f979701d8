"""What is wrong with clips or with the disk is said by name, and nothing half-written stays."""

import json
import resource
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest
import torch

from tools import embed, export, prepare, report, train
from tools.data.dataset import read_dataset
from tools.networks import convert
from tools.networks.network_kinds import build_network
from tools.runs.checkpoint import load_network
from tools.runs.own_recipe import FEW_CLIPS
from tools.runs.recipe import read_recipe
from tools.runs.whole_file import DiskFullError

LABELS = ("alarm", "others")
FROM_SCRATCH = FEW_CLIPS.with_name("from_scratch.toml.j2")
NO_ROOM = "make room on the disk or choose another place"
ENCODER = """[network]
kind = "vggish"
channels = [4, 8, 8, 8, 16, 16]
hidden = [16]
embedding = 16
"""

Verb = Callable[[Path], int]


def run_verb(verb: ModuleType, *arguments: object) -> int:
    code: int = verb.main([str(argument) for argument in arguments])
    return code


@contextmanager
def no_file_beyond(size_bytes: int) -> Iterator[None]:
    """Let the system refuse to write more of a file, as it refuses on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def clip_in(folder: Path, label: str, split: str) -> Path:
    """Return the one clip of a label in val or test."""
    (clip,) = (c for c in read_dataset(folder, LABELS) if (c.label, c.split) == (label, split))
    assert clip.path
    return clip.path


def write_catalogue(folder: Path, without: tuple[str, str]) -> None:
    """List the clips of a folder, but for those of a label in a split."""
    clips = [c for c in read_dataset(folder, LABELS) if (c.label, c.split) != without]
    rows = [f"{clip.name},{clip.label},{clip.split},{clip.group}" for clip in clips]
    (folder / "catalogue.csv").write_text("\n".join(("path,label,split,group", *rows)) + "\n")


@pytest.fixture
def clips(data: Path, tmp_path: Path) -> Path:
    """Return a copy of the data set to break."""
    return shutil.copytree(data, tmp_path / "clips")


@pytest.fixture
def copied(run: Path, tmp_path: Path) -> Path:
    """Return a copy of the finished run."""
    return shutil.copytree(run, tmp_path / "copied", ignore=shutil.ignore_patterns("report"))


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Return the place of what a verb makes, in a folder of its own."""
    (tmp_path / "place").mkdir()
    return tmp_path / "place" / "made"


@pytest.fixture
def encoding(recipe_path: Path, tmp_path: Path) -> Path:
    """Return a recipe to embed by: its encoder is frozen."""
    head, _, rest = recipe_path.read_text().partition("[network]")
    training = rest[rest.index("[training]") :]
    recipe, weights = tmp_path / "encoding.toml", tmp_path / "encoder.pth"
    recipe.write_text(head + ENCODER + training)
    torch.save(build_network(read_recipe(recipe)).get_submodule("encoder").state_dict(), weights)
    frozen = f'{ENCODER}freeze_encoder = true\nencoder_weights = "{weights}"\n'
    recipe.write_text(head + frozen + training)
    return recipe


@pytest.fixture(params=["train", "train own classes", "embed", "export"])
def verb(
    request: pytest.FixtureRequest,
    recipe_path: Path,
    encoding: Path,
    copied: Path,
    cache: Path,
    out: Path,
) -> Verb:
    """Return each verb that learns from clips or chooses by them, to make `out` of some clips."""

    def call(clips: Path) -> int:
        made = ("--out", out, "--cache", cache)
        match request.param:
            case "train":
                return run_verb(train, "--recipe", recipe_path, "--data", clips, *made)
            case "train own classes":
                return run_verb(train, "--recipe", FROM_SCRATCH, "--data", clips, *made)
            case "embed":
                return run_verb(embed, clips, "--recipe", encoding, *made)
            case _:
                return run_verb(export, copied, "--data", clips, *made)

    return call


def test_wrong_folder_is_named(
    verb: Verb, clips: Path, out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verb(clips / "no") == 1
    assert f"error: {clips / 'no'}: no such file or folder; pass a" in capsys.readouterr().err
    assert not out.exists()


def test_empty_class_is_named(
    verb: Verb, clips: Path, out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for path in (clips / "others").iterdir():
        path.unlink()
    assert verb(clips) == 1
    assert f"error: {clips / 'others'}: holds no audio; put" in capsys.readouterr().err
    assert not out.exists()


def test_class_without_a_clip_to_choose_by_is_named(
    verb: Verb, clips: Path, out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_catalogue(clips, without=("alarm", "val"))
    assert verb(clips) == 1
    assert f"error: {clips}: no val clip of alarm; add recordings" in capsys.readouterr().err
    assert not out.exists()


def test_empty_file_is_named_when_its_class_has_no_other(
    verb: Verb, clips: Path, out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = clip_in(clips, "alarm", "val")
    broken.write_bytes(b"")
    assert verb(clips) == 1
    message = f"error: no clip of alarm can be used: {broken}: is empty (0 bytes); delete it"
    assert message in capsys.readouterr().err
    assert not out.exists()


def test_class_without_a_test_clip_is_trained_and_reported_on(
    recipe_path: Path, clips: Path, cache: Path, out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_catalogue(clips, without=("alarm", "test"))
    common = ("--data", clips, "--cache", cache)
    arguments = ("--recipe", recipe_path, *common, "--out", out, "--epochs", 1, "--no-report")
    assert run_verb(train, *arguments) == 0
    assert run_verb(report, out, *common) == 0
    note = "test was not measured: it has no clip of an event."
    assert f"note: {note}" in capsys.readouterr().err
    assert note in (out / "report" / "report.md").read_text()


def test_class_without_a_test_clip_is_exported(
    copied: Path, clips: Path, cache: Path, out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_catalogue(clips, without=("alarm", "test"))
    assert run_verb(export, copied, "--data", clips, "--cache", cache, "--out", out) == 0
    said = capsys.readouterr()
    assert "note: test was not measured: it has no clip of an event." in said.err
    assert "val's background lasts 0.06 min, too little to tell 24 false alarms" in said.out
    assert "### val" in said.out
    assert "### test" not in said.out
    assert set(json.loads((out / "tiny" / "card.json").read_text())["metrics"]) == {"val"}


def test_interrupt_before_the_first_epoch_is_over_leaves_nothing(
    recipe_path: Path,
    data: Path,
    cache: Path,
    out: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def interrupted(trainer: train.Trainer) -> None:
        assert (out / "recipe.toml").is_file()
        raise KeyboardInterrupt

    monkeypatch.setattr(train.Trainer, "run_epoch", interrupted)
    arguments = ("--recipe", recipe_path, "--data", data, "--cache", cache, "--out", out)
    assert run_verb(train, *arguments) == 130
    assert "stopped before the first epoch was over; nothing is kept" in capsys.readouterr().err
    assert not list(out.parent.iterdir())


def test_full_disk_leaves_no_data_set(
    data: Path, out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with no_file_beyond(4096):
        assert run_verb(prepare, data, "--out", out) == 1
    assert f"error: {out}: cannot be written (File too large); {NO_ROOM}" in capsys.readouterr().err
    assert not list(out.parent.iterdir())


def test_full_disk_leaves_no_store_of_sound(
    recipe_path: Path, data: Path, out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stores = out.parent / "stores"
    arguments = ("--recipe", recipe_path, "--data", data, "--cache", stores, "--out", out)
    with no_file_beyond(64 * 1024):
        assert run_verb(train, *arguments) == 1
    said = capsys.readouterr().err
    assert f"error: {stores}/" in said
    assert NO_ROOM in said
    assert not list(stores.iterdir())
    assert not out.exists()


def test_full_disk_at_the_first_weights_leaves_no_run(
    recipe_path: Path, data: Path, cache: Path, out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ("--recipe", recipe_path, "--data", data, "--cache", cache, "--out", out)
    with no_file_beyond(4096):
        assert run_verb(train, *arguments) == 1
    said = capsys.readouterr().err
    assert f"error: {out / 'best.pt'}: cannot be written" in said
    assert NO_ROOM in said
    assert not list(out.parent.iterdir())


def test_full_disk_later_keeps_the_best_weights(
    run: Path,
    recipe_path: Path,
    data: Path,
    cache: Path,
    out: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    arguments = ("--recipe", recipe_path, "--data", data, "--cache", cache, "--out", out)
    # The optimizer's state makes last.pt larger than best.pt.
    with no_file_beyond((run / "best.pt").stat().st_size + 4096):
        assert run_verb(train, *arguments) == 1
    assert f"error: {out / 'last.pt'}: cannot be written" in capsys.readouterr().err
    assert {path.name for path in out.iterdir()} == {
        "best.pt",
        "metrics.json",
        "recipe.toml",
        "run.json",
        "val.json",
    }
    load_network(out)


def test_full_disk_leaves_no_vectors(
    encoding: Path,
    data: Path,
    cache: Path,
    run: Path,
    out: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with no_file_beyond(2048):
        assert run_verb(embed, data, "--recipe", encoding, "--cache", cache, "--out", out) == 1
    said = capsys.readouterr().err
    assert f"error: {out}: cannot be written" in said
    assert NO_ROOM in said
    assert not list(out.parent.iterdir())


def test_full_disk_leaves_the_report_as_it_was(
    copied: Path, data: Path, cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = (copied, "--data", data, "--cache", cache)
    assert run_verb(report, *arguments) == 0
    before = {path: path.stat().st_mtime_ns for path in copied.rglob("*")}
    with no_file_beyond(8192):
        assert run_verb(report, *arguments) == 1
    said = capsys.readouterr().err
    assert f"error: {copied / 'report'}: cannot be written" in said
    assert NO_ROOM in said
    assert {path: path.stat().st_mtime_ns for path in copied.rglob("*")} == before


@pytest.mark.parametrize("writer", ["write_ncnn", "write_litert"])
def test_full_disk_leaves_the_older_model(
    writer: str,
    copied: Path,
    data: Path,
    cache: Path,
    out: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    older = out / "tiny" / "card.json"
    older.parent.mkdir(parents=True)
    older.write_text("{}")
    write = getattr(convert, writer)

    def without_room(*arguments: object) -> None:
        with no_file_beyond(4096):
            write(*arguments)

    monkeypatch.setattr(convert, writer, without_room)
    assert run_verb(export, copied, "--data", data, "--cache", cache, "--out", out) == 1
    said = capsys.readouterr().err
    assert "cannot be written (File too large)" in said
    assert NO_ROOM in said
    assert [path.relative_to(out).as_posix() for path in out.rglob("*")] == [
        "tiny",
        "tiny/card.json",
    ]
    assert older.read_text() == "{}"


def test_full_disk_that_pnnx_does_not_notice_is_named(
    copied: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe, network = load_network(copied)
    monkeypatch.setattr(convert.shutil, "disk_usage", lambda _: SimpleNamespace(free=0))
    with pytest.raises(DiskFullError, match="No space left on device"):
        convert.write_ncnn(network, recipe, tmp_path / "tiny")
    assert not list(tmp_path.glob("tiny*"))
