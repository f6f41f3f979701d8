"""Add a camera: by its address, or as a camera entity that Home Assistant already has."""

import hashlib
import logging
from collections.abc import Mapping
from typing import Any

import probatio as vol
from homeassistant.components.camera import DOMAIN as CAMERA_DOMAIN
from homeassistant.config_entries import ConfigFlow, ConfigFlowResult
from homeassistant.const import CONF_NAME, CONF_PASSWORD, CONF_URL, CONF_USERNAME
from homeassistant.data_entry_flow import AbortFlow
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.selector import (
    EntitySelector,
    EntitySelectorConfig,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)

from .camera_source import async_find_source, parse_url
from .const import CONF_CAMERA, CONF_TRANSPORT, DOMAIN
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
from .engine.probe import probe
from .engine.source import Source, Transport
from .shared_model import async_take_model, model_fault

_LOGGER = logging.getLogger(__name__)

URL_SCHEMA = vol.Schema(
    {
        vol.Optional(CONF_NAME): TextSelector(),
        vol.Required(CONF_URL): TextSelector(),
        vol.Optional(CONF_USERNAME): TextSelector(TextSelectorConfig(autocomplete="off")),
        vol.Optional(CONF_PASSWORD): TextSelector(
            TextSelectorConfig(type=TextSelectorType.PASSWORD, autocomplete="off")
        ),
        vol.Required(CONF_TRANSPORT, default=Transport.TCP.value): SelectSelector(
            SelectSelectorConfig(
                options=[transport.value for transport in Transport],
                translation_key=CONF_TRANSPORT,
                mode=SelectSelectorMode.DROPDOWN,
            )
        ),
    }
)
CAMERA_SCHEMA = vol.Schema(
    {vol.Required(CONF_CAMERA): EntitySelector(EntitySelectorConfig(domain=CAMERA_DOMAIN))}
)

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


class AudioGuardConfigFlow(ConfigFlow, domain=DOMAIN):
    """The dialog that adds a camera; nothing is saved that has not been heard once."""

    VERSION = 1

    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask where the camera is."""
        return self.async_show_menu(step_id="user", menu_options=["camera", "url"])

    async def async_step_url(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Take an address, with a user name and a password if the camera wants them."""
        errors: dict[str, str] = {}
        if user_input is not None:
            try:
                source = _read_form(user_input)
            except InvalidUrlError:
                errors[CONF_URL] = "invalid_url"
            else:
                # A path may be a secret, and a unique id is shown in places where a secret must not be.
                await self.async_set_unique_id(hashlib.sha256(source.url.encode()).hexdigest()[:16])
                self._abort_if_unique_id_configured()
                data = {
                    CONF_URL: source.url,
                    CONF_USERNAME: source.username,
                    CONF_PASSWORD: source.password,
                    CONF_TRANSPORT: source.transport.value,
                }
                errors = await self._async_try(data)
                if not errors:
                    title = user_input.get(CONF_NAME) or source.name.partition("://")[2]
                    return self.async_create_entry(title=title, data=data)
        return self.async_show_form(
            step_id="url",
            data_schema=self.add_suggested_values_to_schema(
                URL_SCHEMA, _without_password(user_input)
            ),
            errors=errors,
        )

    async def async_step_camera(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Take a camera entity; its stream is asked for at every connect."""
        errors: dict[str, str] = {}
        if user_input is not None:
            entity_id = user_input[CONF_CAMERA]
            registered = er.async_get(self.hass).async_get(entity_id)
            camera = registered.id if registered else entity_id
            await self.async_set_unique_id(f"camera_{camera}")
            self._abort_if_unique_id_configured()
            data = {CONF_CAMERA: camera}
            errors = await self._async_try(data)
            if not errors:
                state = self.hass.states.get(entity_id)
                return self.async_create_entry(title=state.name if state else entity_id, data=data)
        return self.async_show_form(
            step_id="camera",
            data_schema=self.add_suggested_values_to_schema(CAMERA_SCHEMA, user_input),
            errors=errors,
        )

    async def _async_try(self, data: Mapping[str, Any]) -> dict[str, str]:
        """Listen once as the entry would; return the form's errors."""
        try:
            loaded, give_back = await async_take_model(self.hass)
        except (ModelError, RuntimeMissingError) as error:
            raise AbortFlow(model_fault(error), {"error": str(error)}) from error
        try:
            source = await async_find_source(self.hass, data)
            rate_hz = loaded.model.front_end.sample_rate_hz
            heard = await self.hass.async_add_executor_job(probe, source, rate_hz)
        except SourceError as error:
            _LOGGER.debug("The camera could not be heard: %s", error)
            field, key = FAULTS.get(type(error), ("base", "cannot_read"))
            return {field if field in data else "base": key}
        finally:
            give_back()
        _LOGGER.debug("Heard %s at %.0f dBFS", heard.stream, heard.level_dbfs)
        return {}


def _read_form(user_input: Mapping[str, Any]) -> Source:
    """Read the address form; raises `InvalidUrlError`."""
    return parse_url(
        user_input[CONF_URL],
        username=user_input.get(CONF_USERNAME, ""),
        password=user_input.get(CONF_PASSWORD, ""),
        transport=Transport(user_input[CONF_TRANSPORT]),
    )


def _without_password(user_input: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return what a form may show again: the password is typed anew, also one inside the address."""
    if user_input is None:
        return {}
    shown = {key: value for key, value in user_input.items() if key != CONF_PASSWORD}
    try:
        source = _read_form(user_input)
    except InvalidUrlError:
        return shown
    return {**shown, CONF_URL: source.url, CONF_USERNAME: source.username}
