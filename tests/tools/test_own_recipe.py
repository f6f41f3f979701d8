"""A template becomes the recipe of somebody's own classes, or says what they lack."""

import tomllib
from pathlib import Path

import numpy as np
import pytest

from tools.data.dataset import DatasetError
from tools.data.wav import wav_bytes
from tools.runs.own_recipe import FEW_CLIPS, FROM_SHIPPED, is_template, own_classes, own_recipe
from tools.runs.recipe import RecipeError, read_recipe

FROM_SCRATCH = FEW_CLIPS.with_name("from_scratch.toml.j2")
SECOND = 16_000


def write_clip(path: Path, loud_seconds: float) -> None:
    """Write 6 s that are silent but for noise from the first second on."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pcm = np.zeros(6 * SECOND, np.int16)
    end = SECOND + round(loud_seconds * SECOND)
    pcm[SECOND:end] = np.random.default_rng(0).integers(-9000, 9000, end - SECOND)
    path.write_bytes(wav_bytes(pcm))


@pytest.fixture
def clips(tmp_path: Path) -> Path:
    """Return six slams and six whistles, as long as they are named for, and three backgrounds."""
    folder = tmp_path / "clips"
    for number in range(6):
        write_clip(folder / "door slam" / f"{number}.wav", 0.2)
        write_clip(folder / "kettle" / f"{number}.wav", 4.0)
    for number in range(3):
        write_clip(folder / "others" / f"{number}.wav", 5.0)
    return folder


@pytest.mark.parametrize("template", [FEW_CLIPS, FROM_SHIPPED, FROM_SCRATCH])
def test_template_becomes_a_whole_recipe_of_the_classes(
    template: Path, clips: Path, tmp_path: Path
) -> None:
    recipe = own_recipe(template, clips, "mine")
    assert (recipe.name, recipe.background) == ("mine", "others")
    assert recipe.labels == ("door slam", "kettle", "others")
    assert set(recipe.data.variants) == set(recipe.labels)
    assert set(recipe.decider) == set(recipe.events)
    path = tmp_path / "recipe.toml"
    path.write_text(recipe.text)
    assert read_recipe(path) == recipe
    assert is_template(template)
    assert not is_template(path)


def test_few_clips_train_a_classifier_on_a_frozen_encoder(clips: Path) -> None:
    table = tomllib.loads(own_recipe(FEW_CLIPS, clips, "mine").text)
    assert table["network"]["freeze_encoder"]
    assert table["network"]["encoder_weights"] == "mn04"
    assert (
        "encoder_weights"
        not in tomllib.loads(own_recipe(FROM_SCRATCH, clips, "mine").text)["network"]
    )


def test_instant_needs_one_window_and_what_goes_on_several(clips: Path) -> None:
    slam, kettle, others = own_classes(clips)
    assert slam.windows in (2, 3)
    assert kettle.windows >= 8
    assert others.windows == 0
    recipe = own_recipe(FEW_CLIPS, clips, "mine")
    assert recipe.decider["door slam"].confirm_hops == 1
    assert recipe.decider["kettle"].confirm_hops == 2


def test_rarer_class_gets_more_copies_of_each_clip(clips: Path) -> None:
    for number in range(100):
        write_clip(clips / "kettle" / f"more{number}.wav", 1.0)
    slam, kettle, others = own_classes(clips)
    assert others.variants >= slam.variants > kettle.variants >= 1


def test_prepared_data_has_the_classes_of_its_catalogue(clips: Path) -> None:
    lines = ["path,label,split,group"]
    for number, split in enumerate(("train", "val")):
        lines += [
            f"{label}/{number}.wav,{label},{split},{label}{number}"
            for label in ("kettle", "others")
        ]
    (clips / "catalogue.csv").write_text("\n".join(lines) + "\n")
    assert [of.label for of in own_classes(clips)] == ["kettle", "others"]


def test_clip_without_audio_is_passed_over_unless_there_is_no_other(clips: Path) -> None:
    broken = sorted((clips / "kettle").iterdir())
    broken[0].write_bytes(b"")
    assert own_classes(clips)[1].windows >= 8
    for path in broken:
        path.write_bytes(b"")
    with pytest.raises(DatasetError, match=r"kettle/\d\.wav: is empty \(0 bytes\); delete it"):
        own_classes(clips)


def test_what_the_classes_lack_is_named(clips: Path, tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="no such file or folder"):
        own_classes(tmp_path / "no")
    with pytest.raises(DatasetError, match="kettle: holds no sub-folder; make one per class"):
        own_classes(clips / "kettle")
    (clips / "doorbell").mkdir()
    with pytest.raises(
        DatasetError, match="clips/doorbell: holds no audio; put recordings of doorbell"
    ):
        own_classes(clips)
    write_clip(clips / "doorbell" / "only.wav", 1.0)
    with pytest.raises(
        DatasetError, match="no val clip of doorbell; add recordings of it, three at least"
    ):
        own_classes(clips)


def test_background_and_an_event_are_asked_for(clips: Path) -> None:
    (clips / "others").rename(clips / "silence")
    with pytest.raises(
        DatasetError, match=r"clips/others: no such class .*door slam, kettle, silence"
    ):
        own_classes(clips)
    only = clips / "only"
    write_clip(only / "others" / "a.wav", 1.0)
    with pytest.raises(DatasetError, match="only: holds nothing but others; add a class"):
        own_classes(only)


@pytest.mark.parametrize("text", ["name = {{ nothing }}", "name = {{", '{% include "gone.j2" %}'])
def test_broken_template_is_named(text: str, clips: Path, tmp_path: Path) -> None:
    template = tmp_path / "broken.toml.j2"
    template.write_text(text)
    with pytest.raises(RecipeError, match=r"broken\.toml\.j2: cannot be filled in"):
        own_recipe(template, clips, "mine")
    with pytest.raises(RecipeError, match=r"none\.toml\.j2: cannot be filled in"):
        own_recipe(tmp_path / "none.toml.j2", clips, "mine")
