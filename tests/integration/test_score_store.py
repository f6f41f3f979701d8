"""The file of scores: what is kept, for how long, and what damage does to it."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, nullcontext
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from custom_components.audio_guard.engine.card import Model
from custom_components.audio_guard.engine.frame import ScoreFrame
from custom_components.audio_guard.engine.score_code import SCORES
from custom_components.audio_guard.score_store import (
    DAY_SECONDS,
    DAYS,
    HeardFrames,
    ScoreStore,
)

from .conftest import LABELS

NOW = 1_764_000_000.0
HOP = 0.48


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ScoreStore]:
    """Return a store whose file does not exist yet."""
    store = ScoreStore(tmp_path / "audio_guard" / "history.db")
    yield store
    store.close()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return where the store's file is."""
    return tmp_path / "audio_guard" / "history.db"


def heard(
    model: Model,
    dog: list[float],
    *,
    entry_id: str = "kitchen",
    began: float = NOW,
    t: float = 0.96,
    stretch: int = 1,
    skip_before: int | None = None,
) -> HeardFrames:
    """Return frames with these scores of one class; `skip_before`: the first hop after three that are missing."""
    frames = []
    for hop, score in enumerate(dog):
        missing = 3 if skip_before is not None and hop >= skip_before else 0
        frames.append(
            ScoreFrame(
                source="test",
                t=round(t + (hop + missing) * HOP, 6),
                scores={**dict.fromkeys(LABELS, 0.1), "dog": score},
                level_dbfs=-30.4,
            )
        )
    return HeardFrames(entry_id=entry_id, model=model, stretch=stretch, began=began, frames=frames)


def test_gives_back_what_was_added(store: ScoreStore, model: Model) -> None:
    scores = [0.0, 0.02, 0.5, 0.97, 1.0]
    store.add([heard(model, scores)])
    got = store.track("kitchen", model, "dog", NOW - 60)
    assert SCORES[got.track.codes] == pytest.approx(scores, abs=0.007)
    assert got.track.t.tolist() == [0.96, 1.44, 1.92, 2.4, 2.88]
    assert got.times - NOW == pytest.approx([0.0, 0.48, 0.96, 1.44, 1.92], abs=1e-3)
    assert got.track.starts.tolist() == [0]
    others = store.track("kitchen", model, "others", NOW - 60)
    assert SCORES[others.track.codes] == pytest.approx([0.1] * 5, abs=0.007)


def test_minutes_of_a_stretch_follow_on_and_stretches_do_not(
    store: ScoreStore, model: Model
) -> None:
    store.add(
        [heard(model, [0.2] * 3), heard(model, [0.3] * 3, t=0.96 + 3 * HOP, began=NOW + 1.44)]
    )
    store.add([heard(model, [0.9] * 2, stretch=2, began=NOW + 100)])
    got = store.track("kitchen", model, "dog", 0)
    assert got.track.starts.tolist() == [0, 6]
    assert np.diff(got.track.t[:6]) == pytest.approx([HOP] * 5)
    assert got.track.t[6] == 0.96
    assert got.hours == pytest.approx(8 * HOP / 3_600)


def test_hops_that_were_skipped_stay_missing(store: ScoreStore, model: Model) -> None:
    store.add([heard(model, [0.2] * 6, skip_before=4)])
    got = store.track("kitchen", model, "dog", 0)
    assert np.diff(got.track.t) / HOP == pytest.approx([1, 1, 1, 4, 1])
    assert np.diff(got.times) / HOP == pytest.approx([1, 1, 1, 4, 1], abs=1e-2)
    assert got.track.starts.tolist() == [0]


def test_a_clock_that_goes_back_mixes_no_stretches(store: ScoreStore, model: Model) -> None:
    store.add([heard(model, [0.9] * 2, stretch=1, began=NOW)])
    store.add([heard(model, [0.2] * 2, stretch=1, t=0.96 + 2 * HOP, began=NOW - 3_600)])
    store.add([heard(model, [0.5] * 2, stretch=2, began=NOW - 1_800)])
    got = store.track("kitchen", model, "dog", 0)
    assert SCORES[got.track.codes] == pytest.approx([0.9, 0.9, 0.2, 0.2, 0.5, 0.5], abs=0.007)
    assert got.track.starts.tolist() == [0, 4]
    assert np.all(np.diff(got.track.t[:4]) > 0)


def test_cameras_models_and_days_are_kept_apart(store: ScoreStore, model: Model) -> None:
    newer = replace(model, version="2.0.0")
    store.add(
        [
            heard(model, [0.2]),
            heard(newer, [0.3] * 2, began=NOW + 60),
            heard(model, [0.4] * 4, entry_id="hall"),
            heard(model, [0.5] * 8, began=NOW - DAY_SECONDS),
        ]
    )
    assert len(store.track("kitchen", model, "dog", NOW).times) == 1
    assert len(store.track("kitchen", newer, "dog", NOW).times) == 2
    assert len(store.track("hall", model, "dog", NOW).times) == 4
    assert len(store.track("kitchen", model, "dog", 0).times) == 9
    assert len(store.track("cellar", model, "dog", 0).times) == 0
    assert [(span.seconds, span.fits) for span in store.spans("kitchen", model, 0)] == [
        (pytest.approx(8 * HOP), True),
        (pytest.approx(HOP), True),
        (pytest.approx(2 * HOP), False),
    ]


def test_what_is_too_old_or_too_far_ahead_goes(store: ScoreStore, model: Model) -> None:
    store.add(
        [
            heard(model, [0.2], began=NOW - DAYS * DAY_SECONDS - 1),
            heard(model, [0.3], began=NOW - DAYS * DAY_SECONDS + 1),
            heard(model, [0.4], began=NOW + 2 * 3_600),
        ]
    )
    store.prune(NOW)
    assert SCORES[store.track("kitchen", model, "dog", 0).track.codes] == pytest.approx(
        [0.3], abs=0.007
    )


def test_a_clock_that_lives_the_same_days_again_fills_no_disk(
    store: ScoreStore, model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("custom_components.audio_guard.score_store.MOST_SECONDS", 100 * HOP)
    for boot in range(30):
        store.add([heard(model, [0.2] * 10, stretch=boot, began=NOW - 60 + boot / 1000)])
        store.add([heard(model, [0.2] * 10, entry_id="hall", stretch=boot)])
    store.prune(NOW)
    assert len(store.track("kitchen", model, "dog", 0).times) == 100
    assert len(store.track("hall", model, "dog", 0).times) <= 100


def test_a_removed_camera_leaves_nothing_in_the_file(
    store: ScoreStore, model: Model, file: Path
) -> None:
    store.add([heard(model, [0.2] * 100, entry_id="k1tchen-secret"), heard(model, [0.3])])
    store.close()
    assert b"k1tchen-secret" in file.read_bytes()
    store.remove("k1tchen-secret")
    store.close()
    assert b"k1tchen-secret" not in file.read_bytes()
    assert store.size("k1tchen-secret").rows == 0
    assert store.size("kitchen").rows == 1


def test_a_removed_camera_leaves_nothing_that_was_moved_aside(
    store: ScoreStore, model: Model, file: Path
) -> None:
    file.parent.mkdir()
    file.write_bytes(b"garbage" * 10_000)
    store.add([heard(model, [0.2])])
    assert file.with_name("history.db.unreadable").exists()
    store.remove("kitchen")
    assert not file.with_name("history.db.unreadable").exists()


def test_deleting_begins_no_file(store: ScoreStore, file: Path) -> None:
    store.remove("kitchen")
    store.prune(NOW)
    assert not file.exists()


def test_tells_its_size(store: ScoreStore, model: Model, file: Path) -> None:
    store.add([heard(model, [0.2] * 75), heard(model, [0.2] * 75, began=NOW + 36, stretch=2)])
    size = store.size("kitchen")
    assert (size.rows, size.hours, size.oldest) == (2, pytest.approx(0.02), NOW)
    assert store.file_bytes() >= 2 * 8_192
    store.close()
    assert store.file_bytes() == file.stat().st_size
    assert sorted(path.name for path in file.parent.iterdir()) == ["history.db"]


def test_what_was_written_survives_a_crash(store: ScoreStore, model: Model, file: Path) -> None:
    store.add([heard(model, [0.2] * 3)])
    # A process that dies leaves the file and its log as they are.
    left = file.parent / "left.db"
    left.write_bytes(file.read_bytes())
    left.with_name("left.db-wal").write_bytes(file.with_name("history.db-wal").read_bytes())
    after = ScoreStore(left)
    assert len(after.track("kitchen", model, "dog", 0).times) == 3
    after.close()


def test_a_log_that_is_cut_off_costs_what_was_in_it(
    store: ScoreStore, model: Model, file: Path
) -> None:
    store.add([heard(model, [0.2] * 3)])
    store.close()
    store.add([heard(model, [0.3] * 4, stretch=2)])
    log = file.with_name("history.db-wal").read_bytes()
    left = file.parent / "left.db"
    left.write_bytes(file.read_bytes())
    left.with_name("left.db-wal").write_bytes(log[: len(log) // 2])
    after = ScoreStore(left)
    assert len(after.track("kitchen", model, "dog", 0).times) == 3
    after.add([heard(model, [0.3] * 4, stretch=3)])
    after.close()


def garbled(content: bytes) -> bytes:
    """Spoil all pages but the first ones."""
    return content[: 4 * 8_192] + b"x" * (len(content) - 4 * 8_192)


@pytest.mark.parametrize(
    ("damage", "found_late"),
    [
        (lambda content: b"x" * len(content), False),
        (lambda content: content[: len(content) // 2], False),
        (garbled, True),
    ],
)
def test_a_damaged_file_is_moved_aside_and_a_new_one_begun(
    store: ScoreStore,
    model: Model,
    file: Path,
    caplog: pytest.LogCaptureFixture,
    damage: Callable[[bytes], bytes],
    found_late: bool,
) -> None:
    for minute in range(60):
        store.add([heard(model, np.linspace(0, 1, 125).tolist(), stretch=minute)])
    store.close()
    broken = damage(file.read_bytes())
    file.write_bytes(broken)
    with pytest.raises(sqlite3.DatabaseError) if found_late else nullcontext():
        assert len(store.track("kitchen", model, "dog", 0).times) == 0
    store.add([heard(model, [0.2])])
    assert len(store.track("kitchen", model, "dog", 0).times) == 1
    assert file.with_name("history.db.unreadable").read_bytes() == broken
    assert caplog.text.count("The history of scores can't be used, since it is damaged") == 1


def test_a_minute_that_is_damaged_is_missing(store: ScoreStore, model: Model, file: Path) -> None:
    for minute in range(3):
        store.add([heard(model, [0.2] * 2, t=0.96 + 125 * HOP * minute, began=NOW + 60 * minute)])
    store.close()
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute(
            "UPDATE piece SET scores = x'00' WHERE began = ?", (1000 * NOW + 60_000,)
        )
    assert store.track("kitchen", model, "dog", 0).track.t == pytest.approx(
        [0.96, 1.44, 120.96, 121.44]
    )


def test_a_stretch_that_is_damaged_is_missing(store: ScoreStore, model: Model, file: Path) -> None:
    for stretch in range(4):
        store.add([heard(model, [0.2] * 2, stretch=stretch, began=NOW + 60 * stretch)])
    store.close()
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE piece SET scores = x'00' WHERE stretch IN (1, 3)")
    got = store.track("kitchen", model, "dog", 0)
    assert got.track.starts.tolist() == [0, 2]
    assert len(got.times) == 4


def test_a_newer_version_is_moved_aside(
    store: ScoreStore, model: Model, file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store.add([heard(model, [0.2])])
    store.close()
    with sqlite3.connect(file) as newer:
        newer.execute("PRAGMA user_version = 2")
    newer.close()
    assert len(store.track("kitchen", model, "dog", 0).times) == 0
    assert caplog.text.count("its version is 2, this one reads 1") == 1
    with sqlite3.connect(file.with_name("history.db.unreadable")) as aside:
        assert aside.execute("SELECT count(*) FROM piece").fetchone() == (1,)
    aside.close()


def test_what_was_moved_aside_grows_old_too(store: ScoreStore, model: Model, file: Path) -> None:
    file.parent.mkdir()
    file.write_bytes(b"garbage" * 10_000)
    store.add([heard(model, [0.2])])
    aside = file.with_name("history.db.unreadable")
    moved = aside.stat().st_mtime
    store.prune(moved + DAYS * DAY_SECONDS - 1)
    assert aside.exists()
    store.prune(moved + DAYS * DAY_SECONDS + 1)
    assert not aside.exists()


def test_a_camera_takes_less_than_two_megabytes_a_day(store: ScoreStore, model: Model) -> None:
    rng = np.random.default_rng(7)
    for minute in range(240):
        scores = rng.beta(0.2, 2.0, (125, len(LABELS))).tolist()  # restless: real ones take less
        frames = [
            ScoreFrame(
                source="test",
                t=round(hop * HOP, 6),
                scores=dict(zip(LABELS, row, strict=True)),
                level_dbfs=-40.0,
            )
            for hop, row in enumerate(scores)
        ]
        store.add(
            [
                HeardFrames(
                    entry_id="kitchen",
                    model=model,
                    stretch=1,
                    began=NOW + 60 * minute,
                    frames=frames,
                )
            ]
        )
    store.close()
    assert store.file_bytes() * 6 <= 2_000_000
