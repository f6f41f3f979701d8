"""All cameras' scores in one SQLite file, a row a minute and camera. Everything here blocks."""

import json
import logging
import sqlite3
import threading
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from .engine.card import Model
from .engine.frame import ScoreFrame
from .engine.replay import ScoreTrack
from .engine.score_code import encode

_LOGGER = logging.getLogger(__name__)

VERSION: Final = 1
DAYS: Final = 14.0
DAY_SECONDS: Final = 86_400.0
# A clock that was ahead once leaves times that would never grow old.
AHEAD_SECONDS: Final = 3_600.0
# Where the clock lives the same days again and again, so much listening is kept: 14 days, and some.
MOST_SECONDS: Final = 15 * DAY_SECONDS
# What can't be read is kept for as long as the rest, for whoever goes back to a newer version.
ASIDE_SUFFIX: Final = ".unreadable"

# A row's scores have to fit into a page, or each would take pages of its own.
_SET_UP: Final = """
PRAGMA page_size = 8192;
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA foreign_keys = ON;
PRAGMA secure_delete = ON;
"""
# `began`: milliseconds since 1970 of the first hop; `t`: its stream time. `stretch`: when the stretch that it belongs
# to began, in the same milliseconds; with each the decider starts afresh. `scores`: a byte per hop for each of the
# model's labels, one label after the other, then a byte per hop for the level (dB under full scale); deflated.
_SCHEMA: Final = """
BEGIN;
CREATE TABLE camera (id INTEGER PRIMARY KEY, entry_id TEXT NOT NULL UNIQUE);
CREATE TABLE model (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL, version TEXT NOT NULL, labels TEXT NOT NULL,
  hop_seconds REAL NOT NULL, UNIQUE (name, version, labels, hop_seconds)
);
CREATE TABLE piece (
  camera INTEGER NOT NULL REFERENCES camera ON DELETE CASCADE,
  began INTEGER NOT NULL, stretch INTEGER NOT NULL, t REAL NOT NULL, hops INTEGER NOT NULL,
  model INTEGER NOT NULL REFERENCES model, scores BLOB NOT NULL,
  PRIMARY KEY (camera, began, stretch, t)
) WITHOUT ROWID;
CREATE INDEX piece_without_scores ON piece (camera, began, stretch, t, hops, model);
CREATE VIEW heard AS
  SELECT entry_id, name, version, labels, hop_seconds, began, stretch, t, hops, scores
  FROM piece JOIN camera ON camera.id = camera JOIN model ON model.id = model;
PRAGMA user_version = 1;
COMMIT;
"""
_ADD_CAMERA: Final = "INSERT OR IGNORE INTO camera (entry_id) VALUES (?)"
_ADD_MODEL: Final = (
    "INSERT OR IGNORE INTO model (name, version, labels, hop_seconds) VALUES (?, ?, ?, ?)"
)
_ADD_PIECE: Final = """
INSERT OR REPLACE INTO piece VALUES (
  (SELECT id FROM camera WHERE entry_id = ?), ?, ?, ?, ?,
  (SELECT id FROM model WHERE (name, version, labels, hop_seconds) = (?, ?, ?, ?)), ?
)
"""
# After a jump of the clock, the order of stretches is not that of time.
_TRACK: Final = """
SELECT began, stretch, t, hops, scores FROM heard
WHERE entry_id = ? AND began >= ? AND (name, version, labels, hop_seconds) = (?, ?, ?, ?)
ORDER BY stretch, t
"""
_SPANS: Final = """
SELECT began, hops * hop_seconds, (name, version, labels, hop_seconds) = (?, ?, ?, ?) FROM heard
WHERE entry_id = ? AND began >= ? ORDER BY began
"""
_SIZE: Final = """
SELECT count(*), total(hops * hop_seconds), min(began) FROM heard WHERE entry_id = ?
"""
_DELETE_OLD: Final = "DELETE FROM piece WHERE camera = ? AND began < ?"
_DELETE_AHEAD: Final = "DELETE FROM piece WHERE camera = ? AND began > ?"
_DELETE_SURPLUS: Final = """
DELETE FROM piece WHERE camera = ?1 AND began <= (
  SELECT max(began) FROM (
    SELECT began, sum(hops * hop_seconds) OVER (ORDER BY began DESC) AS seconds
    FROM piece JOIN model ON model.id = model WHERE camera = ?1
  ) WHERE seconds > ?2
)
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class HeardFrames:
    """Frames of one model that a camera brought without a break; `began` is when the first came, as Unix time."""

    entry_id: str
    model: Model
    stretch: int
    began: float
    frames: Sequence[ScoreFrame]


@dataclass(frozen=True, kw_only=True, slots=True)
class HeardSpan:
    """Some seconds that were heard, as Unix time, and whether the model in question heard them."""

    start: float
    seconds: float
    fits: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class HeardTrack:
    """What one class scored, and each hop's Unix time."""

    track: ScoreTrack
    times: NDArray[np.float64]

    @property
    def hours(self) -> float:
        """How long was listened."""
        return len(self.times) * self.track.hop_seconds / 3_600


@dataclass(frozen=True, kw_only=True, slots=True)
class StoreSize:
    """What one camera takes."""

    rows: int
    hours: float
    oldest: float | None


class ScoreStore:
    """The file, opened when it is first needed. Any thread may call, one at a time is let in.

    Everything raises `sqlite3.Error` or `OSError` if the disk does not let it. A file that is broken, or of a newer
    version, is moved aside, and a new one begun.
    """

    def __init__(self, path: Path) -> None:
        """Note where the file is, or will be."""
        self._path = path
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None

    def close(self) -> None:
        """Close the file until it is needed again."""
        with self._lock:
            self._close()

    def add(self, heard: Sequence[HeardFrames]) -> None:
        """Write all of it, or none."""
        rows = [row for part in heard for row in _rows(part)]
        cameras = {(part.entry_id,) for part in heard}
        models = {_identity(part.model) for part in heard}
        with self._opened() as connection:
            connection.executemany(_ADD_CAMERA, cameras)
            connection.executemany(_ADD_MODEL, models)
            connection.executemany(_ADD_PIECE, rows)

    def track(self, entry_id: str, model: Model, label: str, since: float) -> HeardTrack:
        """Return what a class scored since a Unix time, as far as this very model heard it."""
        with self._opened() as connection:
            asked = entry_id, round(since * 1000), *_identity(model)
            rows = connection.execute(_TRACK, asked).fetchall()
        return _joined(rows, model.labels.index(label), model.front_end.patch_hop_seconds)

    def spans(self, entry_id: str, model: Model, since: float) -> list[HeardSpan]:
        """Return when a camera was heard since a Unix time, the oldest first."""
        with self._opened() as connection:
            asked = *_identity(model), entry_id, round(since * 1000)
            rows = connection.execute(_SPANS, asked).fetchall()
        return [
            HeardSpan(start=began / 1000, seconds=seconds, fits=bool(fits))
            for began, seconds, fits in rows
        ]

    def size(self, entry_id: str) -> StoreSize:
        """Return what one camera takes."""
        with self._opened() as connection:
            rows, seconds, oldest = connection.execute(_SIZE, (entry_id,)).fetchone()
        return StoreSize(rows=rows, hours=seconds / 3_600, oldest=oldest and oldest / 1000)

    def file_bytes(self) -> int:
        """Return the size of the file with its log."""
        return sum(path.stat().st_size for path in self._files() if path.exists())

    def prune(self, now: float) -> None:
        """Delete what is too old, too far ahead, or too much."""
        if not self._path.exists():
            return
        oldest, newest = now - DAYS * DAY_SECONDS, now + AHEAD_SECONDS
        with self._opened() as connection:
            for camera in connection.execute("SELECT id FROM camera").fetchall():
                connection.execute(_DELETE_OLD, (*camera, round(oldest * 1000)))
                connection.execute(_DELETE_AHEAD, (*camera, round(newest * 1000)))
                connection.execute(_DELETE_SURPLUS, (*camera, MOST_SECONDS))
        aside = self._aside()
        if aside.exists() and aside.stat().st_mtime < oldest:
            aside.unlink()

    def remove(self, entry_id: str) -> None:
        """Delete what was kept of a camera, and what was moved aside, which may hold it; nothing is begun for it."""
        self._aside().unlink(missing_ok=True)
        if not self._path.exists():
            return
        with self._opened() as connection:
            connection.execute("DELETE FROM camera WHERE entry_id = ?", (entry_id,))

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        """Let one thread work with the file; what it changes is written when it is done, or not at all."""
        with self._lock:
            try:
                if self._connection is None:
                    self._connection = self._open()
                with self._connection:
                    yield self._connection
            except sqlite3.DatabaseError as error:
                self._close()
                if _broken(error):
                    self._move_aside("it is damaged")
                raise

    def _open(self) -> sqlite3.Connection:
        """Open the file; one that can't be used makes room for a new one."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        try:
            connection = self._connect()
        except sqlite3.DatabaseError as error:
            if not _broken(error):
                raise
            self._move_aside("it is damaged")
            return self._connect()
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version == VERSION:
            return connection
        connection.close()
        self._move_aside(f"its version is {version}, this one reads {VERSION}")
        return self._connect()

    def _connect(self) -> sqlite3.Connection:
        """Open the file as it is; a new one gets its tables."""
        connection = sqlite3.connect(self._path, check_same_thread=False)
        try:
            connection.executescript(_SET_UP)
            (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
            if not tables:
                connection.executescript(_SCHEMA)
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    def _close(self) -> None:
        """Close the file, which also empties its log."""
        if self._connection is not None:
            connection, self._connection = self._connection, None
            connection.close()

    def _move_aside(self, reason: str) -> None:
        """Make room for a new file."""
        aside = self._aside()
        _LOGGER.warning(
            "The history of scores can't be used, since %s: it is now %s, and a new one begins",
            reason,
            aside,
        )
        self._path.replace(aside)
        for path in self._files():
            path.unlink(missing_ok=True)  # a log belongs to its own file alone

    def _aside(self) -> Path:
        """Return where a file goes that can't be used."""
        return self._path.with_name(f"{self._path.name}{ASIDE_SUFFIX}")

    def _files(self) -> list[Path]:
        """Return the file and what SQLite keeps beside it."""
        return [self._path.with_name(f"{self._path.name}{end}") for end in ("", "-wal", "-shm")]


def _broken(error: sqlite3.DatabaseError) -> bool:
    """Tell whether an error says that the file is no database, or a damaged one."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the rest says where
    return code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def _identity(model: Model) -> tuple[str, str, str, float]:
    """Return what makes scores comparable."""
    hop_seconds = model.front_end.patch_hop_seconds
    return model.name, model.version, json.dumps(model.labels), hop_seconds


def _rows(heard: HeardFrames) -> Iterator[tuple[object, ...]]:
    """Yield a row for every run of frames without a hop missing between them."""
    hop_seconds = heard.model.front_end.patch_hop_seconds
    times = np.array([frame.t for frame in heard.frames])
    scores = np.array(
        [[frame.scores[label] for frame in heard.frames] for label in heard.model.labels]
    )
    levels = np.array([-frame.level_dbfs for frame in heard.frames])
    codes = np.vstack([encode(scores), np.clip(np.rint(levels), 0, 255).astype(np.uint8)])
    skips = np.flatnonzero(np.diff(times) > 1.5 * hop_seconds) + 1
    for run in np.split(np.arange(len(times)), skips):
        first = run[0]
        began = round((heard.began + times[first] - times[0]) * 1000)
        content = _deflated(codes[:, run].tobytes())
        row = began, heard.stretch, float(times[first]), len(run)
        yield heard.entry_id, *row, *_identity(heard.model), content


def _deflated(content: bytes) -> bytes:
    """Compress a minute of codes: runs of them alone are as small as with what else repeats, and read twice as fast."""
    compressor = zlib.compressobj(strategy=zlib.Z_RLE)
    return compressor.compress(content) + compressor.flush()


def _inflated(content: bytes) -> bytes:
    """Undo that; what is damaged is nothing."""
    try:
        return zlib.decompress(content)
    except zlib.error:
        return b""


def _joined(rows: Sequence[tuple[Any, ...]], label: int, hop_seconds: float) -> HeardTrack:
    """Put rows of `began`, `stretch`, `t`, `hops` and `scores` together, for one of the labels."""
    parts = [_inflated(content)[label * hops : (label + 1) * hops] for *_, hops, content in rows]
    sizes = np.array(list(map(len, parts)), np.intp)
    # In place: two weeks are 2.5 million hops, and each array of them 20 MB.
    seconds = np.arange(sizes.sum(), dtype=np.float64)
    firsts = np.cumsum(sizes) - sizes
    seconds -= np.repeat(firsts, sizes)
    seconds *= hop_seconds
    times = np.repeat(np.array([row[0] / 1000 for row in rows], np.float64), sizes)
    times += seconds
    t = np.repeat(np.array([row[2] for row in rows], np.float64), sizes)
    t += seconds
    begins = np.diff(np.array([row[1] for row in rows], np.int64), prepend=-1) != 0
    starts = np.unique(firsts[begins])  # of a stretch that is all damaged nothing begins
    track = ScoreTrack(
        codes=np.frombuffer(b"".join(parts), np.uint8),
        t=np.round(t, 6, out=t),  # as the engine rounds them
        starts=starts[starts < sizes.sum()],
        hop_seconds=hop_seconds,
    )
    return HeardTrack(track=track, times=times)
