"""Listen to an address in a test, and keep all that the listener says."""

import contextlib
import random
import threading
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

from audio_guard_engine.backoff import Backoff
from audio_guard_engine.card import Model
from audio_guard_engine.frame import ScoreFrame
from audio_guard_engine.listener import Listener, ListenerState, ListenerStatus
from audio_guard_engine.scorer import Scorer
from audio_guard_engine.source import Source, parse_source

LIMIT_SECONDS = 15.0
NUMBERS = count(100)  # of as many digits, so that no name is the beginning of another


class Heard:
    """A listener and all that it said; `until` waits for it."""

    def __init__(
        self,
        find_source: Callable[[], Source],
        model: Model,
        scorer: Scorer,
        history_seconds: float = 0.0,
        seed: int = 0,
    ) -> None:
        self.frames: list[ScoreFrame] = []
        self.statuses: list[ListenerStatus] = []
        self._said = threading.Condition()
        self.name = f"test {next(NUMBERS)}"
        self.listener = Listener(
            self.name,
            find_source,
            model,
            scorer,
            on_frame=lambda frame: self._note(self.frames, frame),
            on_status=lambda status: self._note(self.statuses, status),
            history_seconds=history_seconds,
            backoff=QuickBackoff(random.Random(seed)),
        )

    def _note(self, said: list[Any], what: object) -> None:
        with self._said:
            said.append(what)
            self._said.notify_all()

    def until(self, condition: Callable[[], bool]) -> None:
        with self._said:
            assert self._said.wait_for(condition, LIMIT_SECONDS), (self.states, len(self.frames))

    def until_state(self, state: ListenerState) -> None:
        self.until(lambda: self.states[-1:] == [state])

    @property
    def states(self) -> list[ListenerState]:
        return [status.state for status in self.statuses]


class QuickBackoff(Backoff):
    """Wait a twentieth of the time."""

    def next_seconds(self) -> float:
        return super().next_seconds() / 20


@contextlib.contextmanager
def listening(
    find_source: str | Callable[[], Source],
    model: Model,
    scorer: Scorer,
    history_seconds: float = 0.0,
    seed: int = 0,
) -> Iterator[Heard]:
    """Listen to an address, or to what a function finds; no thread outlives the context."""
    if isinstance(find_source, str):
        address = find_source
        heard = Heard(lambda: parse_source(address), model, scorer, history_seconds, seed)
    else:
        heard = Heard(find_source, model, scorer, history_seconds, seed)
    heard.listener.start()
    try:
        yield heard
    finally:
        assert heard.listener.stop(5)
        assert not [thread for thread in threading.enumerate() if heard.name in thread.name]
