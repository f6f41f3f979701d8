"""Clips are decoded once, by several processes, and broken ones are kept in mind."""

from pathlib import Path

import numpy as np
import pytest

from audio_guard_engine.card import FrontEnd
from tools.data.dataset import Clip, DatasetError
from tools.windows import pcm_store
from tools.windows.pcm_store import PcmStore, open_store
from tools.windows.takes import EvaluationTake

TAKE = EvaluationTake(background_label="others", gate_db=20.0)


def generated(count: int, label: str = "alarm", generator: str = "alarm") -> list[Clip]:
    return [
        Clip(name=f"{generator}:{i}", label=label, split="train", group=str(i))
        for i in range(count)
    ]


def broken(folder: Path, name: str = "broken.wav", label: str = "alarm") -> Clip:
    (folder / name).touch()
    return Clip(name=name, label=label, split="train", group=name, path=folder / name)


def open_clips(folder: Path, clips: list[Clip], settings: str = "") -> PcmStore:
    return open_store(folder, clips, TAKE, settings, title="test", workers=2)


def test_store_is_computed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = open_clips(tmp_path, generated(3))
    monkeypatch.setattr(pcm_store, "_build", None)
    again = open_clips(tmp_path, generated(3))
    assert np.array_equal(first.rows, again.rows)
    assert [len(first.take_starts(i)) for i in range(3)] == [96 + 48 * 15 + 2] * 3


def test_other_clips_or_settings_make_another_store(tmp_path: Path) -> None:
    open_clips(tmp_path, generated(1))
    open_clips(tmp_path, generated(2))
    open_clips(tmp_path, generated(1), "other")
    assert len(list(tmp_path.iterdir())) == 3


def test_processes_give_what_one_process_gives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clips = generated(10)
    alone = open_clips(tmp_path / "alone", clips)
    monkeypatch.setattr(pcm_store, "FEW_CLIPS", 1)
    together = open_clips(tmp_path / "together", clips)
    assert np.array_equal(alone.rows, together.rows)
    assert np.array_equal(alone.clip, together.clip)


def test_broken_clip_is_kept_as_a_failure(tmp_path: Path) -> None:
    clips = [*generated(1), broken(tmp_path), *generated(1, "others", "background")]
    store = open_clips(tmp_path / "cache", clips)
    assert store.clip.tolist() == [0, 2]
    assert len(store.failures) == 1
    assert "broken.wav: is empty" in store.failures[0]


def test_label_whose_clips_are_all_broken_is_named(tmp_path: Path) -> None:
    clips = [*generated(1), broken(tmp_path, label="dog")]
    with pytest.raises(DatasetError, match=r"no clip of dog can be used: .*broken\.wav"):
        open_clips(tmp_path / "cache", clips)


def test_interrupted_work_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(pcm_store, "_write", interrupted)
    with pytest.raises(KeyboardInterrupt):
        open_clips(tmp_path, generated(1))
    assert not list(tmp_path.iterdir())


def test_evaluation_counts_loud_windows_of_events_and_all_of_the_background() -> None:
    (alarm,) = TAKE(generated(1)[0])
    (silence,) = TAKE(generated(1, "others", "background")[0])
    grid = np.zeros(len(silence.starts), np.bool_)
    grid[: len(grid) - 95 : 48] = True
    assert np.array_equal(silence.starts, grid)
    assert alarm.starts.any()
    assert not alarm.starts[np.arange(len(alarm.starts)) % 48 != 0].any()


def test_sound_comes_back_as_it_was_stored(tmp_path: Path) -> None:
    store = open_clips(tmp_path, generated(1))
    (take,) = TAKE(generated(1)[0])
    stored = store.take_pcm(0)
    assert np.abs(stored[: take.pcm.size] - take.pcm).max() <= 0.5 / 32768 + 1e-7
    assert not stored[take.pcm.size :].any()
    front_end = FrontEnd(context_frames=48)
    window = store.window(0, 10, front_end).astype(np.float32) / 32768
    assert window.size == (48 + 96 + 2) * 160
    assert not window[: 38 * 160].any()
    assert np.array_equal(window[38 * 160 :], stored[: (10 + 96 + 2) * 160])
