"""The loop of docs/training.md: what was marked and exported is prepared, taught to the shipped model, and loaded."""

import csv
import json
import shutil
from collections.abc import Iterator
from itertools import count, islice
from pathlib import Path

import numpy as np
import pytest
import torch

from audio_guard_engine.card import load_model
from audio_guard_engine.catalogue import LabelledSound, write_catalogue
from audio_guard_engine.recording import score_recording
from audio_guard_engine.scorer import Runtime, load_scorer
from tools import export, prepare, train
from tools.augmentation.synth_alarms import synthesize_alarm
from tools.augmentation.synth_background import synthesize_background
from tools.runs import own_recipe
from tools.runs.checkpoint import load_network
from tools.runs.run_folder import ROOT

SHIPPED = ROOT / "models" / "mobile"
RATE_HZ = 16_000


PIECE = 2 * RATE_HZ
OCCASIONS = 4


def marked_sounds() -> Iterator[LabelledSound]:
    """Yield two pieces of each of four occasions, as the integration cuts them out of marked clips."""
    for label, synthesize in (("alarm", synthesize_alarm), ("others", synthesize_background)):
        made = (synthesize(seed)[: 2 * PIECE].reshape(2, PIECE) for seed in count(200))
        heard = (pieces for pieces in made if np.abs(pieces).max(axis=1).min() > 0.01)
        for occasion, pieces in enumerate(islice(heard, OCCASIONS)):
            for number, pcm in enumerate(pieces, 1):
                yield LabelledSound(
                    name=f"kitchen-2026112{occasion}-{number}-{label}",
                    label=label,
                    group=f"2026112{occasion}-170000-{label}",
                    pcm=pcm,
                    sample_rate_hz=RATE_HZ,
                )


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the data set that prepare makes of an export."""
    folder = tmp_path_factory.mktemp("marked")
    write_catalogue(folder / "20261125-170000", marked_sounds())
    arguments = [folder / "20261125-170000", "--out", folder / "clips", "--strict"]
    assert prepare.main([str(argument) for argument in arguments]) == 0
    return folder / "clips"


@pytest.fixture(scope="module")
def taught(clips: Path) -> Path:
    """Return the run of a short training that began with the model that ships."""
    run = clips.parent / "mine"
    arguments = [
        "--init",
        SHIPPED,
        "--data",
        clips,
        "--out",
        run,
        "--cache",
        clips.parent / "cache",
    ]
    arguments += ["--epochs", 1, "--windows", 64, "--no-report"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(own_recipe, "MOST_VARIANTS", 1)  # a tenth of the time
        assert train.main([str(argument) for argument in arguments]) == 0
    return run


def test_what_was_heard_in_one_go_stays_in_one_split(clips: Path) -> None:
    with (clips / "catalogue.csv").open(newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert len(rows) == 4 * OCCASIONS
    split_of = {row["group"]: row["split"] for row in rows}
    assert all(row["split"] == split_of[row["group"]] for row in rows)
    for label in ("alarm", "others"):
        assert {row["split"] for row in rows if row["label"] == label} == {"train", "val", "test"}


def test_the_shipped_model_is_taught_further(taught: Path) -> None:
    assert json.loads((taught / "run.json").read_text())["started_from"] == "mobile"
    (recipe, network), (shipped_recipe, shipped) = load_network(taught), load_network(SHIPPED)
    assert recipe.front_end == shipped_recipe.front_end
    assert recipe.labels == ("alarm", "others")
    before, after = shipped.state_dict(), network.state_dict()
    learned = {
        key.partition(".")[0]
        for key, value in after.items()
        if value.shape != before[key].shape or not torch.equal(value, before[key])
    }
    assert learned == {"temporal", "classify"}
    # It has only moved a little from the rows of its sounds.
    *_, weights, _ = after
    begun = before[weights][[shipped_recipe.labels.index(label) for label in recipe.labels]]
    moved = (after[weights] - begun).norm() / begun.norm()
    assert 0 < moved < 0.5


@pytest.mark.timeout(900)  # beside other work the converters take their time
def test_the_taught_model_is_one_that_a_camera_can_choose(
    taught: Path, clips: Path, tmp_path: Path
) -> None:
    models = tmp_path / "models"
    arguments = [taught, "--data", clips, "--out", models, "--cache", clips.parent / "cache"]
    assert export.main([str(argument) for argument in arguments]) == 0
    own = tmp_path / "config" / "audio_guard" / "models"
    shutil.copytree(models, own)
    model = load_model("mine", own)
    assert model.classes == ("alarm",)
    frames = list(score_recording(synthesize_alarm(300), model, load_scorer(model, Runtime.NCNN)))
    assert max(frame.scores["alarm"] for frame in frames) > 0.8
    quiet = np.zeros(5 * RATE_HZ, np.float32)
    for frame in score_recording(quiet, model, load_scorer(model, Runtime.LITERT)):
        assert frame.scores["alarm"] < 0.2


def test_a_model_to_begin_with_and_a_run_exclude_each_other(
    clips: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--init", SHIPPED, "--start", SHIPPED, "--data", clips, "--out", clips / "no"]
    with pytest.raises(SystemExit):
        train.main([str(argument) for argument in arguments])
    assert "not allowed with argument" in capsys.readouterr().err
