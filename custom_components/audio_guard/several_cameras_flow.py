"""The dialog's way to add every camera that has sound."""

import asyncio
from collections.abc import Iterable
from typing import Any

import probatio as vol
from homeassistant.components.camera import DOMAIN as CAMERA_DOMAIN
from homeassistant.config_entries import SOURCE_SYSTEM, ConfigFlowResult
from homeassistant.core import callback
from homeassistant.helpers.selector import EntitySelector, EntitySelectorConfig

from .camera_entity import async_runs_on_battery
from .camera_flow import TROUBLESHOOTING_URL, CameraFlow, camera_unique_id
from .const import CONF_CAMERA, DOMAIN, OPTION_CLIPS
from .sound_choice import CLIPS_FIELD, CONF_LISTEN_FOR, listen_for_field, options_for

CONF_CAMERAS = "cameras"
# A machine that opens more streams at once is late for the cameras that it already listens to.
TRIES_AT_ONCE = 4


class SeveralCamerasFlow(CameraFlow):
    """A dialog that tries cameras and adds those that were heard."""

    _trying: asyncio.Task[None] | None = None
    _to_try: list[str]
    _results: dict[str, dict[str, str]]

    @callback
    def async_remove(self) -> None:
        """Give up trying when the dialog is closed."""
        if self._trying is not None:
            self._trying.cancel()

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
            self._classes = await self._async_classes()
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
            options = {
                OPTION_CLIPS: user_input[OPTION_CLIPS],
                **options_for(user_input[CONF_LISTEN_FOR], self._classes),
            }
            return await self._async_add_all(user_input[CONF_CAMERAS], options)
        selector = EntitySelector(EntitySelectorConfig(include_entities=heard, multiple=True))
        return self.async_show_form(
            step_id="found",
            data_schema=vol.Schema(
                {
                    vol.Required(CONF_CAMERAS, default=heard): selector,
                    **listen_for_field(chosen=False),
                    **CLIPS_FIELD,
                }
            ),
            errors={} if user_input is None else {CONF_CAMERAS: "no_camera_chosen"},
            description_placeholders=placeholders,
        )

    async def _async_add_all(self, cameras: list[str], options: dict[str, Any]) -> ConfigFlowResult:
        """Add the first camera by this flow, and each further one by a flow of its own."""
        entries = [
            {
                "title": self._name(camera),
                "data": {CONF_CAMERA: self._camera(camera)},
                "options": options,
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
        await self.async_set_unique_id(camera_unique_id(entry["data"]))
        self._abort_if_unique_id_configured()
        return self.async_create_entry(**entry)

    async def _async_try_all(self) -> None:
        """Try the chosen cameras, some at once."""
        turns = asyncio.Semaphore(TRIES_AT_ONCE)

        async def try_one(camera: str) -> None:
            async with turns:
                self._results[camera] = await self._async_try({CONF_CAMERA: self._camera(camera)})

        async with asyncio.TaskGroup() as tries:
            for camera in self._to_try:
                tries.create_task(try_one(camera))

    def _names(self, cameras: Iterable[str]) -> str:
        """List cameras by their names."""
        return ", ".join(self._name(camera) for camera in cameras) or "–"
