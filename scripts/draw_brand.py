#!/usr/bin/env python3
"""Draw the brand's images: a shield that holds a lens between sound waves, and the name beside it.

    .venv/unit/bin/python scripts/draw_brand.py [folder]

writes the PNG files that Home Assistant shows, by default into the integration's `brand` folder. Everything is a line
with round ends or a filled outline, and each pixel is covered by its distance to that.
"""

import struct
import sys
import zlib
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

type Points = NDArray[np.float64]  # (n, 2): x to the right, y down
type Picture = NDArray[
    np.float64
]  # (height, width, 4): red, green, blue not multiplied by alpha; 0–1

BRAND = Path(__file__).parents[1] / "custom_components" / "audio_guard" / "brand"

# One unit is the height of every image.
TOP_RGB = (0.09, 0.72, 0.70)
BOTTOM_RGB = (0.06, 0.32, 0.62)
WHITE = (1.0, 1.0, 1.0)
PUPIL_RGB = (0.06, 0.36, 0.60)
NAME_RGB = (0.10, 0.20, 0.30)
NAME_ON_DARK_RGB = (0.93, 0.96, 0.98)
SHIELD_WIDTH = 0.88
NAME_GAP = 0.14  # between the shield and the name
LETTER = 0.115  # radius of a letter's bowl
PEN = 0.05  # width of the name's lines

# Each is drawn at a height in pixels; Home Assistant asks for the second ones on screens of a high resolution.
SIZES = {"": 256, "@2x": 512}


def arc(x: float, y: float, radius: float, start_degrees: float, end_degrees: float) -> Points:
    """Return points along a circle; degrees grow clockwise from the right."""
    angles = np.radians(np.linspace(start_degrees, end_degrees, 49))
    return np.stack([x + radius * np.cos(angles), y + radius * np.sin(angles)], axis=1)


def line(*points: tuple[float, float]) -> Points:
    """Return the points of a line."""
    return np.array(points, np.float64)


def dot(x: float, y: float) -> Points:
    """Return a line without length, which a round pen makes a disc."""
    return line((x, y), (x, y))


def shield() -> Points:
    """Return a shield's outline within SHIELD_WIDTH and a height of 1, before its corners are rounded."""
    half = SHIELD_WIDTH / 2
    t = np.linspace(0.0, 1.0, 25)[:, np.newaxis]

    def curve(*corners: tuple[float, float]) -> Points:
        a, b, c, d = (np.array(corner) for corner in corners)
        return a * (1 - t) ** 3 + 3 * b * t * (1 - t) ** 2 + 3 * c * t**2 * (1 - t) + d * t**3

    right = np.concatenate(
        [
            curve((0.0, 0.0), (0.14, 0.10), (0.28, 0.13), (half, 0.13)),
            curve((half, 0.13), (half, 0.60), (0.30, 0.86), (0.0, 1.0)),
        ]
    )
    left = right[::-1] * (-1, 1)
    outline: Points = np.concatenate([right, left])
    outline[:, 0] += half
    return outline


def letters(text: str, x: float, baseline: float) -> list[Points]:
    """Return the lines of a word made of the letters that the name needs; the first bowl begins at x."""
    r, top, tall = LETTER, baseline - 2 * LETTER, baseline - 3.1 * LETTER
    lines: list[Points] = []
    for letter in text:
        bowl, right = arc(x + r, baseline - r, r, 0, 360), x + 2 * r
        match letter:
            case "a":
                lines += [bowl, line((right, top), (right, baseline))]
            case "d":
                lines += [bowl, line((right, tall), (right, baseline))]
            case "g":
                hook = arc(x + r, baseline + 0.35 * r, r, 0, 150)
                lines += [bowl, np.concatenate([line((right, top)), hook])]
            case "o":
                lines += [bowl]
            case "u":
                cup = arc(x + r, baseline - r, r, 180, 0)
                lines += [
                    np.concatenate([line((x, top)), cup]),
                    line((right, top), (right, baseline)),
                ]
            case "i":
                right = x
                lines += [line((x, top), (x, baseline)), dot(x, tall + PEN / 2)]
            case "r":
                right = x + 0.95 * r
                lines += [
                    line((x, top), (x, baseline)),
                    arc(x + 1.15 * r, top + 1.15 * r, 1.15 * r, 180, 280),
                ]
        x = right + 0.95 * r
    return lines


class Canvas:
    """A transparent picture, on which outlines and lines are laid one over another."""

    def __init__(self, height_px: int, width: float) -> None:
        """Take the height in pixels and the width in heights."""
        self.unit_px = height_px
        self.picture: Picture = np.zeros((height_px, round(width * height_px), 4))
        y, x = np.indices(self.picture.shape[:2])
        self._pixels = np.stack([x + 0.5, y + 0.5], axis=-1) / height_px
        self.y = self._pixels[..., 1]

    def stroke(self, lines: Iterable[Points], pen: float, rgb: ArrayLike) -> None:
        """Draw lines with round ends."""
        for points in lines:
            self._cover(self._distance(points, pen), pen / 2, rgb)

    def fill(self, outline: Points, rounding: float, rgb: ArrayLike) -> None:
        """Fill an outline whose corners are rounded outwards."""
        distance = self._distance(np.concatenate([outline, outline[:1]]), 2 * rounding)
        self._cover(np.where(self._inside(outline), 0.0, distance), rounding, rgb)

    def _distance(self, points: Points, far: float) -> NDArray[np.float64]:
        """Return each pixel's distance to a line, where it may be less than `far`."""
        distance = np.full(self.y.shape, np.inf)
        first = np.maximum(np.floor((points.min(axis=0) - far) * self.unit_px).astype(int), 0)
        last = np.ceil((points.max(axis=0) + far) * self.unit_px).astype(int)
        near = np.s_[first[1] : last[1], first[0] : last[0]]
        for start, end in pairwise(points):
            along, reach = end - start, self._pixels[near] - start
            share = np.clip(reach @ along / max(along @ along, 1e-12), 0, 1)
            off = reach - share[..., np.newaxis] * along
            distance[near] = np.minimum(distance[near], np.hypot(off[..., 0], off[..., 1]))
        return distance

    def _inside(self, outline: Points) -> NDArray[np.bool_]:
        """Return which pixels have an odd number of edges to their right."""
        inside = np.zeros(self.y.shape, np.bool_)
        x, y = np.moveaxis(self._pixels, -1, 0)
        for (x1, y1), (x2, y2) in zip(outline, np.roll(outline, -1, axis=0), strict=True):
            if y1 != y2:
                inside ^= ((y1 > y) != (y2 > y)) & (x < x1 + (y - y1) * (x2 - x1) / (y2 - y1))
        return inside

    def _cover(self, distance: NDArray[np.float64], reach: float, rgb: ArrayLike) -> None:
        """Lay a color over what is within reach; a pixel at the edge is covered in part."""
        cover = np.clip(0.5 + (reach - distance) * self.unit_px, 0, 1)[..., np.newaxis]
        below = self.picture[..., 3:] * (1 - cover)
        alpha = cover + below
        mixed = np.asarray(rgb) * cover + self.picture[..., :3] * below
        self.picture[..., :3] = mixed / np.maximum(alpha, 1e-9)
        self.picture[..., 3:] = alpha


def draw_shield(canvas: Canvas) -> None:
    """Draw the shield at the left edge, and the lens and the waves upon it."""
    rounding = 0.045
    outline = shield()
    middle = np.array([SHIELD_WIDTH / 2, 0.5])
    smaller = middle + (outline - middle) * (1 - 2 * rounding / np.ptp(outline, axis=0))
    down = canvas.y[..., np.newaxis]
    canvas.fill(smaller, rounding, np.array(TOP_RGB) * (1 - down) + np.array(BOTTOM_RGB) * down)
    x, y = SHIELD_WIDTH / 2, 0.47
    waves = [arc(x, y, radius, side - 40, side + 40) for side in (0, 180) for radius in (0.2, 0.31)]
    canvas.stroke(waves, 0.055, WHITE)
    canvas.stroke([dot(x, y)], 0.23, WHITE)
    canvas.stroke([dot(x, y)], 0.11, PUPIL_RGB)


def draw_logo(height_px: int, name_rgb: tuple[float, float, float]) -> Picture:
    """Return the shield with the name at its right."""
    left, baseline = SHIELD_WIDTH + NAME_GAP + PEN / 2, 3.3 * LETTER
    name = [*letters("audio", left, baseline), *letters("guard", left, baseline + 3.6 * LETTER)]
    canvas = Canvas(height_px, np.concatenate(name)[:, 0].max() + PEN / 2)
    draw_shield(canvas)
    canvas.stroke(name, PEN, name_rgb)
    return canvas.picture


def draw_icon(height_px: int) -> Picture:
    """Return the shield in the middle of a square."""
    canvas = Canvas(height_px, SHIELD_WIDTH)
    draw_shield(canvas)
    spare = height_px - canvas.picture.shape[1]
    return np.pad(canvas.picture, ((0, 0), (spare // 2, spare - spare // 2), (0, 0)))


def png(picture: Picture) -> bytes:
    """Return the picture as an interlaced PNG in sRGB."""
    pixels = np.round(picture * 255).astype(np.uint8)
    height, width = pixels.shape[:2]
    rows = bytearray()
    for x, y, step_x, step_y in (  # the seven passes of PNG's interlacing
        *((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4)),
        *((0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)),
    ):
        part = pixels[y::step_y, x::step_x]
        lines = part.reshape(part.shape[0], -1)
        rows += np.insert(lines, 0, 0, axis=1).tobytes()  # 0: the row as it is, no filter

    def chunk(kind: bytes, content: bytes) -> bytes:
        checksum = zlib.crc32(kind + content)
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)

    header = struct.pack(
        ">IIBBBBB", width, height, 8, 6, 0, 0, 1
    )  # 8 bits of red, green, blue and alpha
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        [
            chunk(b"IHDR", header),
            chunk(b"sRGB", b"\x00"),
            chunk(b"IDAT", zlib.compress(bytes(rows), 9)),
            chunk(b"IEND", b""),
        ]
    )


def images() -> dict[str, Picture]:
    """Return every image by its file's name."""
    drawn: dict[str, Picture] = {}
    for suffix, height_px in SIZES.items():
        drawn[f"icon{suffix}.png"] = draw_icon(height_px)
        drawn[f"logo{suffix}.png"] = draw_logo(height_px, NAME_RGB)
        drawn[f"dark_logo{suffix}.png"] = draw_logo(height_px, NAME_ON_DARK_RGB)
    return drawn


if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else BRAND
    folder.mkdir(parents=True, exist_ok=True)
    for name, picture in images().items():
        (folder / name).write_bytes(png(picture))
