"""What a person says of a clip, as the clip's notes keep it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, Self

# None of the sounds that a model knows.
NONE_OF_THESE: Final = "others"
_KEY: Final = "mark"


class Verdict(StrEnum):
    """Whether the sound is what it was announced as."""

    RIGHT = "right"
    WRONG = "wrong"
    UNSURE = "unsure"


@dataclass(frozen=True, kw_only=True, slots=True)
class Mark:
    """A verdict; `sound`: what a wrong one was instead, None if nobody said."""

    verdict: Verdict
    sound: str | None
    at: datetime

    @classmethod
    def read(cls, notes: Mapping[str, Any]) -> Self | None:
        """Return the mark in a clip's notes, if there is one; raises ValueError for one that is none."""
        if (mark := notes.get(_KEY)) is None:
            return None
        try:
            at = datetime.fromisoformat(mark["at"])
            return cls(verdict=Verdict(mark["verdict"]), sound=mark["sound"], at=at)
        except (KeyError, TypeError) as error:
            raise ValueError(f"{mark!r} is no mark") from error

    def as_json(self) -> dict[str, str | None]:
        """Return the mark as notes and websocket have it."""
        return {"verdict": self.verdict, "sound": self.sound, "at": self.at.isoformat()}


def with_mark(notes: Mapping[str, Any], mark: Mark | None) -> dict[str, Any]:
    """Return notes with another mark, or without any."""
    others = {key: value for key, value in notes.items() if key != _KEY}
    return others if mark is None else {**others, _KEY: mark.as_json()}
