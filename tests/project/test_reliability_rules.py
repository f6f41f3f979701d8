"""Each fault of the page about reliability has a test that exists, and the rule would say if not."""

from pathlib import Path

import pytest

from .project_files import ROOT
from .reliability_rules import PAGE, complaints, faults


def test_each_fault_has_its_test() -> None:
    assert list(complaints(ROOT)) == []
    assert len(list(faults(ROOT / PAGE))) >= 30


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        ("| rain | goes on | nothing | – |", "rain: names no test"),
        (
            "| rain | goes on | nothing | [test_rain](../tests/engine/test_faults.py) |",
            "rain: there is no test_rain in ../tests/engine/test_faults.py",
        ),
        (
            "| rain | goes on | nothing | [test_rain](../tests/engine/test_rain.py) |",
            "rain: there is no test_rain in ../tests/engine/test_rain.py",
        ),
    ],
)
def test_a_fault_without_a_test_is_complained_of(copy: Path, row: str, complaint: str) -> None:
    page = copy / PAGE
    page.write_text(f"{page.read_text('utf-8')}\n| fault | | | |\n|---|---|---|---|\n{row}\n")
    assert list(complaints(copy)) == [f"{PAGE}: {complaint}"]


def test_a_page_without_faults_is_complained_of(copy: Path) -> None:
    (copy / PAGE).write_text("# Reliability\n")
    assert list(complaints(copy)) == [f"{PAGE}: no table of faults"]
