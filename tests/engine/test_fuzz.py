"""Whatever a server, a card or an address says: an error of ours or none, in time, and no password in it.

Inputs are made from seeds, which a failure names; a seed that once failed is kept in `KEPT_SEEDS` and run each time.
"""

import copy
import json
import logging
import random
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from audio_guard_engine import capture as capture_module
from audio_guard_engine import knock as knock_module
from audio_guard_engine.capture import Capture
from audio_guard_engine.card import BUNDLED_MODELS, DEFAULT_MODEL, Model, load_model
from audio_guard_engine.errors import EngineError, InvalidUrlError, ModelError
from audio_guard_engine.knock import knock
from audio_guard_engine.probe import probe
from audio_guard_engine.source import parse_source, redact
from tests.engine.hostile import PACKETS, HostileServer
from tests.fuzzing import inputs, spoiled

# Far above what an input takes even on a busy machine, and far below a hang.
LIMIT_SECONDS = 10.0
PASSWORD = "hunter2"
KEPT_SEEDS: dict[str, tuple[int, ...]] = {
    "answers": (),
    "packets": (),
    "cards": (),
    "addresses": (5663,),  # the password became the scheme
}


def seeds(kind: str, count: int) -> Iterator[int]:
    """Yield the seeds that were kept, then as many as are wanted."""
    yield from KEPT_SEEDS[kind]
    yield from range(count)


@pytest.fixture(autouse=True)
def little_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(capture_module, "OPEN_SECONDS", 1.0)
    monkeypatch.setattr(capture_module, "STALL_SECONDS", 0.5)
    monkeypatch.setattr(capture_module, "TRICKLE_SECONDS", 1.0)
    monkeypatch.setattr(capture_module, "READ_SLICE_SECONDS", 0.1)
    monkeypatch.setattr(knock_module, "ANSWER_SECONDS", 0.2)


def assert_no_password(error: BaseException | None, seed: int) -> None:
    """Look through an error and what it comes from."""
    while error is not None:
        assert PASSWORD not in str(error), seed
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def hear(address: str, seed: int) -> tuple[int, str]:
    """Listen to the end in time; return how many samples came and which error ended it."""
    began = time.monotonic()
    samples, ended = 0, ""
    try:
        with Capture(parse_source(address), 16_000) as capture:
            for pcm in capture.chunks():
                samples += len(pcm)
    except EngineError as error:
        assert_no_password(error, seed)
        ended = type(error).__name__
    assert time.monotonic() - began < LIMIT_SECONDS, seed
    return samples, ended


@inputs(150, 20_000)
def test_any_answer_of_a_server_is_survived(caplog: pytest.LogCaptureFixture, count: int) -> None:
    caplog.set_level(logging.WARNING)
    outcomes: dict[str, int] = {}

    def sometimes_spoiled(rng: random.Random, answer: bytes) -> bytes:
        return spoiled(rng, answer) if rng.random() < 0.15 else answer

    with HostileServer(spoil_answer=sometimes_spoiled) as server:
        for seed in seeds("answers", count):
            server.rng = random.Random(seed)
            samples, ended = hear(server.address, seed)
            outcomes[ended] = outcomes.get(ended, 0) + 1
            outcomes["heard"] = outcomes.get("heard", 0) + (samples > 0)
            assert PASSWORD not in caplog.text, seed
            caplog.clear()
    # Else the spoiling would be too coarse, or no spoiling at all.
    assert outcomes["heard"] > count / 4
    assert len(outcomes) >= 4


@inputs(30, 1_200)
def test_any_packet_is_survived(caplog: pytest.LogCaptureFixture, count: int) -> None:
    """Each stream brings a hundred spoiled packets, in one of the codecs that cameras use."""
    assert PACKETS * 1_200 >= 100_000
    caplog.set_level(logging.WARNING)
    heard = 0
    with HostileServer(spoil_packet=spoiled) as server:
        for seed in seeds("packets", count):
            server.rng = random.Random(seed)
            samples, _ = hear(server.address, seed)
            heard += samples > 0
            assert PASSWORD not in caplog.text, seed
            caplog.clear()
    assert heard > count / 5  # some codecs make nothing of noise, and a busy machine is late


@inputs(20, 500)
def test_any_answer_is_survived_by_a_probe(count: int) -> None:
    with HostileServer(spoil_answer=spoiled, spoil_packet=spoiled) as server:
        for seed in range(count):
            server.rng = random.Random(seed)
            began = time.monotonic()
            try:
                probe(parse_source(server.address), 16_000)
            except EngineError as error:
                assert_no_password(error, seed)
            assert time.monotonic() - began < 2 * LIMIT_SECONDS, seed


@inputs(200, 20_000)
def test_any_first_answer_is_survived_by_the_knock(count: int) -> None:
    with HostileServer(spoil_answer=spoiled) as server:
        source = parse_source(server.address)
        for seed in range(count):
            server.rng = random.Random(seed)
            began = time.monotonic()
            try:
                knock(source, threading.Event())
            except EngineError as error:
                assert_no_password(error, seed)
            assert time.monotonic() - began < LIMIT_SECONDS, seed


VALUES: tuple[Any, ...] = (
    *(None, True, -1, 0, 1, 10**30, 1e308, float("nan"), float("inf"), "", "a/b", "..", "x" * 3000),
    *([], {}, [[]], {"": None}, [0.5, -1], "\0", "others", 0.5),
)


def spoiled_json(rng: random.Random, value: Any) -> Any:
    """Change, take away or add something somewhere in a JSON value."""
    if not isinstance(value, dict | list) or not value or rng.random() < 0.2:
        return rng.choice(VALUES)
    keys = list(value) if isinstance(value, dict) else list(range(len(value)))
    key = rng.choice(keys)
    action = rng.random()
    if action < 0.15:
        del value[key]
    elif action < 0.25 and isinstance(value, dict):
        value[rng.choice(("", "x", *map(str, keys)))] = rng.choice(VALUES)
    else:
        value[key] = spoiled_json(rng, value[key])
    return value


@inputs(1_000, 100_000)
def test_any_card_is_read_or_refused(tmp_path: Path, count: int) -> None:
    text = (BUNDLED_MODELS / DEFAULT_MODEL / "card.json").read_bytes()
    card = json.loads(text)
    file = tmp_path / "fuzzed" / "card.json"
    file.parent.mkdir()
    read = 0
    for seed in seeds("cards", count):
        rng = random.Random(seed)
        by_bytes = rng.random() < 0.3
        changed = spoiled(rng, text) if by_bytes else spoiled_json(rng, copy.deepcopy(card))
        file.write_bytes(changed if isinstance(changed, bytes) else json.dumps(changed).encode())
        began = time.monotonic()
        try:
            model = load_model("fuzzed", tmp_path)
        except ModelError as error:
            assert_names_the_cure(error, seed)
        else:
            assert_usable(model, tmp_path, seed)
            read += 1
        assert time.monotonic() - began < LIMIT_SECONDS, seed
    assert 0 < read < count


def assert_names_the_cure(error: ModelError, seed: int) -> None:
    """An error about a card says what to do, and no more than can be read."""
    assert "again" in str(error), seed
    assert len(str(error)) < 10_000, seed


def assert_usable(model: Model, folder: Path, seed: int) -> None:
    """A card that is read has all that the rest relies on."""
    assert set(model.policies) == set(model.classes), seed
    assert model.background in model.labels, seed
    assert model.front_end.patch_samples > 0, seed
    for files in model.files.values():
        assert all(file.path.parent == folder / "fuzzed" for file in files.values()), seed


ADDRESSES = (
    b"rtsp://joe:hunter2@192.0.2.7:554/live?x=1#y",
    b"rtsp://joe:hunter2@[2001:db8::1]:554/live",
    b"HTTP://joe:hunter2@camera.local/sound.mp3",
    b"rtsps://joe:hunter2@camera/\xc3\xa4",
)


@inputs(5_000, 200_000)
def test_any_address_is_read_or_refused_without_its_password(count: int) -> None:
    for seed in seeds("addresses", count):
        rng = random.Random(seed)
        address = spoiled(rng, rng.choice(ADDRESSES)).decode("utf-8", "replace")
        try:
            source = parse_source(address)
        except InvalidUrlError as error:
            assert_no_password(error, seed)
            continue
        password = source.password
        if not source.is_url or len(password) < 5 or address.count(password) > 1:
            continue  # too short to be told from other text, or spoiled into the path too
        for shown in (source.name, repr(source), redact(f"can't open {address}")):
            assert password not in shown, seed
