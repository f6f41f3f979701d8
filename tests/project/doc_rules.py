"""Sections and links of the documentation."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

CODE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def complaints(root: Path) -> Iterator[str]:
    """Tell which links between the pages lead nowhere."""
    for page in (root / "README.md", *sorted((root / "docs").glob("*.md"))):
        text = re.sub(r"`[^`\n]*`", "", CODE.sub("", page.read_text("utf-8")))
        for link in re.findall(r"\]\(([^)\s]+)\)", text):
            if not re.match(r"[a-z]+:", link) and not leads_somewhere(page, link):
                yield f"{page.relative_to(root)}: {link} leads nowhere"


def leads_somewhere(page: Path, link: str) -> bool:
    """Return whether a link from a page names a file, and a section that is in it."""
    name, _, section = unquote(link).partition("#")
    target = page.parent / name if name else page
    return target.exists() and (not section or section in sections(target))


def sections(page: Path) -> set[str]:
    """Return the anchors that GitHub gives a page's headings."""
    text = CODE.sub("", page.read_text("utf-8"))
    return {
        re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")
        for title in re.findall(r"^#+ (.+?)\s*$", text, re.MULTILINE)
    }
