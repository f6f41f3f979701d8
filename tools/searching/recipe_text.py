"""Change values in the text of a recipe and leave the rest of it, comments too, as it is."""

from collections.abc import Mapping
from typing import Any

import tomlkit


def changed_text(text: str, values: Mapping[str, Any]) -> str:
    """Return the text with values by their dotted names, `training.batch`."""
    document = tomlkit.parse(text)
    for field, value in values.items():
        *tables, name = field.split(".")
        table: Any = document
        for part in tables:
            table = table.setdefault(part, tomlkit.table())
        table[name] = value
    return tomlkit.dumps(document)
