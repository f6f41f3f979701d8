"""The brand's images keep the rules and are what the program draws."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from scripts.draw_brand import BRAND, NAME_RGB, draw_icon, draw_logo, png

from .brand_rules import complaints
from .project_files import COMPONENT, ROOT


def test_the_images_keep_the_rules() -> None:
    assert list(complaints(ROOT)) == []


@pytest.mark.parametrize(
    ("name", "picture"), [("icon.png", draw_icon(256)), ("logo.png", draw_logo(256, NAME_RGB))]
)
def test_the_images_are_what_the_program_draws(name: str, picture: np.ndarray) -> None:
    with Image.open(BRAND / name) as image:
        shipped = np.asarray(image).astype(int)
    assert np.abs(shipped - np.round(picture * 255)).max() <= 1


def _icon(copy: Path, picture: np.ndarray) -> None:
    (copy / COMPONENT / "brand" / "icon.png").write_bytes(png(picture))


def test_missing_and_unknown_images_are_complained_of(copy: Path) -> None:
    brand = copy / COMPONENT / "brand"
    (brand / "icon.png").rename(brand / "picture.png")
    assert set(complaints(copy)) == {
        "brand/icon.png: is missing",
        "brand/icon@2x.png: has no plain version",
        "brand/picture.png: is an image that nothing asks for",
    }


def test_an_image_twice_is_complained_of(copy: Path) -> None:
    brand = copy / COMPONENT / "brand"
    (brand / "dark_logo.png").write_bytes((brand / "logo.png").read_bytes())
    assert list(complaints(copy)) == ["brand/dark_logo.png: is the same image as logo.png"]


@pytest.mark.parametrize(
    ("shape", "complaint"),
    [
        ((128, 128), "its shortest side has 128 pixels, not 256 to 256"),
        ((256, 300), "is no square"),
    ],
)
def test_a_wrong_size_is_complained_of(copy: Path, shape: tuple[int, int], complaint: str) -> None:
    picture = np.pad(np.ones((*shape, 4)), ((0, 0), (0, 1), (0, 0)))[:, 1:]
    _icon(copy, picture)
    assert list(complaints(copy)) == [f"brand/icon.png: {complaint}"]


def test_an_upright_logo_is_complained_of(copy: Path) -> None:
    picture = draw_logo(256, NAME_RGB).transpose(1, 0, 2)
    (copy / COMPONENT / "brand" / "logo.png").write_bytes(png(picture))
    assert list(complaints(copy)) == ["brand/logo.png: is not landscape"]


def test_empty_edges_are_complained_of(copy: Path) -> None:
    _icon(copy, np.pad(draw_icon(200), ((28, 28), (28, 28), (0, 0))))
    assert list(complaints(copy)) == ["brand/icon.png: has empty edges"]


def test_a_background_is_complained_of(copy: Path) -> None:
    _icon(copy, np.ones((256, 256, 4)))
    assert list(complaints(copy)) == ["brand/icon.png: has no transparent background"]


def test_another_format_is_complained_of(copy: Path) -> None:
    file = copy / COMPONENT / "brand" / "icon.png"
    with Image.open(file) as image:
        image.convert("RGB").save(file, "JPEG")
    assert list(complaints(copy)) == ["brand/icon.png: is no PNG"]


def test_a_plain_png_is_complained_of(copy: Path) -> None:
    file = copy / COMPONENT / "brand" / "icon.png"
    with Image.open(file) as image:
        Image.fromarray(np.asarray(image)).save(file, "PNG")
    assert set(complaints(copy)) == {
        "brand/icon.png: is not interlaced",
        "brand/icon.png: does not say that its colors are sRGB",
    }
