"""What Home Assistant asks of a brand's images."""

from collections.abc import Iterator
from pathlib import Path

from PIL import Image

from .project_files import COMPONENT

# Image → the shortest side's least and greatest length in pixels; an icon is a square.
SIDES = {
    **{f"{dark}icon.png": (256, 256) for dark in ("", "dark_")},
    **{f"{dark}icon@2x.png": (512, 512) for dark in ("", "dark_")},
    **{f"{dark}logo.png": (128, 256) for dark in ("", "dark_")},
    **{f"{dark}logo@2x.png": (256, 512) for dark in ("", "dark_")},
}
NEEDED = ("icon.png", "icon@2x.png", "logo.png", "logo@2x.png")


def complaints(root: Path) -> Iterator[str]:
    """Tell what is wrong with the images."""
    folder = root / COMPONENT / "brand"
    files = {file.name: file for file in folder.iterdir()}
    for name in NEEDED:
        if name not in files:
            yield f"brand/{name}: is missing"
    for name, file in sorted(files.items()):
        if name not in SIDES:
            yield f"brand/{name}: is an image that nothing asks for"
        else:
            yield from (f"brand/{name}: {fault}" for fault in _faults(name, file))
        if name.removeprefix("dark_").replace("@2x", "") not in files:
            yield f"brand/{name}: has no plain version"
        twins = [twin for twin in files if twin > name]
        for twin in twins:
            if files[twin].read_bytes() == file.read_bytes():
                yield f"brand/{name}: is the same image as {twin}"


def _faults(name: str, file: Path) -> Iterator[str]:
    """Tell what is wrong with one image."""
    with Image.open(file) as image:
        if image.format != "PNG":
            yield "is no PNG"
            return
        if not image.info.get("interlace"):
            yield "is not interlaced"
        if "srgb" not in image.info:
            yield "does not say that its colors are sRGB"
        shortest, (least, greatest) = min(image.size), SIDES[name]
        if not least <= shortest <= greatest:
            yield f"its shortest side has {shortest} pixels, not {least} to {greatest}"
        if "icon" in name and image.width != image.height:
            yield "is no square"
        if "logo" in name and image.width <= image.height:
            yield "is not landscape"
        if image.mode != "RGBA" or image.getchannel("A").getextrema()[0] != 0:
            yield "has no transparent background"
            return
        left, top, right, bottom = image.getchannel("A").getbbox() or (0, 0, 0, 0)
        spare = (image.width - right + left, image.height - bottom + top)
        if min(spare) > 2 or ("logo" in name and max(spare) > 2):
            yield "has empty edges"
