"""Audio Guard: the cameras a home already has learn to listen."""

import logging
import sqlite3
from functools import partial

from homeassistant.const import EVENT_HOMEASSISTANT_STOP, Platform
from homeassistant.core import Event, HomeAssistant
from homeassistant.exceptions import ConfigEntryError
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.event import async_track_time_interval
from homeassistant.helpers.typing import ConfigType

from .actions import async_setup_actions
from .assistant_api import async_setup_assistant_api
from .camera_entity import async_on_rename
from .camera_options import CameraOptions
from .clip_files import remove_clips
from .clip_view import ClipView
from .clips import PRUNE_EVERY, clips_folder
from .clips_api import async_setup_clips_api
from .const import CONF_CAMERA, DOMAIN
from .device import AudioGuardConfigEntry, CameraDevice
from .engine.errors import ModelError, RuntimeMissingError
from .entity import async_remove_entities_of_classes_off
from .health import SPAN
from .issues import async_watch_issues
from .live_api import async_setup_live_api
from .marks import async_setup_buttons
from .marks_api import async_setup_marks_api
from .panel import async_hide_panel, async_serve_script, async_show_panel
from .review_actions import async_setup_review_actions
from .score_history import async_get_history
from .shared_model import async_take_model, model_fault

PLATFORMS = [
    Platform.BINARY_SENSOR,
    Platform.EVENT,
    Platform.NUMBER,
    Platform.SELECT,
    Platform.SENSOR,
    Platform.SWITCH,
]

_LOGGER = logging.getLogger(__name__)

CONFIG_SCHEMA = cv.config_entry_only_config_schema(DOMAIN)


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Offer the actions and the panel's websocket commands, whether or not a camera has been added."""
    async_setup_actions(hass)
    async_setup_review_actions(hass)
    async_setup_marks_api(hass)
    async_setup_buttons(hass)
    hass.http.register_view(ClipView())
    async_setup_live_api(hass)
    async_setup_clips_api(hass)
    await async_serve_script(hass)
    async_setup_assistant_api(hass)
    return True


async def async_setup_entry(hass: HomeAssistant, entry: AudioGuardConfigEntry) -> bool:
    """Load the model and begin to listen; the camera itself is not waited for."""
    try:
        options = CameraOptions.read(entry.options)
        loaded, give_back = await async_take_model(hass, options.model, options.runtime)
    except (ModelError, RuntimeMissingError) as error:
        raise ConfigEntryError(
            translation_domain=DOMAIN,
            translation_key=model_fault(error),
            translation_placeholders={"error": str(error)},
        ) from error
    entry.async_on_unload(give_back)
    device = entry.runtime_data = CameraDevice(hass, entry, loaded)

    entry.async_on_unload(async_get_history(hass).async_add(device.scores))

    async def stop(_: Event) -> None:
        await device.async_stop()

    async_remove_entities_of_classes_off(hass, entry)
    await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
    entry.async_on_unload(hass.bus.async_listen_once(EVENT_HOMEASSISTANT_STOP, stop))
    if camera := entry.data.get(CONF_CAMERA):
        # What follows the camera by its entity id has to follow the new one.
        reload = partial(hass.config_entries.async_schedule_reload, entry.entry_id)
        entry.async_on_unload(async_on_rename(hass, camera, reload))
    entry.async_on_unload(async_watch_issues(hass, entry))
    entry.async_on_unload(
        async_track_time_interval(hass, device.async_check_load, SPAN, cancel_on_shutdown=True)
    )
    # Also when no more clips are wanted: those that are kept grow old.
    entry.async_create_background_task(
        hass, device.clips.async_prune(), f"{DOMAIN} clips of {entry.title}"
    )
    entry.async_on_unload(
        async_track_time_interval(
            hass, device.clips.async_prune, PRUNE_EVERY, cancel_on_shutdown=True
        )
    )
    entry.async_on_unload(device.clips.async_clear_issue)
    device.async_start()
    await async_show_panel(hass)
    return True


async def async_unload_entry(hass: HomeAssistant, entry: AudioGuardConfigEntry) -> bool:
    """Stop listening and take the entities away."""
    await entry.runtime_data.async_stop()
    return await hass.config_entries.async_unload_platforms(entry, PLATFORMS)


async def async_remove_entry(hass: HomeAssistant, entry: AudioGuardConfigEntry) -> None:
    """Delete a removed camera's clips and its history, and take the panel away with the last camera."""
    async_hide_panel(hass)
    try:
        await async_get_history(hass).async_remove(entry.entry_id)
    except (sqlite3.Error, OSError) as error:
        _LOGGER.warning("The history of %s's scores can't be deleted: %s", entry.title, error)
    folder = clips_folder(hass, entry.entry_id)
    try:
        await hass.async_add_executor_job(remove_clips, folder)
    except OSError as error:
        # Nobody should believe that sound is gone which is not.
        _LOGGER.warning(
            "The clips of %s can't be deleted, so delete %s yourself: %s",
            entry.title,
            folder,
            error.strerror,
        )
