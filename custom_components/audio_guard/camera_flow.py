"""What the dialogs that add a camera share: to try a camera as its entry would listen to it."""

import logging
from collections.abc import Mapping
from typing import Any

import probatio as vol
from homeassistant.config_entries import ConfigFlow, ConfigFlowResult
from homeassistant.const import CONF_URL
from homeassistant.data_entry_flow import AbortFlow
from homeassistant.helpers import entity_registry as er

from .camera_source import async_find_source
from .const import CONF_CAMERA
from .engine.errors import (
    HostUnreachableError,
    InvalidUrlError,
    ModelError,
    NoAnswerError,
    NoAudioError,
    NotAStreamError,
    NotFoundError,
    RuntimeMissingError,
    SourceError,
    UnauthorizedError,
)
from .engine.probe import Probe, probe
from .shared_model import async_take_model, model_fault

_LOGGER = logging.getLogger(__name__)

TROUBLESHOOTING_URL = "https://github.com/audio-guard/audio-guard/blob/main/docs/troubleshooting.md"

# What went wrong → the field it is shown at and the message's key.
FAULTS: Mapping[type[SourceError], tuple[str, str]] = {
    InvalidUrlError: (CONF_URL, "invalid_url"),
    UnauthorizedError: ("base", "unauthorized"),
    HostUnreachableError: (CONF_URL, "cannot_connect"),
    NoAnswerError: ("base", "no_answer"),
    NotFoundError: (CONF_URL, "not_found"),
    NotAStreamError: (CONF_URL, "not_a_stream"),
    NoAudioError: ("base", "no_audio"),
}


class CameraFlow(ConfigFlow):
    """A dialog that can try cameras."""

    _heard: Probe | None = None
    _classes: tuple[str, ...] = ()
    _rate_hz: int

    async def _async_try(self, data: Mapping[str, Any]) -> dict[str, str]:
        """Listen once as the entry would; note what was heard and return the form's errors."""
        self._classes = await self._async_classes()
        try:
            source = await async_find_source(self.hass, data)
            self._heard = await self.hass.async_add_executor_job(probe, source, self._rate_hz)
        except SourceError as error:
            _LOGGER.debug("The camera could not be heard: %s", error)
            field, key = FAULTS.get(type(error), ("base", "cannot_read"))
            return {field if field in data else "base": key}
        _LOGGER.debug("Heard %s at %.0f dBFS", self._heard.stream, self._heard.level_dbfs)
        return {}

    async def _async_classes(self) -> tuple[str, ...]:
        """Return what the model can hear; abort if it can't run on this machine."""
        try:
            loaded, give_back = await async_take_model(self.hass)
        except (ModelError, RuntimeMissingError) as error:
            raise AbortFlow(model_fault(error), {"error": str(error)}) from error
        give_back()
        self._rate_hz = loaded.model.front_end.sample_rate_hz
        return loaded.model.classes

    def _show_tried(
        self,
        step_id: str,
        schema: vol.Schema,
        shown: Mapping[str, Any] | None,
        errors: dict[str, str],
    ) -> ConfigFlowResult:
        """Show a form again with what was typed and what is wrong with it."""
        return self.async_show_form(
            step_id=step_id,
            data_schema=self.add_suggested_values_to_schema(schema, shown),
            errors=errors,
            description_placeholders={
                "help_url": TROUBLESHOOTING_URL,
                "example": "rtsp://192.168.1.20:554/stream1",
            },
        )

    def _taken(self) -> list[str]:
        """Return the camera entities that entries listen to."""
        registry = er.async_get(self.hass)
        cameras = (entry.data.get(CONF_CAMERA) for entry in self._async_current_entries())
        ids = (er.async_resolve_entity_id(registry, camera) for camera in cameras if camera)
        return [entity_id for entity_id in ids if entity_id]

    def _camera(self, entity_id: str) -> str:
        """Return how an entry names a camera: by its place in the registry, which outlasts another name."""
        registered = er.async_get(self.hass).async_get(entity_id)
        return registered.id if registered else entity_id

    def _name(self, entity_id: str) -> str:
        """Return the name of a camera entity."""
        state = self.hass.states.get(entity_id)
        return state.name if state else entity_id


def camera_unique_id(data: Mapping[str, Any]) -> str:
    """Return the unique id of an entry for a camera entity."""
    return f"camera_{data[CONF_CAMERA]}"
