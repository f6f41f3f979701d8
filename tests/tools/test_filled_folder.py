"""A folder gets all of its new files or none."""

from pathlib import Path

import pytest

from tools.runs.filled_folder import filled_folder


def test_new_files_replace_older_ones_and_leave_others(tmp_path: Path) -> None:
    out = tmp_path / "a" / "model"
    with filled_folder(out) as made:
        (made / "tables.md").write_text("old")
    (out / "README.md").write_text("by hand")
    with filled_folder(out) as made:
        (made / "tables.md").write_text("new")
    assert {path.name: path.read_text() for path in out.iterdir()} == {
        "README.md": "by hand",
        "tables.md": "new",
    }
    assert [path.name for path in out.parent.iterdir()] == ["model"]


def test_failure_leaves_all_as_it_was(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        _interrupted(tmp_path / "model")
    assert list(tmp_path.iterdir()) == []


def _interrupted(out: Path) -> None:
    with filled_folder(out) as made:
        (made / "tables.md").write_text("half")
        raise KeyboardInterrupt
