"""Read the TOML files that people write for the tools."""

import tomllib
from pathlib import Path
from typing import Any

from tools.errors import ToolError


def read_toml_text(path: Path, refusal: type[ToolError]) -> str:
    """Return a file's text, which TOML requires to be UTF-8; raise a `refusal` that names the file."""
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise refusal(f"{path}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise refusal(f"{path}: is no valid TOML ({error})") from error


def parse_toml(text: str, place: Path, refusal: type[ToolError]) -> dict[str, Any]:
    """Return a text's tables; raise a `refusal` that names the place."""
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise refusal(f"{place}: is no valid TOML ({error})") from error
