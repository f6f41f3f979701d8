"""Find the sound that a person names: one of Home Assistant's media, or a file."""

from pathlib import Path

from homeassistant.components.media_player import async_process_play_media_url
from homeassistant.components.media_source import async_resolve_media, is_media_source_id
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError

from .camera_source import parse_url
from .const import DOMAIN
from .engine.errors import InvalidUrlError
from .engine.source import Source, redact


async def async_find_media(hass: HomeAssistant, media_content_id: str) -> Source:
    """Return where a media source's item lies, or a file that may be read.

    Raises a translated `ServiceValidationError`.
    """
    if is_media_source_id(media_content_id):
        return await _async_resolve(hass, media_content_id)
    if not await hass.async_add_executor_job(_may_read, hass, media_content_id):
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="path_not_allowed",
            translation_placeholders={"path": redact(media_content_id)},
        )
    return Source(url=media_content_id)


async def _async_resolve(hass: HomeAssistant, media_content_id: str) -> Source:
    """Ask the media source; what is no local file is fetched from its address."""
    try:
        media = await async_resolve_media(hass, media_content_id, None)
        if media.path is not None:
            return Source(url=str(media.path))
        return parse_url(async_process_play_media_url(hass, media.url))
    except (HomeAssistantError, InvalidUrlError) as error:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="media_not_found",
            translation_placeholders={"media": media_content_id, "error": redact(str(error))},
        ) from error


def _may_read(hass: HomeAssistant, path: str) -> bool:
    """Tell whether there is such a file and Home Assistant's settings let it be read; blocks."""
    return Path(path).is_absolute() and hass.config.is_allowed_path(path) and Path(path).is_file()
