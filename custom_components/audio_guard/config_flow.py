"""Add a camera: by its address, as a camera entity that Home Assistant already has, or all of those at once."""

import asyncio
import logging
from collections.abc import Iterable, Mapping
from typing import Any

import probatio as vol
from homeassistant.components.camera import DOMAIN as CAMERA_DOMAIN
from homeassistant.config_entries import (
    SOURCE_SYSTEM,
    ConfigEntry,
    ConfigFlow,
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
from .camera_source import async_find_source
from .const import CONF_CAMERA, DOMAIN, OPTION_ONLY_WHILE_STREAMING
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
from .options_flow import AudioGuardOptionsFlow
from .shared_model import async_take_model, model_fault
from .sound_choice import (
    CHOSEN,
    CONF_LISTEN_FOR,
    listen_for_field,
    options_for,
    options_without,
    sounds_selector,
)

_LOGGER = logging.getLogger(__name__)

CONF_CAMERAS = "cameras"
CONF_CLASSES = "classes"
TROUBLESHOOTING_URL = "https://github.com/audio-guard/audio-guard/blob/main/docs/troubleshooting.md"
# Quieter than any microphone's own noise: the camera sends silence.
MUTED_DBFS = -90.0
# A machine that opens more streams at once is late for the cameras that it already listens to.
TRIES_AT_ONCE = 4

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
    """The dialog that adds a camera; nothing is saved that has not been heard once, but a battery camera."""

    VERSION = 1

    _title: str
    _data: dict[str, Any]
    _options: dict[str, Any]
    _heard: Probe | None = None
    _classes: tuple[str, ...] = ()
    _trying: asyncio.Task[None] | None = None
    _to_try: list[str]
    _results: dict[str, dict[str, str]]

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
            await self.async_set_unique_id(_camera_unique_id(self._data))
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
            fields: dict[vol.Marker, Any] = dict(listen_for_field(chosen=True))
            if CONF_CAMERA in self._data:
                fields[vol.Required(OPTION_ONLY_WHILE_STREAMING, default=only_while_streaming)] = (
                    BooleanSelector()
                )
            return self.async_show_form(
                step_id=step_id,
                data_schema=vol.Schema(fields),
                description_placeholders={"name": self._title, **self._placeholders()},
            )
        self._options = (
            {OPTION_ONLY_WHILE_STREAMING: True}
            if user_input.get(OPTION_ONLY_WHILE_STREAMING)
            else {}
        )
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

    async def async_step_cameras(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask which cameras to try; those on a battery are not proposed, since that would wake them."""
        cameras = [
            state.entity_id
            for state in self.hass.states.async_all(CAMERA_DOMAIN)
            if state.entity_id not in self._taken()
        ]
        if not cameras:
            return self.async_abort(reason="no_cameras")
        if user_input is not None:
            self._to_try = user_input[CONF_CAMERAS]
            self._results = {}
            return await self.async_step_trying()
        proposed = [camera for camera in cameras if not async_runs_on_battery(self.hass, camera)]
        selector = EntitySelector(EntitySelectorConfig(include_entities=cameras, multiple=True))
        return self.async_show_form(
            step_id="cameras",
            data_schema=vol.Schema({vol.Required(CONF_CAMERAS, default=proposed): selector}),
        )

    async def async_step_trying(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Listen to all of them, some at once."""
        if self._trying is None:
            self._trying = self.hass.async_create_task(self._async_try_all(), eager_start=False)
        if not self._trying.done():
            return self.async_show_progress(
                step_id="trying",
                progress_action="trying",
                progress_task=self._trying,
                description_placeholders={"count": str(len(self._to_try))},
            )
        return self.async_show_progress_done(next_step_id="found")

    async def async_step_found(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Show which have sound and why others have none, and add those that are left chosen."""
        assert self._trying is not None
        self._trying.result()
        heard = [camera for camera in self._to_try if not self._results[camera]]
        placeholders = {
            "heard": self._names(heard),
            "silent": self._names(
                camera for camera in self._to_try if self._results[camera].get("base") == "no_audio"
            ),
            "failed": self._names(
                camera
                for camera in self._to_try
                if self._results[camera] and self._results[camera].get("base") != "no_audio"
            ),
            "help_url": TROUBLESHOOTING_URL,
        }
        if not heard:
            return self.async_abort(reason="none_heard", description_placeholders=placeholders)
        if user_input is not None and user_input[CONF_CAMERAS]:
            return await self._async_add_all(user_input[CONF_CAMERAS], user_input[CONF_LISTEN_FOR])
        selector = EntitySelector(EntitySelectorConfig(include_entities=heard, multiple=True))
        return self.async_show_form(
            step_id="found",
            data_schema=vol.Schema(
                {
                    vol.Required(CONF_CAMERAS, default=heard): selector,
                    **listen_for_field(chosen=False),
                }
            ),
            errors={} if user_input is None else {CONF_CAMERAS: "no_camera_chosen"},
            description_placeholders=placeholders,
        )

    async def _async_add_all(self, cameras: list[str], group: str) -> ConfigFlowResult:
        """Add the first camera by this flow, and each further one by a flow of its own."""
        entries = [
            {
                "title": self._name(camera),
                "data": {CONF_CAMERA: self._camera(camera)},
                "options": options_for(group, self._classes),
            }
            for camera in cameras
        ]
        for entry in entries[1:]:
            await self.hass.config_entries.flow.async_init(
                DOMAIN, context={"source": SOURCE_SYSTEM}, data=entry
            )
        return await self.async_step_system(entries[0])

    async def async_step_system(self, entry: dict[str, Any]) -> ConfigFlowResult:
        """Add a camera that the dialog of another has tried."""
        await self.async_set_unique_id(_camera_unique_id(entry["data"]))
        self._abort_if_unique_id_configured()
        return self.async_create_entry(**entry)

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
            unique_id = _camera_unique_id(data)
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

    async def _async_try_all(self) -> None:
        """Try the chosen cameras, some at once."""
        turns = asyncio.Semaphore(TRIES_AT_ONCE)

        async def try_one(camera: str) -> None:
            async with turns:
                self._results[camera] = await self._async_try({CONF_CAMERA: self._camera(camera)})

        async with asyncio.TaskGroup() as tries:
            for camera in self._to_try:
                tries.create_task(try_one(camera))

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

    def _placeholders(self) -> dict[str, str]:
        """Say what was heard."""
        if self._heard is None:
            return {}
        stream = self._heard.stream
        return {
            "codec": stream.codec,
            "rate": f"{stream.sample_rate_hz / 1000:g} kHz",
            "level": f"{self._heard.level_dbfs:.0f} dBFS",
            "help_url": TROUBLESHOOTING_URL,
        }

    def _camera_schema(self, keep: str | None = None) -> vol.Schema:
        """Return a choice of the camera entities that no entry listens to, and one to keep."""
        taken = [camera for camera in self._taken() if camera != keep]
        config = EntitySelectorConfig(domain=CAMERA_DOMAIN, exclude_entities=taken)
        return vol.Schema({vol.Required(CONF_CAMERA): EntitySelector(config)})

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

    def _names(self, cameras: Iterable[str]) -> str:
        """List cameras by their names."""
        return ", ".join(self._name(camera) for camera in cameras) or "–"


def _camera_unique_id(data: Mapping[str, Any]) -> str:
    """Return the unique id of an entry for a camera entity."""
    return f"camera_{data[CONF_CAMERA]}"
