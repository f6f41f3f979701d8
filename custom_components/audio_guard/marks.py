"""Mark clips as right or wrong: for the panel, the action and the buttons of a notification alike."""

import logging
from collections.abc import Mapping
from typing import Any, Final

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers.dispatcher import async_dispatcher_send
from homeassistant.util import dt as dt_util
from homeassistant.util.signal_type import SignalType

from .clip_files import parse_name
from .clip_marks import NONE_OF_THESE, Mark, Verdict
from .clips import parse_media_id
from .const import DOMAIN
from .device import AudioGuardConfigEntry

_LOGGER = logging.getLogger(__name__)

# Sent with the camera's entry, the clip's name and its mark, None for one that has been taken away.
SIGNAL_MARKED: Final = SignalType[str, str, Mark | None](f"{DOMAIN}_clip_marked")

# What Home Assistant's apps fire when a button of a notification is pressed, maybe hours later.
EVENT_BUTTON: Final = "mobile_app_notification_action"
# A button's action is one of these and the clip's media id, so nothing has to wait for it.
BUTTONS: Final = {
    "AUDIO_GUARD_RIGHT": Verdict.RIGHT,
    "AUDIO_GUARD_WRONG": Verdict.WRONG,
    "AUDIO_GUARD_UNSURE": Verdict.UNSURE,
}


@callback
def async_setup_buttons(hass: HomeAssistant) -> None:
    """Mark clips by the buttons of notifications."""

    @callback
    def is_ours(data: Mapping[str, Any]) -> bool:
        return str(data.get("action")).partition(":")[0] in BUTTONS

    async def mark(event: Event[Mapping[str, Any]]) -> None:
        button, _, media = event.data["action"].partition(":")
        try:
            await async_mark_media(hass, media, BUTTONS[button])
        except HomeAssistantError as error:
            _LOGGER.warning("A notification's button could not mark its clip: %s", error)

    hass.bus.async_listen(EVENT_BUTTON, mark, event_filter=is_ours)


async def async_mark_media(
    hass: HomeAssistant, media: str, verdict: Verdict | None, sound: str | None = None
) -> Mark | None:
    """Mark the clip with a media id; otherwise as `async_mark_clip`."""
    if (found := parse_media_id(media)) is None:
        raise _refused("clip_gone")
    return await async_mark_clip(hass, *found, verdict, sound)


async def async_mark_clip(
    hass: HomeAssistant,
    entry_id: str,
    name: str,
    verdict: Verdict | None,
    sound: str | None = None,
) -> Mark | None:
    """Mark a clip, or take its mark away, and let everybody know at once; return the mark.

    `sound`: what a wrong one was, a label of the camera's model or `NONE_OF_THESE`. Raises a translated
    `HomeAssistantError`.
    """
    entry = _camera(hass, entry_id)
    if parse_name(name) is None:
        raise _refused("clip_gone")
    if sound is not None:
        _require_sound(entry, verdict, sound)
    mark = None if verdict is None else Mark(verdict=verdict, sound=sound, at=dt_util.utcnow())
    try:
        await entry.runtime_data.clips.async_mark(name, mark)
    except FileNotFoundError as error:
        raise _refused("clip_gone") from error
    except OSError as error:
        raise _unmarked(error.strerror or str(error)) from error
    except ValueError as error:
        raise _unmarked(str(error)) from error
    async_dispatcher_send(hass, SIGNAL_MARKED, entry_id, name, mark)
    return mark


def _camera(hass: HomeAssistant, entry_id: str) -> AudioGuardConfigEntry:
    """Return a camera that is set up."""
    entry: AudioGuardConfigEntry | None = hass.config_entries.async_get_entry(entry_id)
    if entry is None or entry.domain != DOMAIN:
        raise _refused("camera_gone")
    if entry.state is not ConfigEntryState.LOADED:
        raise _refused("camera_not_loaded", camera=entry.title)
    return entry


def _require_sound(entry: AudioGuardConfigEntry, verdict: Verdict | None, sound: str) -> None:
    """Refuse a sound that the camera's model does not know, or that contradicts the verdict."""
    if verdict is not Verdict.WRONG:
        raise _refused("sound_only_if_wrong")
    known = {*entry.runtime_data.loaded.model.labels, NONE_OF_THESE}
    if sound not in known:
        raise _refused("sound_unknown", sound=sound, sounds=", ".join(sorted(known)))


def _refused(key: str, **placeholders: str) -> ServiceValidationError:
    """Return the error of one who asked for what can't be."""
    return ServiceValidationError(
        translation_domain=DOMAIN, translation_key=key, translation_placeholders=placeholders
    )


def _unmarked(reason: str) -> HomeAssistantError:
    """Return the error of a clip whose notes can't be changed."""
    return HomeAssistantError(
        translation_domain=DOMAIN,
        translation_key="clip_unmarkable",
        translation_placeholders={"reason": reason},
    )
