"""Read which fields of a recipe to search, and where."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from optuna import Trial

from tools.errors import ToolError
from tools.runs.recipe import Recipe, RecipeError, parse_recipe
from tools.runs.toml_file import parse_toml, read_toml_text
from tools.searching.recipe_text import changed_text

TABLES = ("front_end", "data", "network", "training")
RANGE, CHOICES = {"low", "high"}, {"choices"}


class SpaceError(ToolError):
    """A space that can't be searched; the message names the file, the field and what to change."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Range:
    """Numbers from `low` to `high`, whole ones if those are; `log` draws decades alike."""

    field: str
    low: float
    high: float
    log: bool = False

    def suggest(self, trial: Trial) -> float:
        """Draw a value."""
        if isinstance(self.low, int) and isinstance(self.high, int):
            return trial.suggest_int(self.field, self.low, self.high, log=self.log)
        return trial.suggest_float(self.field, self.low, self.high, log=self.log)

    def shown(self, value: Any) -> Any:
        """Return a value as the recipe has it."""
        return value

    @property
    def samples(self) -> tuple[Any, ...]:
        """Return values that have to be right for all to be."""
        return self.low, self.high


@dataclass(frozen=True, kw_only=True, slots=True)
class Choices:
    """Any values; Optuna keeps them as JSON, since it keeps no lists."""

    field: str
    values: tuple[Any, ...]

    def suggest(self, trial: Trial) -> Any:
        """Draw a value."""
        return self.shown(trial.suggest_categorical(self.field, list(map(json.dumps, self.values))))

    def shown(self, value: Any) -> Any:
        """Return a value as the recipe has it."""
        return json.loads(value)

    @property
    def samples(self) -> tuple[Any, ...]:
        """Return values that have to be right for all to be."""
        return self.values


Dimension: TypeAlias = Range | Choices


def read_space(path: Path, recipe: Recipe) -> tuple[Dimension, ...]:
    """Read a space and check that the recipe can take each of its values."""
    table = parse_toml(read_toml_text(path, SpaceError), path, SpaceError)
    try:
        space = tuple(_dimension(field, of, recipe) for field, of in _fields(table))
    except ValueError as error:
        raise SpaceError(f"{path}: {error}") from error
    if not space:
        raise SpaceError(f"{path}: names no field to search, such as training.learning_rate")
    return space


def _fields(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Give the dotted names that have a range or choices."""
    for name, value in table.items():
        field = f"{prefix}{name}"
        if not isinstance(value, Mapping):
            raise ValueError(f"{field}: give {{ low, high }} or {{ choices }}")
        if value.keys() & (RANGE | CHOICES):
            yield field, value
        else:
            yield from _fields(value, f"{field}.")


def _dimension(field: str, table: Mapping[str, Any], recipe: Recipe) -> Dimension:
    present = _present(recipe, field)
    match table:
        case {"choices": [*values], **rest} if values and not rest:
            dimension: Dimension = Choices(field=field, values=tuple(values))
        case {"low": low, "high": high, **rest} if rest.keys() <= {"log"}:
            dimension = _range(field, low, high, rest.get("log", False), present)
        case _:
            raise ValueError(
                f"{field}: give {{ low, high }}, log = true with them, or {{ choices }}"
            )
    for value in dimension.samples:
        _require_fit(recipe, field, value)
    return dimension


def _present(recipe: Recipe, field: str) -> Any:
    """Return the recipe's own value of a field."""
    table, *names = field.split(".")
    value: Any = getattr(recipe, table) if table in TABLES else None
    for name in names:
        value = value.get(name) if isinstance(value, Mapping) else getattr(value, name, None)
    if value is None:
        raise ValueError(f"{field}: the recipe {recipe.name} has no such field")
    return value


def _range(field: str, low: Any, high: Any, log: Any, present: Any) -> Range:
    if not all(type(value) in (int, float) for value in (low, high, present)):
        raise ValueError(f"{field}: low and high are for numbers; give choices")
    if isinstance(present, int) and not (isinstance(low, int) and isinstance(high, int)):
        raise ValueError(f"{field}: is a whole number; give low and high as such")
    if low >= high:
        raise ValueError(f"{field}: low {low} is not below high {high}")
    if log and low <= 0:
        raise ValueError(f"{field}: with log, low has to be above 0")
    kind = type(present)
    return Range(field=field, low=kind(low), high=kind(high), log=bool(log))


def _require_fit(recipe: Recipe, field: str, value: Any) -> None:
    try:
        parse_recipe(changed_text(recipe.text, {field: value}), Path(recipe.name))
    except RecipeError as error:
        raise ValueError(f"{field} = {value!r}: {error}") from error
