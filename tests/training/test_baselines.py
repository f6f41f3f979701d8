"""Others are measured on the same windows, or it is said why they are not."""

import csv
from pathlib import Path

import numpy as np
import pytest
import torch

from tests.stream_sounds import LABELS, noise, store_of, tone
from tools.data.dataset import Clip
from tools.measures.baselines import FROZEN, MN04, baseline_figures, baselines_text
from tools.measures.learning_curve import curve_text, learning_curve, some_recordings
from tools.measures.learning_plots import draw_learning_curve
from tools.measures.source_tables import source_figures, sources_text
from tools.measures.window_tables import ScoredWindows
from tools.networks import frozen_tagger
from tools.networks.audioset import CLASSES_OF, HARMLESS, MappedTagger, harmless_clips
from tools.networks.frozen_tagger import draw_chances
from tools.networks.mn04 import efficientat_front_end
from tools.networks.mobilenet import AudioSetTagger
from tools.windows.features import window_frames
from tools.windows.pcm_store import PcmStore


@pytest.fixture
def stores() -> dict[str, PcmStore]:
    store = store_of(("dog", tone(500, 1.5)), ("others", noise(0, 1.5)))
    store.starts[:] = True
    return {"test": store}


def test_absent_weights_are_noted(
    stores: dict[str, PcmStore], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AUDIO_GUARD_WEIGHTS", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    figures = baseline_figures(stores, lambda: stores["test"], LABELS, "others")
    assert figures["systems"] == {}
    assert "python -m tools.fetch mn04" in figures["notes"][0]


def test_weights_at_hand_are_measured_beside_the_model(
    stores: dict[str, PcmStore], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    torch.manual_seed(0)
    torch.save(AudioSetTagger(0.4).state_dict(), tmp_path / "mn04_as_mAP_432.pt")
    monkeypatch.setenv("AUDIO_GUARD_WEIGHTS", str(tmp_path))
    monkeypatch.setattr(frozen_tagger, "EPOCHS", 1)
    figures = baseline_figures(stores, lambda: stores["test"], LABELS, "others")
    assert set(figures["systems"]) == {MN04, FROZEN}
    tables = figures["systems"][MN04]
    assert tables["test"]["paper_mix"]["items"] == 6
    text = baselines_text(figures, "this model", tables)
    assert f"| test | {MN04} | " in text
    assert "| test | this model | " in text
    assert "| its own | the paper, encoder and classifier | 91.7% | 85.1% | 92.5% | |" in text


def test_label_scores_as_its_likeliest_class(tmp_path: Path) -> None:
    torch.manual_seed(0)
    tagger = AudioSetTagger(0.4).eval()
    torch.nn.init.zeros_(tagger.classifier[-1].weight)
    bias = torch.full((527,), -4.0)
    bias[[77, 443, 0]] = torch.tensor([1.0, -1.0, 0.5])
    tagger.classifier[-1].bias = torch.nn.Parameter(bias)
    torch.save(tagger.state_dict(), tmp_path / "mn04.pt")
    front_end = efficientat_front_end()
    patches = window_frames(noise(0, 0.9), front_end)[None, :96]
    scores = MappedTagger(tmp_path / "mn04.pt", LABELS)(patches)
    expected = 1 / (1 + np.exp(-np.array([[1.0, -1.0, 0.5]])))
    np.testing.assert_allclose(scores, expected, atol=1e-5)


def test_clips_are_harmless_by_what_is_surely_heard(tmp_path: Path) -> None:
    torch.manual_seed(0)
    tagger = AudioSetTagger(0.4).eval()
    torch.nn.init.zeros_(tagger.classifier[-1].weight)
    bias = torch.full((527,), -4.0)
    bias[[0, 137]] = torch.tensor([1.0, -0.1])
    tagger.classifier[-1].bias = torch.nn.Parameter(bias)
    torch.save(tagger.state_dict(), tmp_path / "mn04.pt")
    store = store_of(("dog", tone(500, 1.5)), ("others", noise(0, 1.5)))
    heard = harmless_clips(store, "others", tmp_path / "mn04.pt")
    assert heard == {"speech": {"others1"}, "music": set()}


@pytest.mark.recordings
def test_numbers_are_those_of_audioset(sounds: Path) -> None:
    with (sounds.parent / "weights" / "class_labels_indices.csv").open(newline="") as lines:
        names = {int(row["index"]): row["display_name"] for row in csv.DictReader(lines)}
    for classes in CLASSES_OF.values():
        assert classes == {number: names[number] for number in classes}
    assert [names[number] for number in HARMLESS.values()] == ["Speech", "Music"]


def test_more_recordings_teach_the_frozen_network_better(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frozen_tagger, "EPOCHS", 2)
    torch.manual_seed(0)
    torch.save(AudioSetTagger(0.4).state_dict(), tmp_path / "mn04.pt")
    hertz = range(400, 480, 10)
    train, test = (
        store_of(
            *(("dog", tone(pitch + shift, 1.5)) for pitch in hertz),
            *(("others", noise(pitch + shift, 1.5)) for pitch in hertz),
        )
        for shift in (0, 5)
    )
    for store in (train, test):
        store.starts[:] = True
    curve = learning_curve(tmp_path / "mn04.pt", train, {"test": test}, LABELS, "others")
    assert [point["recordings"] for point in curve] == [2, 4, 8, 16]
    assert curve[-1]["tables"]["test"]["paper_mix"]["micro"]["accuracy"] == 1.0
    text = curve_text(curve)
    assert "| test | 16 | 100.0% |" in text
    assert text.count("| test |") == 4
    draw_learning_curve(curve, "frozen", tmp_path / "learning.png")
    assert (tmp_path / "learning.png").stat().st_size > 1000


def test_larger_share_of_recordings_holds_the_smaller() -> None:
    clips = [
        Clip(name=f"{label}{number}", label=label, split="train", group=f"{label}{number // 2}")
        for label in ("dog", "others")
        for number in range(16)
    ]
    few, many = (some_recordings(clips, share) for share in (0.25, 0.5))
    assert (few.sum(), many.sum()) == (8, 16)
    assert not (few & ~many).any()


def test_misses_are_told_by_collection() -> None:
    clips = [
        Clip(name=name, label="dog", split="test", group=name, source=name) for name in ("a", "b")
    ]
    scores = np.eye(3, dtype=np.float32)[[0, 1, 2, 1]]
    windows = ScoredWindows(
        scores=scores,
        clip=np.array([0, 0, 1, 1]),
        truth=np.zeros(4, np.int64),
        counts=np.array([True, True, True, False]),
    )
    figures = source_figures(windows, clips, LABELS)
    assert figures["dog"]["a"] == {"windows": 2, "right": 1, "taken_for": {"glass": 1}}
    assert figures["dog"]["b"] == {"windows": 1, "right": 0, "taken_for": {"others": 1}}
    assert "| dog | b | 1 | 0% | 1 others |" in sources_text("test", figures)


def test_windows_are_drawn_by_label() -> None:
    windows = ScoredWindows(
        scores=np.zeros((6, 1), np.float32),
        clip=np.zeros(6, np.int64),
        truth=np.array([0, 0, 0, 1, 2, 2]),
        counts=np.array([True, True, True, True, True, False]),
    )
    chances = draw_chances(windows, 0)
    assert chances.tolist() == pytest.approx([0.15, 0.15, 0.15, 0.275, 0.275])
