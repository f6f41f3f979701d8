"""Listen to one camera for as long as it is told to: connect, score, lose, reconnect."""

import logging
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from .analysis import Analyzer
from .backoff import HEALTHY_SECONDS, Backoff
from .capture import Capture, StreamInfo
from .card import Model
from .errors import (
    EngineError,
    HostUnreachableError,
    ModelError,
    NoAnswerError,
    NoAudioError,
    StalledError,
    StoppedError,
    UnauthorizedError,
)
from .frame import ScoreFrame
from .gate import LevelGate, calm_score
from .history import PcmHistory
from .level import FLOOR_DBFS
from .scorer import Scorer
from .source import Source

_LOGGER = logging.getLogger(__name__)

# Some cameras break on an audio-only SETUP, so after this many failures all tracks are asked for, and vice versa.
TRIES_PER_TRACK_CHOICE = 2
# A noise gate's pauses are shorter; a muted microphone is digital silence for longer.
SILENT_SECONDS = 30.0
_NOT_CURED_BY_TRACKS = (HostUnreachableError, NoAnswerError, UnauthorizedError, ModelError)
JOIN_SECONDS = 1.0


class ListenerState(StrEnum):
    """How a camera is heard."""

    OFF = "off"
    WAITING = "waiting"  # nothing is asked of the source until it streams to somebody else
    CONNECTING = "connecting"
    LISTENING = "listening"
    SILENT = "silent"  # connected, and every sample is the same: a muted microphone
    NO_AUDIO = "no_audio"
    UNAUTHORIZED = "unauthorized"
    STALLED = "stalled"
    LOST = "lost"

    @property
    def hears(self) -> bool:
        """Whether sound arrives."""
        return self in (ListenerState.LISTENING, ListenerState.SILENT)


@dataclass(frozen=True, kw_only=True, slots=True)
class ListenerStatus:
    """The state, and for a failed one the reason in words that name the cure."""

    state: ListenerState
    reason: str = ""
    stream: StreamInfo | None = None


class Listener:
    """The loop over one camera, on threads of its own.

    `find_source` is called at every connect (an address may hold a token that changes). It, `on_frame` and
    `on_status` are called on the listener's threads, never after `stop` has returned.
    """

    def __init__(
        self,
        name: str,
        find_source: Callable[[], Source],
        model: Model,
        scorer: Scorer,
        *,
        on_frame: Callable[[ScoreFrame], None],
        on_status: Callable[[ListenerStatus], None],
        gain_db: float = 0.0,
        history_seconds: float = 0.0,
        gated: bool = True,
        backoff: Backoff | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Note what to do; nothing runs before `start`. Not `gated`, every hop is scored, also where nothing is new."""
        self._name = name
        self._find_source = find_source
        self._model = model
        self._scorer = scorer
        self._on_frame = on_frame
        self._on_status = on_status
        self._gain_db = gain_db
        self._history_seconds = history_seconds
        self._gated = gated
        self._gate: LevelGate | None = None
        self._calm_score = calm_score(policy.threshold for policy in model.policies.values())
        self.history: PcmHistory | None = (
            None  # of the newest stretch of sound, if any is to be held
        )
        self._backoff = backoff or Backoff()
        self._clock = clock
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._status = ListenerStatus(state=ListenerState.OFF)
        self._audio_only = True
        self._unheard_tries = 0
        self._heard = False  # in this try
        self.skipped_hops = 0
        self.spared_hops = 0

    def use_thresholds(self, thresholds: Iterable[float]) -> None:
        """Learn which scores are looked for, so that the model rests only while all are far below."""
        self._calm_score = calm_score(thresholds)
        if self._gate is not None:
            self._gate.calm_score = self._calm_score

    def start(self) -> None:
        """Begin to listen. May be called once."""
        self._thread = threading.Thread(
            target=self._run, name=f"audio_guard {self._name}", daemon=True
        )
        self._thread.start()

    def stop(self, timeout_seconds: float = JOIN_SECONDS) -> bool:
        """End listening; blocks, so call it off the event loop. True when the thread has ended.

        A thread inside a native open ends by itself when FFmpeg gives up; nothing hears of it any more.
        """
        self._stop.set()
        if self._thread is None:
            return True
        self._thread.join(timeout_seconds)
        return not self._thread.is_alive()

    def _run(self) -> None:
        """Connect again and again until stopped."""
        self._tell(ListenerStatus(state=ListenerState.CONNECTING))
        while not self._stop.is_set():
            began = self._clock()
            status = self._listen_once()
            if self._clock() - began >= HEALTHY_SECONDS:
                self._backoff.reset()
            self._tell(status)
            self._stop.wait(self._backoff.next_seconds())

    def _listen_once(self) -> ListenerStatus:
        """Listen until something ends it; return how the camera stands then."""
        self._heard = False
        try:
            source = self._find_source()
            self._capture(source)
        except StoppedError:
            return ListenerStatus(state=ListenerState.OFF)
        except EngineError as error:
            self._note_unheard(error)
            return ListenerStatus(state=_state_after(error), reason=str(error))
        except Exception as error:
            _LOGGER.debug("Listening to %s failed unexpectedly", self._name, exc_info=True)
            reason = f"an unexpected {type(error).__name__}: please report it with the debug log"
            return ListenerStatus(state=ListenerState.LOST, reason=reason)
        return ListenerStatus(state=ListenerState.LOST, reason=f"{source.name} has ended")

    def _capture(self, source: Source) -> None:
        """Open the source, and feed its sound to a thread that scores until either ends."""
        with Capture(
            source,
            self._model.front_end.sample_rate_hz,
            audio_only=self._audio_only,
            stop=self._stop,
        ) as capture:
            self._gate = LevelGate(self._model, self._calm_score) if self._gated else None
            analyzer = Analyzer(
                self._name, self._model, self._scorer, gain_db=self._gain_db, gate=self._gate
            )
            history = self._new_history()
            failures: list[EngineError] = []
            scoring = threading.Thread(
                target=self._score,
                args=(analyzer, capture.info, failures),
                name=f"audio_guard {self._name} scores",
                daemon=True,
            )
            scoring.start()
            try:
                for pcm in capture.chunks():
                    if failures:
                        raise failures[0]
                    self._heard = True
                    if history is not None:
                        history.write(pcm)
                    analyzer.write(pcm)
            finally:
                analyzer.close()
                scoring.join(JOIN_SECONDS)

    def _new_history(self) -> PcmHistory | None:
        """Hold the sound of a new stretch, if it is wanted; whoever took the one before may read on in it."""
        if self._history_seconds:
            rate_hz = self._model.front_end.sample_rate_hz
            self.history = PcmHistory(rate_hz, self._history_seconds)
        return self.history

    def _score(
        self, analyzer: Analyzer, stream: StreamInfo | None, failures: list[EngineError]
    ) -> None:
        """Score windows until the analyzer is closed; leave an error for the capturing thread to find.

        A thread of its own, because a capture that also scored could not know that it is late: sound that waits in
        the socket looks like sound that is yet to come.
        """
        sounded_at = 0.0
        skipped_before, spared_before = self.skipped_hops, self.spared_hops
        try:
            for frame in analyzer.frames():
                if self._stop.is_set():
                    return
                if frame.level_dbfs > FLOOR_DBFS:
                    sounded_at = frame.t
                silent = frame.t - sounded_at >= SILENT_SECONDS
                state = ListenerState.SILENT if silent else ListenerState.LISTENING
                self._tell(ListenerStatus(state=state, stream=stream))
                self.skipped_hops = skipped_before + analyzer.skipped_hops
                self.spared_hops = spared_before + analyzer.spared_hops
                self._on_frame(frame)
        except EngineError as error:
            failures.append(error)
        except Exception as error:
            _LOGGER.debug("Scoring %s failed unexpectedly", self._name, exc_info=True)
            failures.append(ModelError(f"the model failed with {type(error).__name__}"))

    def _note_unheard(self, error: EngineError) -> None:
        """Ask for the other choice of tracks after some tries in a row that it may cure."""
        if self._heard:
            self._unheard_tries = 0
        if self._heard or isinstance(error, _NOT_CURED_BY_TRACKS):
            return
        self._unheard_tries += 1
        if self._unheard_tries % TRIES_PER_TRACK_CHOICE == 0:
            self._audio_only = not self._audio_only

    def _tell(self, status: ListenerStatus) -> None:
        """Report a status that differs from the last one."""
        if self._stop.is_set() or status == self._status:
            return
        self._status = status
        self._on_status(status)


def _state_after(error: EngineError) -> ListenerState:
    """Name the state that an error leaves the camera in."""
    if isinstance(error, NoAudioError):
        return ListenerState.NO_AUDIO
    if isinstance(error, UnauthorizedError):
        return ListenerState.UNAUTHORIZED
    if isinstance(error, StalledError):
        return ListenerState.STALLED
    return ListenerState.LOST
