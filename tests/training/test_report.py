"""The report of a run is one folder with all figures and pictures, whole or not there."""

import csv
import json
import re
import shutil
from pathlib import Path

import pytest

from audio_guard_engine.card import DEFAULT_MODEL, load_model
from tests.training.conftest import write_wav
from tools import report
from tools.augmentation.synth_alarms import synthesize_alarm

SECOND = 16_000
PICTURES = {
    "confidence.png",
    "confusion-test.png",
    "confusion-val.png",
    "curves.png",
    "roc.png",
    "spectrograms.png",
    "thresholds.png",
}


def run_report(*arguments: object) -> int:
    return report.main([str(argument) for argument in arguments])


def write_clips(folder: Path, *clips: tuple[str, str]) -> Path:
    """Write a data set of (label, split), a second of sound each."""
    folder.mkdir()
    with (folder / "catalogue.csv").open("w", newline="") as lines:
        catalogue = csv.writer(lines)
        catalogue.writerow(("path", "label", "split", "group"))
        for number, (label, split) in enumerate(clips):
            write_wav(folder / f"{number}.wav", synthesize_alarm(number)[:SECOND])
            catalogue.writerow((f"{number}.wav", label, split, number))
    return folder


@pytest.fixture
def copied(run: Path, tmp_path: Path) -> Path:
    """Return a copy of the finished run, to report on or to change."""
    return shutil.copytree(run, tmp_path / "copied", ignore=shutil.ignore_patterns("report"))


def test_report_holds_all_figures_and_pictures(copied: Path, data: Path, cache: Path) -> None:
    assert run_report(copied, "--data", data, "--cache", cache) == 0
    folder = copied / "report"
    assert {path.name for path in folder.iterdir()} == PICTURES | {
        "metrics.json",
        "report.html",
        "report.md",
    }
    figures = json.loads((folder / "metrics.json").read_text())
    assert list(figures["splits"]) == ["val", "test"]
    assert figures["notes"] == []
    assert set(figures["chosen_thresholds"]) == {"alarm"}
    assert figures["facts"]["commit"]
    assert figures["timing"]["samples"] == 12
    for of in figures["splits"].values():
        assert {"paper_mix", "all_windows", "clips", "study", "confidence", "alerts"} <= of.keys()
        at = figures["chosen_thresholds"]["alarm"]
        assert of["study"]["alarm"]["chosen"]["threshold"] == at


def test_page_shows_every_picture_and_says_what_it_depends_on(
    copied: Path, data: Path, cache: Path
) -> None:
    report.write_run_report(copied, data, cache)
    text = (copied / "report" / "report.md").read_text()
    page = (copied / "report" / "report.html").read_text()
    facts = json.loads((copied / "run.json").read_text())
    for content in (text, page):
        assert facts["commit"] in content
        assert "### test (not chosen by)" in text
        assert "{{" not in content
    assert set(re.findall(r"\]\((.+?\.png)\)", text)) == PICTURES
    assert set(re.findall(r'src="(.+?)"', page)) == PICTURES
    assert page.count("<table>") > 12
    assert "|--" not in page


def test_text_of_a_recipe_is_no_html(copied: Path, data: Path, cache: Path) -> None:
    recipe = copied / "recipe.toml"
    recipe.write_text(recipe.read_text().replace('"Tiny"', '"Tiny <script>"'))
    report.write_run_report(copied, data, cache, ["val"])
    page = (copied / "report" / "report.html").read_text()
    assert "<script>" not in page
    assert "<h1>Tiny &lt;script&gt;</h1>" in page


def test_without_val_no_threshold_is_chosen(copied: Path, data: Path, cache: Path) -> None:
    figures = report.write_run_report(copied, data, cache, ["test"])
    assert figures["chosen_thresholds"] == {}
    assert figures["splits"]["test"]["study"]["alarm"]["chosen"] is None
    assert figures["notes"] == ["No threshold was chosen, since val was not measured."]


def test_what_the_data_lacks_is_noted(copied: Path, tmp_path: Path, cache: Path) -> None:
    clips = write_clips(tmp_path / "clips", ("alarm", "val"), ("others", "val"), ("alarm", "test"))
    (clips / "broken.wav").touch()
    with (clips / "catalogue.csv").open("a") as lines:
        lines.write("broken.wav,alarm,val,broken\n")
    figures = report.write_run_report(copied, clips, cache)
    assert list(figures["splits"]) == ["val"]
    missing, broken, other_data = figures["notes"]
    assert other_data == report.OTHER_DATA
    assert missing == "test was not measured: it has no clip of others."
    assert "broken.wav: is empty (0 bytes)" in broken
    assert f"> {missing}" in (copied / "report" / "report.md").read_text()


def test_reviewed_lists_are_followed(copied: Path, tmp_path: Path, cache: Path) -> None:
    clips = write_clips(
        tmp_path / "clips",
        ("alarm", "val"),
        ("alarm", "val"),
        ("others", "val"),
        ("others", "train"),
    )
    reviewed = tmp_path / "reviewed.csv"
    reviewed.write_text("path,label,decision\n1.wav,alarm,drop\n")
    arguments = (copied, "--data", clips, "--cache", cache, "--split", "val")
    assert run_report(*arguments, "--reviewed", reviewed) == 0
    figures = json.loads((copied / "report" / "metrics.json").read_text())
    assert figures["splits"]["val"]["clips"]["items"] == 2
    assert figures["measured_on"]["reviewed"][0]["name"] == "reviewed.csv"


def test_run_from_before_val_loss_was_kept_is_reported_on(
    copied: Path, data: Path, cache: Path
) -> None:
    metrics = json.loads((copied / "metrics.json").read_text())
    for row in metrics["epochs"]:
        row.pop("train_accuracy", None)
        row.pop("val_loss", None)
    (copied / "metrics.json").write_text(json.dumps(metrics))
    report.write_run_report(copied, data, cache, ["val"])
    assert re.search(r"\| \d of 2 \| – \| [\d.]+ \|", (copied / "report" / "report.md").read_text())


def test_older_report_is_replaced_when_the_new_one_is_whole(
    copied: Path, data: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    older = copied / "report" / "older.txt"
    older.parent.mkdir()
    older.touch()
    before = set(copied.iterdir())

    def stopped(*arguments: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(report, "write_pages", stopped)
        assert run_report(copied, "--data", data, "--cache", cache, "--split", "val") == 130
    assert older.exists()
    assert set(copied.iterdir()) == before
    assert run_report(copied, "--data", data, "--cache", cache, "--split", "val") == 0
    assert not older.exists()
    assert set(copied.iterdir()) == before


def test_exported_model_is_reported_on_as_the_engine_runs_it(tmp_path: Path, cache: Path) -> None:
    labels = load_model().labels
    clips = write_clips(
        tmp_path / "clips",
        *((label, "val") for label in labels),
        *((label, "test") for label in labels if label != "glass"),
    )
    out = tmp_path / "report"
    arguments = ("--model", DEFAULT_MODEL, "--data", clips, "--cache", cache, "--out", out)
    assert run_report(*arguments) == 0
    figures = json.loads((out / "metrics.json").read_text())
    assert figures["timing"]["timed_on"] == "the engine's ncnn"
    assert figures["notes"] == ["test has no clip of glass: its figures there are blank."]
    assert figures["splits"]["test"]["study"]["glass"]["auc"] is None
    assert not (out / "curves.png").exists()
    assert "## Training" not in (out / "report.md").read_text()
    assert run_report(*arguments) == 1  # a folder of the user's is not replaced


def test_what_cannot_be_reported_on_is_named(
    copied: Path, data: Path, tmp_path: Path, cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_report(tmp_path / "no", "--data", data) == 1
    assert "holds no best.pt; train first" in capsys.readouterr().err
    assert run_report(copied, "--data", tmp_path / "no") == 1
    assert "no such file or folder" in capsys.readouterr().err
    clips = write_clips(tmp_path / "clips", ("alarm", "val"), ("others", "train"))
    assert run_report(copied, "--data", clips, "--cache", cache) == 1
    assert "no clip of an event and of others in val or test" in capsys.readouterr().err
    assert not (copied / "report").exists()
    with pytest.raises(SystemExit, match="2"):
        run_report(copied, "--model", DEFAULT_MODEL, "--data", data)
    assert "give a run folder, or --model and --out" in capsys.readouterr().err
