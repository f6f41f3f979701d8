"""The dialogs that cure a deaf camera."""

from collections.abc import Mapping
from typing import Any

import probatio as vol
from homeassistant.components.repairs import RepairsFlow, RepairsFlowResult
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import AbortFlow

from .camera_source import async_find_source
from .device import AudioGuardConfigEntry
from .engine.errors import SourceError
from .engine.level import FLOOR_DBFS
from .engine.probe import probe
from .issues import Problem, placeholders

CURES: Mapping[Problem, list[str]] = {Problem.CAMERA_GONE: ["try_again", "remove"]}
USUAL_CURES = ["try_again", "switch_off"]


async def async_create_fix_flow(
    hass: HomeAssistant, issue_id: str, data: dict[str, str | int | float | None] | None
) -> RepairsFlow:
    """Return the dialog for an issue."""
    assert data is not None
    return DeafCameraFlow(str(data["entry_id"]), Problem(str(data["problem"])))


class DeafCameraFlow(RepairsFlow):
    """Explain the cure, then try the camera again, or let go of it."""

    def __init__(self, entry_id: str, problem: Problem) -> None:
        """Take the camera's entry and what is wrong with it."""
        self._entry_id = entry_id
        self._problem = problem

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Say what is wrong, how it is cured, and what can be done here."""
        return self.async_show_menu(
            step_id="init",
            menu_options=CURES.get(self._problem, USUAL_CURES),
            description_placeholders=placeholders(self._entry()),
        )

    async def async_step_try_again(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Listen once; when something is heard, listen on, else say why not and let try again."""
        entry = self._entry()
        if reason := await self._async_why_unheard(entry):
            return self.async_show_form(
                step_id="try_again",
                data_schema=vol.Schema({}),
                errors={"base": "not_heard"},
                description_placeholders={"name": entry.title, "reason": reason},
            )
        await entry.runtime_data.async_stop()
        entry.runtime_data.async_start()
        return self.async_create_entry(data={})

    async def async_step_switch_off(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Listen no longer, until the camera's switch is turned on."""
        await self._entry().runtime_data.async_set_listening(False)
        return self.async_create_entry(data={})

    async def async_step_remove(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Remove the camera from Audio Guard, once that is confirmed."""
        entry = self._entry()
        if user_input is None:
            return self.async_show_form(
                step_id="remove",
                data_schema=vol.Schema({}),
                description_placeholders={"name": entry.title},
            )
        await self.hass.config_entries.async_remove(entry.entry_id)
        return self.async_create_entry(data={})

    async def _async_why_unheard(self, entry: AudioGuardConfigEntry) -> str | None:
        """Try the source as the dialog that added it did; return why it is not heard."""
        rate_hz = entry.runtime_data.loaded.model.front_end.sample_rate_hz
        try:
            source = await async_find_source(self.hass, entry.data)
            heard = await self.hass.async_add_executor_job(probe, source, rate_hz)
        except SourceError as error:
            return str(error)
        if self._problem is Problem.SILENT and heard.level_dbfs <= FLOOR_DBFS:
            return entry.runtime_data.health.reason
        return None

    def _entry(self) -> AudioGuardConfigEntry:
        """Return the camera's entry; the dialog ends if it was removed or unloaded meanwhile."""
        entry: AudioGuardConfigEntry | None = self.hass.config_entries.async_get_entry(
            self._entry_id
        )
        if entry is None or entry.state is not ConfigEntryState.LOADED:
            raise AbortFlow("not_loaded")
        return entry
