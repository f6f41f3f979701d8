"""Add a camera: by its address, as a camera entity that Home Assistant already has, or all of those at once."""

from collections.abc import Mapping
from typing import Any

import probatio as vol
from homeassistant.components.camera import DOMAIN as CAMERA_DOMAIN
from homeassistant.config_entries import (
    ConfigEntry,
    ConfigFlowResult,
    OptionsFlow,
)
from homeassistant.const import CONF_NAME, CONF_PASSWORD, CONF_URL, CONF_USERNAME
from homeassistant.core import callback
from homeassistant.data_entry_flow import AbortFlow
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.selector import (
    BooleanSelector,
    EntitySelector,
    EntitySelectorConfig,
)

from .address_form import (
    ADDRESS_SCHEMA,
    CREDENTIALS_SCHEMA,
    NAMED_ADDRESS_SCHEMA,
    address_id,
    entry_data,
    read_form,
    shown_again,
    without_password,
)
from .camera_entity import async_runs_on_battery
from .camera_flow import TROUBLESHOOTING_URL, camera_unique_id
from .const import CONF_CAMERA, DOMAIN, OPTION_CLIPS, OPTION_ONLY_WHILE_STREAMING
from .engine.errors import InvalidUrlError
from .options_flow import AudioGuardOptionsFlow
from .several_cameras_flow import SeveralCamerasFlow
from .sound_choice import (
    CHOSEN,
    CLIPS_FIELD,
    CONF_LISTEN_FOR,
    listen_for_field,
    options_for,
    options_without,
    sounds_selector,
)

CONF_CLASSES = "classes"
# Quieter than any microphone's own noise: the camera sends silence.
MUTED_DBFS = -90.0


class AudioGuardConfigFlow(SeveralCamerasFlow, domain=DOMAIN):
    """The dialog that adds a camera; nothing is saved that has not been heard once, but a battery camera."""

    VERSION = 1

    _title: str
    _data: dict[str, Any]
    _options: dict[str, Any]

    @staticmethod
    @callback
    def async_get_options_flow(config_entry: ConfigEntry) -> OptionsFlow:
        """Return the dialog that changes how a camera is listened to."""
        return AudioGuardOptionsFlow()

    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask where the camera is."""
        return self.async_show_menu(step_id="user", menu_options=["camera", "cameras", "url"])

    async def async_step_url(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Take an address, with a user name and a password if the camera wants them."""
        errors: dict[str, str] = {}
        if user_input is not None:
            try:
                source = read_form(user_input)
            except InvalidUrlError:
                errors[CONF_URL] = "invalid_url"
            else:
                await self.async_set_unique_id(address_id(source))
                self._abort_if_unique_id_configured()
                self._data = entry_data(source)
                errors = await self._async_try(self._data)
                if not errors:
                    self._title = user_input.get(CONF_NAME) or source.name.partition("://")[2]
                    return await self._async_show_heard()
        return self._show_tried("url", NAMED_ADDRESS_SCHEMA, shown_again(user_input), errors)

    async def async_step_camera(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Take a camera entity; its stream is asked for at every connect."""
        errors: dict[str, str] = {}
        if user_input is not None:
            entity_id = user_input[CONF_CAMERA]
            self._data = {CONF_CAMERA: self._camera(entity_id)}
            await self.async_set_unique_id(camera_unique_id(self._data))
            self._abort_if_unique_id_configured()
            self._title = self._name(entity_id)
            if async_runs_on_battery(self.hass, entity_id):
                self._classes = await self._async_classes()
                return await self.async_step_battery()
            errors = await self._async_try(self._data)
            if not errors:
                return await self._async_show_heard()
        return self._show_tried("camera", self._camera_schema(), user_input, errors)

    async def _async_show_heard(self) -> ConfigFlowResult:
        """Show what was heard, and ask what to listen for."""
        assert self._heard is not None
        muted = self._heard.level_dbfs <= MUTED_DBFS
        return await (self.async_step_muted() if muted else self.async_step_heard())

    async def async_step_heard(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Sound came: ask what to listen for."""
        return await self._async_ask("heard", user_input)

    async def async_step_muted(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Say that a track came and no sound on it, and ask what to listen for."""
        return await self._async_ask("muted", user_input)

    async def async_step_battery(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Nothing was tried, since that would wake the camera: ask what to listen for."""
        return await self._async_ask("battery", user_input, only_while_streaming=True)

    async def _async_ask(
        self,
        step_id: str,
        user_input: dict[str, Any] | None,
        *,
        only_while_streaming: bool = False,
    ) -> ConfigFlowResult:
        """Ask what to listen for, and of a camera entity, whether only while it streams anyway."""
        if user_input is None:
            fields: dict[vol.Marker, Any] = {**listen_for_field(chosen=True), **CLIPS_FIELD}
            if CONF_CAMERA in self._data:
                fields[vol.Required(OPTION_ONLY_WHILE_STREAMING, default=only_while_streaming)] = (
                    BooleanSelector()
                )
            return self.async_show_form(
                step_id=step_id,
                data_schema=vol.Schema(fields),
                description_placeholders={"name": self._title, **self._placeholders()},
            )
        self._options = {OPTION_CLIPS: user_input[OPTION_CLIPS]}
        if user_input.get(OPTION_ONLY_WHILE_STREAMING):
            self._options[OPTION_ONLY_WHILE_STREAMING] = True
        if user_input[CONF_LISTEN_FOR] == CHOSEN:
            return await self.async_step_classes()
        return self._create(options_for(user_input[CONF_LISTEN_FOR], self._classes))

    async def async_step_classes(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for single classes."""
        errors: dict[str, str] = {}
        if user_input is not None:
            if chosen := user_input[CONF_CLASSES]:
                return self._create(
                    options_without(label for label in self._classes if label not in chosen)
                )
            errors[CONF_CLASSES] = "no_classes"
        return self.async_show_form(
            step_id="classes",
            data_schema=vol.Schema(
                {
                    vol.Required(CONF_CLASSES, default=list(self._classes)): sounds_selector(
                        self._classes
                    )
                }
            ),
            errors=errors,
        )

    def _create(self, options: dict[str, Any]) -> ConfigFlowResult:
        """End with an entry."""
        return self.async_create_entry(
            title=self._title, data=self._data, options={**self._options, **options}
        )

    async def async_step_reauth(self, entry_data: Mapping[str, Any]) -> ConfigFlowResult:
        """Begin anew with a camera that refuses the password that it used to take."""
        return await self.async_step_reauth_confirm()

    async def async_step_reauth_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for another user name and password."""
        entry = self._get_reauth_entry()
        errors: dict[str, str] = {}
        if user_input is not None:
            credentials = {
                CONF_USERNAME: user_input.get(CONF_USERNAME, ""),
                CONF_PASSWORD: user_input.get(CONF_PASSWORD, ""),
            }
            errors = await self._async_try({**entry.data, **credentials})
            if not errors:
                return self.async_update_reload_and_abort(entry, data_updates=credentials)
        shown = user_input or {CONF_USERNAME: entry.data[CONF_USERNAME]}
        return self._show_tried(
            "reauth_confirm", CREDENTIALS_SCHEMA, without_password(shown), errors
        )

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Take another address, or another camera entity."""
        if CONF_CAMERA in self._get_reconfigure_entry().data:
            return await self.async_step_reconfigure_camera(user_input)
        return await self.async_step_reconfigure_url(user_input)

    async def async_step_reconfigure_camera(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Take another camera entity."""
        entry = self._get_reconfigure_entry()
        errors: dict[str, str] = {}
        if user_input is not None:
            data = {CONF_CAMERA: self._camera(user_input[CONF_CAMERA])}
            unique_id = camera_unique_id(data)
            await self._async_refuse_another(unique_id)
            if not async_runs_on_battery(self.hass, user_input[CONF_CAMERA]):
                errors = await self._async_try(data)
            if not errors:
                return self.async_update_reload_and_abort(entry, unique_id=unique_id, data=data)
        shown = user_input or {
            CONF_CAMERA: er.async_resolve_entity_id(
                er.async_get(self.hass), entry.data[CONF_CAMERA]
            )
        }
        return self._show_tried(
            "reconfigure_camera", self._camera_schema(keep=shown[CONF_CAMERA]), shown, errors
        )

    async def async_step_reconfigure_url(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Take another address; a password that is left empty stays as it is while the user name does."""
        entry = self._get_reconfigure_entry()
        errors: dict[str, str] = {}
        if user_input is not None:
            try:
                source = read_form(user_input)
            except InvalidUrlError:
                errors[CONF_URL] = "invalid_url"
            else:
                data = entry_data(source)
                if not source.password and source.username == entry.data[CONF_USERNAME]:
                    data[CONF_PASSWORD] = entry.data[CONF_PASSWORD]
                await self._async_refuse_another(address_id(source))
                errors = await self._async_try(data)
                if not errors:
                    return self.async_update_reload_and_abort(
                        entry, unique_id=address_id(source), data=data
                    )
        shown = shown_again(user_input) or without_password(entry.data)
        return self._show_tried("reconfigure_url", ADDRESS_SCHEMA, shown, errors)

    async def _async_refuse_another(self, unique_id: str) -> None:
        """Abort if another entry listens to that camera already."""
        entry = self._get_reconfigure_entry()
        if await self.async_set_unique_id(unique_id) not in (None, entry):
            raise AbortFlow("already_configured")

    def _placeholders(self) -> dict[str, str]:
        """Say what was heard."""
        if self._heard is None:
            return {}
        stream = self._heard.stream
        return {
            "codec": stream.codec_name,
            "rate": f"{stream.sample_rate_hz / 1000:g} kHz",
            "level": f"{self._heard.level_dbfs:.0f} dBFS",
            "help_url": TROUBLESHOOTING_URL,
        }

    def _camera_schema(self, keep: str | None = None) -> vol.Schema:
        """Return a choice of the camera entities that no entry listens to, and one to keep."""
        taken = [camera for camera in self._taken() if camera != keep]
        config = EntitySelectorConfig(domain=CAMERA_DOMAIN, exclude_entities=taken)
        return vol.Schema({vol.Required(CONF_CAMERA): EntitySelector(config)})
