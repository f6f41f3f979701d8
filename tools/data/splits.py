"""Put recordings into train, val and test by their group, the same way each time."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence

from tools.data.dataset import SPLITS, DatasetError
from tools.data.recordings import Recording


def assign_splits(recordings: Sequence[Recording], shares: Mapping[str, float]) -> dict[str, str]:
    """Return the split of each group.

    A group that the source has put into a split stays there. Another one goes where a hash of its
    name says, so it stays put when recordings are added. Only a class too small to have a recording
    in each split borrows one, first for train, then for val, then for test.
    """
    given = _given(recordings)
    split_of = {r.group: given.get(r.group) or _by_hash(r.group, shares) for r in recordings}
    for label in sorted({recording.label for recording in recordings}):
        groups = sorted({r.group for r in recordings if r.label == label}, key=_position)
        for split in SPLITS:
            if shares[split] and all(split_of[group] != split for group in groups):
                _borrow(split, groups, split_of, set(given))
    return split_of


def _given(recordings: Sequence[Recording]) -> dict[str, str]:
    given: dict[str, str] = {}
    for recording in recordings:
        if recording.split and given.setdefault(recording.group, recording.split) != (
            recording.split
        ):
            raise DatasetError(
                f"{recording.name}: its group {recording.group} is in {given[recording.group]} and "
                f"in {recording.split}; put all of a group into one split"
            )
    return given


def _position(group: str) -> float:
    """Return a number in 0..1 that looks random and is the same everywhere."""
    return int.from_bytes(hashlib.sha256(group.encode()).digest()[:6], "big") / 2**48


def _by_hash(group: str, shares: Mapping[str, float]) -> str:
    total = sum(shares.values())
    position = _position(group)
    if position < shares["test"] / total:
        return "test"
    return "val" if position < (shares["test"] + shares["val"]) / total else "train"


def _borrow(split: str, groups: Sequence[str], split_of: dict[str, str], given: set[str]) -> None:
    """Move one group from a split that has more, or needs it less; `groups` are sorted by position."""
    count = Counter(split_of[group] for group in groups)
    spare = [
        group
        for group in groups
        if group not in given
        and (count[split_of[group]] > 1 or SPLITS.index(split_of[group]) > SPLITS.index(split))
    ]
    if spare:
        split_of[spare[-1] if split == "train" else spare[0]] = split
