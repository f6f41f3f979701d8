#!/usr/bin/env python3
"""Sum up what the suites of scripts/test did: why tests were skipped, then how many passed.

    scripts/report.py .test-results [--must-run MARKER]...

reads the suites' JUnit files. With --must-run, a skipped test that bears the marker is a failure.
"""

import argparse
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """What became of one test."""

    test: str
    outcome: str
    reason: str
    markers: frozenset[str]


def read(file: Path) -> list[Result]:
    """Read the results of one suite."""
    suite = file.stem
    return [_result(suite, case) for case in ET.parse(file).iter("testcase")]  # noqa: S314 (our own file)


def _result(suite: str, case: ET.Element) -> Result:
    skipped = case.find("skipped")
    broken = case.find("failure") is not None or case.find("error") is not None
    outcome = "failed" if broken else "passed" if skipped is None else "skipped"
    markers = (p.get("value", "") for p in case.iter("property") if p.get("name") == "marker")
    return Result(
        test=f"{suite}: {case.get('classname')}::{case.get('name')}",
        outcome=outcome,
        reason="" if skipped is None else skipped.get("message", ""),
        markers=frozenset(markers),
    )


def main() -> int:
    """Print the sum; return 1 if a test failed or should have run."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("folder", type=Path, help="where the suites left their JUnit files")
    parser.add_argument("--must-run", metavar="MARKER", action="append", default=[])
    options = parser.parse_args()

    results = [result for file in sorted(options.folder.glob("*.xml")) for result in read(file)]
    skips = [result for result in results if result.outcome == "skipped"]
    for reason, times in sorted(Counter(result.reason for result in skips).items()):
        print(f"skipped {times}: {reason}")
    missed = [result for result in skips if result.markers & set(options.must_run)]
    for result in missed:
        print(f"should have run: {result.test}")
    count = Counter(result.outcome for result in results)
    print(f"{count['passed']} passed, {count['failed']} failed, {count['skipped']} skipped")
    return 1 if missed or count["failed"] or not results else 0


if __name__ == "__main__":
    sys.exit(main())
