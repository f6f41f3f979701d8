"""Background clips in which another model hears an event are left out, nothing else."""

from dataclasses import replace
from pathlib import Path

import pytest

from tools.data.dataset import Clip
from tools.data.suspects import read_teacher, without_suspects
from tools.runs.recipe import read_recipe
from tools.runs.run_folder import ROOT
from tools.windows.training_data import trusted


def clip(name: str, label: str) -> Clip:
    return Clip(name=name, label=label, split="train", group=name)


def test_suspect_background_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "teacher.csv"
    path.write_text(
        'path,windows,top\na,3,"Domestic animals, pets 0.95; Bark 0.90"\nb,2,Bark 0.20\n'
        'c,2,"Bark 0.90"\n'
    )
    heard = read_teacher(path)
    assert heard["a"] == {"Domestic animals, pets": 0.95, "Bark": 0.9}
    clips = [clip("a", "others"), clip("b", "others"), clip("c", "dog"), clip("d", "others")]
    kept = without_suspects(clips, "others", heard, {"Bark": 0.5})
    assert [c.name for c in kept] == ["b", "c", "d"]
    vouched = [replace(clip("a", "others"), vouched=True)]
    assert without_suspects(vouched, "others", heard, {"Bark": 0.5}) == vouched


def test_clips_without_a_teachers_list_are_all_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recipe = read_recipe(ROOT / "models" / "recipes" / "compact.toml")
    clips = [clip("a", "others"), clip("b", "dog")]
    assert recipe.data.teacher
    assert trusted(recipe, clips, tmp_path) == clips
    assert "no teacher_top.csv" in capsys.readouterr().err
