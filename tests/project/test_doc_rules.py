"""The pages' links lead somewhere, and the test would say if one did not."""

from pathlib import Path

import pytest

from .doc_rules import complaints
from .project_files import ROOT


def test_every_link_leads_somewhere() -> None:
    assert list(complaints(ROOT)) == []


@pytest.mark.parametrize(
    "link", ["moon.md", "../docs/moon.md", "privacy.md#moon", "#moon", "../CHANGELOG.md#moon"]
)
def test_a_link_that_leads_nowhere_is_complained_of(copy: Path, link: str) -> None:
    page = copy / "docs" / "page.md"
    page.write_text(f"# Page\n\n[a](#page) [b](privacy.md#what-is-kept) [c]({link})\n", "utf-8")
    assert f"docs/page.md: {link} leads nowhere" in list(complaints(copy))
    page.write_text("# Page\n\n[a](#page) [b](privacy.md#what-is-kept) `[c](moon.md)`\n", "utf-8")
    assert not [found for found in complaints(copy) if "page.md" in found]
