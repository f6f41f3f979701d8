"""How a camera is heard, in one word: the listener's state, or that the machine does not keep up."""

from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from homeassistant.util import dt as dt_util

from .engine.listener import ListenerState, ListenerStatus

OVERLOADED: Final = "overloaded"
HEALTH_STATES: Final = (*(state.value for state in ListenerState), OVERLOADED)

# A burst after a Wi-Fi gap, or a busy minute, skips hops once. A machine that is too slow by only 5 % skips nine of
# them every 90 s, so it skips in each of these spans.
SPAN = timedelta(minutes=2)
SPANS = 5

# Nobody listens in these, and whoever does next begins to count skipped hops at zero.
_IDLE = frozenset({ListenerState.OFF, ListenerState.WAITING})
# Between these a camera stays what it is, deaf, however the reason changes.
_DEAF = frozenset(
    {
        ListenerState.CONNECTING,
        ListenerState.NO_AUDIO,
        ListenerState.UNAUTHORIZED,
        ListenerState.STALLED,
        ListenerState.LOST,
    }
)
_MUTED = (
    "every sample is the same, so the microphone is muted: "
    "turn it on in the camera's own settings (often called audio, sound or microphone)"
)
_TOO_SLOW = (
    "sound arrives faster than this machine scores it, so some of it is skipped: "
    "listen to fewer cameras, or relieve the machine"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Health:
    """One of `HEALTH_STATES`, the reason in words if it is a bad one, and since when the camera is heard or deaf."""

    state: str
    reason: str
    since: datetime


class HealthWatch:
    """Judge a camera's health by its statuses and by the hops that were skipped."""

    def __init__(self) -> None:
        """Begin with a camera that is not listened to."""
        self._status = ListenerStatus(state=ListenerState.OFF)
        self._skipped_hops = 0
        self._late_spans: deque[bool] = deque(maxlen=SPANS)
        self._overloaded = False
        self.health = Health(state=ListenerState.OFF.value, reason="", since=dt_util.utcnow())

    def take_status(self, status: ListenerStatus) -> None:
        """Note a status; without a listener the count begins anew."""
        if status.state in _IDLE:
            self._skipped_hops = 0
            self._late_spans.clear()
            self._overloaded = False
        before, self._status = self._status, status
        self._judge(still_deaf=before.state in _DEAF and status.state in _DEAF)

    def take_skipped_hops(self, total: int) -> None:
        """Note, once a `SPAN`, how many hops a listener has skipped since it began."""
        self._late_spans.append(total > self._skipped_hops)
        self._skipped_hops = total
        if len(self._late_spans) == SPANS and all(self._late_spans):
            self._overloaded = True
        elif not any(self._late_spans):
            self._overloaded = False
        self._judge()

    def _judge(self, *, still_deaf: bool = False) -> None:
        """Name the health; `since` stays while the state, or the deafness, does."""
        state, reason = self._status.state.value, self._status.reason
        if self._status.state is ListenerState.SILENT:
            reason = _MUTED
        elif self._overloaded and self._status.state.hears:
            state, reason = OVERLOADED, _TOO_SLOW
        stays = still_deaf or state == self.health.state
        since = self.health.since if stays else dt_util.utcnow()
        self.health = Health(state=state, reason=reason, since=since)
