"""Ask a person for help while a camera stays deaf; take it back when the camera is heard again."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from homeassistant.core import CALLBACK_TYPE, HassJob, HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.event import async_track_point_in_utc_time
from homeassistant.util import dt as dt_util

from .camera_entity import async_camera_id
from .const import CONF_CAMERA, DOMAIN
from .device import AudioGuardConfigEntry
from .engine.listener import ListenerState
from .health import OVERLOADED


class Problem(StrEnum):
    """What a person can cure; also the key of the texts."""

    NO_AUDIO = "no_audio"
    UNAUTHORIZED = "unauthorized"
    SILENT = "silent"
    UNHEARD = "unheard"
    CAMERA_GONE = "camera_gone"
    OVERLOADED = "overloaded"


# How long each lasts before a person is asked.
PATIENCE: Mapping[Problem, timedelta] = {
    # A camera that restarts may offer its tracks, and know its accounts, some seconds late.
    Problem.NO_AUDIO: timedelta(minutes=1),
    Problem.UNAUTHORIZED: timedelta(minutes=1),
    Problem.CAMERA_GONE: timedelta(minutes=1),
    # A noise gate makes a quiet room digitally silent for minutes; a muted microphone stays so.
    Problem.SILENT: timedelta(minutes=15),
    # Restarts, updates and Wi-Fi gaps are over by then; what lasts longer does not cure itself.
    Problem.UNHEARD: timedelta(minutes=10),
    # It has been watched for ten minutes already.
    Problem.OVERLOADED: timedelta(0),
}
_PROBLEMS: Mapping[str, Problem] = {
    ListenerState.NO_AUDIO.value: Problem.NO_AUDIO,
    ListenerState.UNAUTHORIZED.value: Problem.UNAUTHORIZED,
    ListenerState.SILENT.value: Problem.SILENT,
    ListenerState.STALLED.value: Problem.UNHEARD,
    ListenerState.LOST.value: Problem.UNHEARD,
    OVERLOADED: Problem.OVERLOADED,
}


@callback
def async_watch_issues(hass: HomeAssistant, entry: AudioGuardConfigEntry) -> CALLBACK_TYPE:
    """Raise and clear the issues of an entry that is set up; return how to stop that and clear the last one."""
    return _IssueKeeper(hass, entry).async_stop


def placeholders(entry: AudioGuardConfigEntry) -> dict[str, str]:
    """Return what the issues' texts name."""
    return {"name": entry.title, "reason": entry.runtime_data.health.reason}


class _IssueKeeper:
    """Keep one camera's issue in step with its health: at most one at a time."""

    def __init__(self, hass: HomeAssistant, entry: AudioGuardConfigEntry) -> None:
        """Follow the camera from now on."""
        self._hass = hass
        self._entry = entry
        self._raised: Problem | None = None
        self._stop_waiting: CALLBACK_TYPE | None = None
        self._unwatch = entry.runtime_data.async_watch(self._async_update)

    @callback
    def async_stop(self) -> None:
        """Follow no longer, and ask for nothing any more."""
        self._unwatch()
        self._wait_until(None)
        self._raise(None)

    @callback
    def _async_update(self, _now: datetime | None = None) -> None:
        """Raise the issue that is due, or wait until it is; clear the one that is over."""
        if self._hass.is_stopping:
            return  # an issue that a person chose to ignore has to be the same after a restart
        problem = self._problem()
        if problem is None:
            self._wait_until(None)
            self._raise(None)
            return
        due = self._entry.runtime_data.health.since + PATIENCE[problem]
        waits = due > dt_util.utcnow()
        self._wait_until(due if waits else None)
        self._raise(None if waits else problem)

    def _problem(self) -> Problem | None:
        """Return what is wrong and can be cured here."""
        health = self._entry.runtime_data.health.state
        problem = _PROBLEMS.get(health)
        camera = self._entry.data.get(CONF_CAMERA)
        if camera is None:
            # Home Assistant asks for the password of an address by itself.
            return None if problem is Problem.UNAUTHORIZED else problem
        unheard = problem is Problem.UNHEARD or health == ListenerState.WAITING
        if unheard and async_camera_id(self._hass, camera) is None:
            return Problem.CAMERA_GONE
        return problem

    def _wait_until(self, due: datetime | None) -> None:
        """Look again at that time, and at no other."""
        if self._stop_waiting is not None:
            self._stop_waiting()
            self._stop_waiting = None
        if due is not None:
            look_again = HassJob(self._async_update, cancel_on_shutdown=True)
            self._stop_waiting = async_track_point_in_utc_time(self._hass, look_again, due)

    def _raise(self, problem: Problem | None) -> None:
        """Show this problem, with its reason of now, and no other."""
        if self._raised not in (None, problem):
            ir.async_delete_issue(self._hass, DOMAIN, f"{self._raised}_{self._entry.entry_id}")
        self._raised = problem
        if problem is None:
            return
        slow = problem is Problem.OVERLOADED
        ir.async_create_issue(
            self._hass,
            DOMAIN,
            f"{problem}_{self._entry.entry_id}",
            data={"entry_id": self._entry.entry_id, "problem": problem.value},
            is_fixable=True,
            severity=ir.IssueSeverity.WARNING if slow else ir.IssueSeverity.ERROR,
            translation_key=problem.value,
            translation_placeholders=placeholders(self._entry),
        )
