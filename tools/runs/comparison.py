"""Read which systems are compared and how long each may learn."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.runs.recipe import RecipeError
from tools.runs.toml_file import parse_toml, read_toml_text


@dataclass(frozen=True, kw_only=True, slots=True)
class System:
    """A recipe and how it takes part.

    `changes` overrule its training. `start`: the system whose weights it begins with. `weights`: the
    published weights without which it is left out, for `instead` if there is one; `only_instead` systems
    take part only so.
    """

    recipe: str
    changes: Mapping[str, int]
    start: str = ""
    weights: str = ""
    instead: str = ""
    only_instead: bool = False

    def __post_init__(self) -> None:
        for name in ("recipe", "start", "weights", "instead"):
            if not isinstance(value := getattr(self, name), str):
                raise TypeError(f"{name} should be text, not {value!r}")
        for name, count in self.changes.items():
            if not isinstance(count, int):
                raise TypeError(f"{name} should be a whole number, not {count!r}")


def read_systems(path: Path) -> list[System]:
    """Read the list of systems; each must come after the one that it starts from."""
    table = parse_toml(read_toml_text(path, RecipeError), path, RecipeError)
    try:
        systems = [_system(entry, table) for entry in table["systems"]]
    except KeyError as error:
        raise RecipeError(f"{path}: {error.args[0]} is missing") from error
    except TypeError as error:
        raise RecipeError(f"{path}: {error}") from error
    _require_known(path, systems)
    return systems


def _system(entry: Any, defaults: dict[str, Any]) -> System:
    if not isinstance(entry, dict):
        raise TypeError(f"systems should be tables, not {entry!r}")
    names = ("epochs", "windows_per_epoch")
    changes = {name: entry.pop(name, defaults.get(name)) for name in names}
    return System(
        changes={name: value for name, value in changes.items() if value is not None}, **entry
    )


def _require_known(path: Path, systems: Sequence[System]) -> None:
    before: set[str] = set()
    everybody = {system.recipe for system in systems}
    for system in systems:
        if system.start and system.start not in before:
            raise RecipeError(
                f"{path}: {system.recipe} starts from {system.start}, which has to come before it"
            )
        if system.instead and system.instead not in everybody:
            raise RecipeError(f"{path}: {system.recipe} names {system.instead}, which is missing")
        before.add(system.recipe)


def present(
    systems: Sequence[System], absent_weights: Sequence[str]
) -> tuple[list[System], list[str]]:
    """Return the systems that can take part, and a note on each that cannot."""
    left_out = [system for system in systems if system.weights in absent_weights]
    needed = {system.instead for system in left_out}
    notes = [
        f"`{system.recipe}` was left out, since the weights `{system.weights}` are not on this machine "
        f"(`python -m tools.fetch {system.weights}`)"
        + (f"; `{system.instead}` stands for it." if system.instead else ".")
        for system in left_out
    ]
    chosen = [
        system
        for system in systems
        if system not in left_out and (not system.only_instead or system.recipe in needed)
    ]
    return chosen, notes
