"""A card that can be used is read; any other is refused in words."""

import contextlib
import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audio_guard_engine.card import FalseAlarmRate, FrontEnd, load_model
from audio_guard_engine.errors import ModelError

CARD: dict[str, Any] = {
    "schema": 1,
    "name": "tiny",
    "version": "1.0.0",
    "title": "Tiny",
    "license": "MIT",
    "labels": ["dog", "others"],
    "background": "others",
    "front_end": {
        "kind": "vggish",
        "sample_rate_hz": 16000,
        "window_samples": 400,
        "hop_samples": 160,
        "fft_size": 512,
        "mel_bands": 64,
        "mel_min_hz": 125.0,
        "mel_max_hz": 7500.0,
        "log_offset": 0.01,
        "patch_frames": 96,
        "patch_hop_frames": 48,
    },
    "files": {"litert": {"model": {"name": "tiny.tflite", "sha256": "00"}}},
    "decider": {"dog": {"threshold": 0.7, "confirm_hops": 2, "of_hops": 3}},
}


def write(folder: Path, card: object) -> Path:
    (folder / "tiny").mkdir(exist_ok=True)
    text = card if isinstance(card, str) else json.dumps(card)
    (folder / "tiny" / "card.json").write_text(text)
    return folder


def changed(path: str, value: object) -> dict[str, Any]:
    """Return the card with one value changed; `front_end.fft_size` names a nested one."""
    card = json.loads(json.dumps(CARD))
    *parents, last = path.split(".")
    place = card
    for parent in parents:
        place = place[parent]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return card


def test_reads_a_card(tmp_path: Path) -> None:
    model = load_model("tiny", write(tmp_path, CARD))
    assert model.labels == ("dog", "others")
    assert model.classes == ("dog",)
    assert model.front_end == FrontEnd()
    assert model.policies["dog"].of_hops == 3
    assert model.files["litert"]["model"].path == tmp_path / "tiny" / "tiny.tflite"
    assert model.false_alarms == {}


def test_reads_the_rates_of_false_alarms_of_its_classes(tmp_path: Path) -> None:
    rates = {"dog": [[0.5, 300.0, 500.0], [0.9, 0.0, 133.5]], "cat": "of another model"}
    model = load_model("tiny", write(tmp_path, {**CARD, "false_alarms": rates}))
    assert model.false_alarms == {
        "dog": (
            FalseAlarmRate(threshold=0.5, per_week=300.0),
            FalseAlarmRate(threshold=0.9, per_week=0.0),
        )
    }


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("schema", 2, "schema"),
        ("labels", None, "'labels' is missing"),
        ("labels", ["dog", "dog"], "each once"),
        ("labels", ["dog", 3], "text"),
        ("labels", 7, "iter"),
        ("background", "cat", "background"),
        ("decider.dog", None, "'dog' is missing"),
        ("decider.dog.threshold", 3, "threshold"),
        ("decider.dog.thrshold", 3, "thrshold"),
        ("front_end.kind", "pcen", "front end"),
        ("front_end.fft_size", 256, "fit together"),
        ("front_end.fft_size", "512", "number"),
        ("front_end.fft_size", 512.5, "whole number"),
        ("front_end.mel_max_hz", 17000, "fit together"),
        ("front_end.context_frames", -1, "fit together"),
        ("front_end.spectrum_power", 3, "fit together"),
        ("front_end.preemphasis", 1.0, "fit together"),
        ("front_end.preemphasis_rate_hz", 8000, "fit together"),
        ("front_end.log_offset", 0, "fit together"),
        ("front_end.patch_hop_frames", 0, "fit together"),
        ("front_end.window_samples", True, "number"),
        ("files.litert.model.name", "../../secret", "file's name"),
        ("files.litert.model", "tiny.tflite", "card"),
        ("files", [], "card"),
        ("false_alarms", [], "items"),
        ("false_alarms", {"dog": [0.5, 7.0]}, "card"),
        ("false_alarms", {"dog": [[0.5]]}, "unpack"),
        ("false_alarms", {"dog": [[0.5, -1.0]]}, "can't be -1"),
        ("false_alarms", {"dog": [[0.0, 7.0]]}, "can't be 7"),
        ("false_alarms", {"dog": [[0.6, 7.0], [0.5, 9.0]]}, "should rise"),
    ],
)
def test_refuses_a_broken_card(tmp_path: Path, path: str, value: object, message: str) -> None:
    with pytest.raises(ModelError, match=message):
        load_model("tiny", write(tmp_path, changed(path, value)))


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "[" * 100_000, "7"])
def test_refuses_a_card_that_is_no_json(tmp_path: Path, text: str) -> None:
    with pytest.raises(ModelError, match="install the model again"):
        load_model("tiny", write(tmp_path, text))


def test_refuses_bytes_that_are_no_text(tmp_path: Path) -> None:
    write(tmp_path, CARD)
    (tmp_path / "tiny" / "card.json").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ModelError, match="no text"):
        load_model("tiny", tmp_path)


def test_refuses_a_huge_card(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="too large"):
        load_model("tiny", write(tmp_path, " " * 1_000_001))


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(
        [
            "schema",
            "labels",
            "background",
            "decider",
            "decider.dog",
            "files",
            "files.litert",
            "front_end",
        ]
    ),
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
        ),
        max_leaves=5,
    ),
)
def test_any_value_anywhere_is_read_or_refused(path: str, value: object) -> None:
    with tempfile.TemporaryDirectory() as folder, contextlib.suppress(ModelError):
        load_model("tiny", write(Path(folder), changed(path, value)))


def test_names_the_models_that_are_there(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no model 'big'; installed: tiny"):
        load_model("big", write(tmp_path, CARD))


@pytest.mark.parametrize("name", ["", "../tiny", "a/b", ".."])
def test_refuses_names_that_are_paths(tmp_path: Path, name: str) -> None:
    with pytest.raises(ModelError, match=r"model"):
        load_model(name, write(tmp_path, CARD))


def test_checks_a_file_before_it_is_used(tmp_path: Path) -> None:
    file = load_model("tiny", write(tmp_path, CARD)).files["litert"]["model"]
    with pytest.raises(ModelError, match="can't be read"):
        file.checked()
    file.path.write_bytes(b"not the model")
    with pytest.raises(ModelError, match=r"damaged or of another version"):
        file.checked()
