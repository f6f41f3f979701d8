"""The page about faults names a test for each, and the test exists."""

import ast
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

PAGE = Path("docs/reliability.md")
NOT_TESTED = "not tested yet"
TEST = re.compile(r"\[(test_\w+)\]\(([^)]+\.py)\)")


def complaints(root: Path) -> Iterator[str]:
    """Tell which faults of the page have no test, and which tests are not there."""
    page = root / PAGE
    rows = list(faults(page))
    if not rows:
        yield f"{PAGE}: no table of faults"
    for fault, row in rows:
        tests = TEST.findall(row)
        if not tests and NOT_TESTED not in row:
            yield f"{PAGE}: {fault}: names no test"
        for name, file in tests:
            if name not in functions(page.parent / file):
                yield f"{PAGE}: {fault}: there is no {name} in {file}"


def faults(page: Path) -> Iterator[tuple[str, str]]:
    """Return the rows of the page's tables without their heads: the fault, and the whole row."""
    lines = page.read_text("utf-8").splitlines()
    for line, following in pairwise([*lines, ""]):
        if line.startswith("| ") and not following.startswith("|---"):
            yield line.split("|")[1].strip(), line


def functions(file: Path) -> set[str]:
    """Return the names of a file's functions."""
    if not file.is_file():
        return set()
    tree = ast.parse(file.read_text("utf-8"))
    return {
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
