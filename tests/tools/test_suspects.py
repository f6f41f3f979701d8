"""Background clips in which another model hears an event are left out, nothing else."""

from pathlib import Path

from tools.data.dataset import Clip
from tools.data.suspects import read_teacher, without_suspects


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
