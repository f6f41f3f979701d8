"""Whatever a recipe or a list of systems holds, it is read or refused with one of the tools' own errors."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.fuzzing import inputs, spoiled
from tools.runs.comparison import read_systems
from tools.runs.recipe import RecipeError, read_recipe

RECIPES = Path(__file__).parents[2] / "models" / "recipes"
VALUES = (
    *(b"true", b"-1", b"0", b"1", b"0.5", b"1e308", b"nan", b"inf", b"9223372036854775807"),
    *(b'""', b'"others"', b'"../../x"', b'"%s"', b'"' + b"x" * 3_000 + b'"', b"07:00:00"),
    *(
        b"[]",
        b"[[3, 3]]",
        b'["dog", "dog"]',
        b"[{}]",
        b"{}",
        b"{ x = 1 }",
        b'{ low = 1, high = "a" }',
    ),
    *(b"[" * 5_000, b"\xff\xfe", b"{ kind = [1] }"),
)


def spoiled_lines(rng: random.Random, text: bytes) -> bytes:
    """Give one to three lines another value or another place, or take them away."""
    lines = text.splitlines(keepends=True)
    for _ in range(rng.randint(1, 3)):
        line = lines.pop(rng.randrange(len(lines)))
        key, equals, _ = line.partition(b"=")
        action = rng.random()
        if action < 0.6 and equals:
            lines.insert(rng.randint(0, len(lines)), key + b"= " + rng.choice(VALUES) + b"\n")
        elif action < 0.8:
            lines.insert(rng.randint(0, len(lines)), line)
    return b"".join(lines)


@pytest.mark.parametrize(
    ("name", "read"),
    [("compact", read_recipe), ("2dcnn_1", read_recipe), ("compare", read_systems)],
)
@inputs(150, 35_000)
def test_any_recipe_is_read_or_refused(
    tmp_path: Path, name: str, read: Callable[[Path], object], count: int
) -> None:
    right = (RECIPES / f"{name}.toml").read_bytes()
    file = tmp_path / "fuzzed.toml"
    accepted = 0
    for seed in range(count):
        rng = random.Random(seed)
        spoil = spoiled if rng.random() < 0.3 else spoiled_lines
        file.write_bytes(spoil(rng, right))
        try:
            read(file)
        except RecipeError as error:
            text = str(error)
        except Exception as error:
            error.add_note(f"seed {seed}")
            raise
        else:
            accepted += 1
            continue
        assert text.startswith(f"{file}: "), seed
    assert 0 < accepted < count
