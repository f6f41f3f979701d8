"""Let a verb follow reviewed lists."""

import argparse
from pathlib import Path


def add_reviewed(parser: argparse.ArgumentParser) -> None:
    """Add `--reviewed FILE`, which may be given again; `reviewed` is the list of files."""
    parser.add_argument(
        "--reviewed",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="list of python -m tools.review or tools.clean to follow; of several the later has the "
        "last word",
    )
