"""Windows that people dropped count in no take of a clip, and the gate goes by what is left."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tools.data.dataset import Clip, DatasetError, data_hash
from tools.windows import takes
from tools.windows.counting import counting_windows
from tools.windows.pcm_store import open_store
from tools.windows.takes import EvaluationTake, TrainingTakes

ALARM = Clip(name="alarm:0", label="alarm", split="train", group="")
ROOM = Clip(name="background:0", label="others", split="train", group="")
TAKE = EvaluationTake(background_label="others", gate_db=20.0)
LAST = 11  # the generated room of 6 s has windows at the hops 0 to 11


def counted(clip: Clip, energy: list[float], start_hops: list[float], hops: int = 4) -> list[bool]:
    marks = counting_windows(
        clip,
        np.array(energy),
        np.array(start_hops),
        hops,
        background_label="others",
        gate_db=20.0,
    )
    return [bool(mark) for mark in marks]


def test_quiet_windows_of_events_alone_do_not_count() -> None:
    energy = [1.0, 0.5, 0.001, 0.02]
    assert counted(ALARM, energy, [0, 1, 2, 3]) == [True, True, False, True]
    assert counted(ROOM, energy, [0, 1, 2, 3]) == [True, True, True, True]


def test_dropped_windows_do_not_count_and_set_no_gate() -> None:
    energy = [1.0, 0.5, 0.001, 0.0005]
    dropped = (0.0, 0.48)
    assert counted(replace(ALARM, dropped_seconds=dropped), energy, [0, 1, 2, 3]) == [
        *(False, False),
        *(True, True),
    ]
    assert counted(replace(ROOM, dropped_seconds=(0.96,)), energy, [0, 1, 2, 3]) == [
        *(True, True),
        *(False, True),
    ]


def test_window_between_two_goes_with_the_nearer_and_beyond_an_end_with_the_outermost() -> None:
    clip = replace(ROOM, dropped_seconds=(0.0, 1.44))
    starts = [-1.4, 0.4, 0.6, 2.4, 2.6, 4.9]
    assert counted(clip, [1.0] * 6, starts) == [False, False, True, True, False, False]


def test_clip_whose_windows_are_all_dropped_is_named() -> None:
    clip = replace(ROOM, dropped_seconds=(0.0, 0.48), path=Path("room.wav"))
    with pytest.raises(DatasetError, match=r"room\.wav: a list drops all its windows"):
        counted(clip, [1.0, 1.0], [0, 1], hops=2)


def test_dropped_windows_are_left_out_of_evaluation() -> None:
    whole, part = (
        TAKE(clip)[0].starts[::48] for clip in (ROOM, replace(ROOM, dropped_seconds=(0.0, 4.8)))
    )
    assert np.flatnonzero(whole).tolist() == list(range(LAST + 1))
    assert np.flatnonzero(part).tolist() == [n for n in range(LAST + 1) if n not in (0, 10)]


def test_dropped_windows_are_left_out_of_every_training_take(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(takes, "camera", lambda pcm, rng, background: pcm)
    takes_of = TrainingTakes(
        variants={"others": 3},
        backgrounds=[ROOM],
        background_label="others",
        gate_db=20.0,
        seed=1,
    )
    first_half = tuple(0.48 * hop for hop in range(8))
    heard = takes_of(replace(ROOM, dropped_seconds=first_half))
    assert len(heard) == 4
    for take in heard:
        starts = np.flatnonzero(take.starts)
        assert np.all(np.diff(starts) == 1)
        # The first start that counts is at 7.5 hops of 48 frames, after a margin of 72, when played
        # at a speed of 0.87 to 1.15.
        assert 72 + 7.5 * 48 / 1.15 <= starts[0] <= 73 + 7.5 * 48 / 0.87
    assert np.flatnonzero(heard[0].starts)[0] == 72 + 7.5 * 48


def test_dropped_windows_make_other_data_and_another_store(tmp_path: Path) -> None:
    dropped = replace(ROOM, dropped_seconds=(0.48,))
    stores = [
        open_store(tmp_path, [clip], TAKE, "", title="test", workers=1) for clip in (ROOM, dropped)
    ]
    assert len(list(tmp_path.iterdir())) == 2
    assert stores[0].starts.sum() == stores[1].starts.sum() + 1
    assert data_hash([ROOM]) != data_hash([dropped])
