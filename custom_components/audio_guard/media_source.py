"""The clips among Home Assistant's media: a folder per camera, the newest first."""

from pathlib import Path
from typing import Final

from homeassistant.components.media_player import BrowseError, MediaClass, MediaType
from homeassistant.components.media_source import (
    BrowseMediaSource,
    MediaSource,
    MediaSourceItem,
    PlayMedia,
    Unresolvable,
)
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.helpers.translation import async_get_translations
from homeassistant.util import dt as dt_util

from .clip_files import PICTURE, SOUND, ClipName, list_clips, parse_name
from .clip_view import clip_url
from .clips import clips_folder
from .const import DOMAIN

SOUND_TYPE: Final = "audio/flac"


async def async_get_media_source(hass: HomeAssistant) -> MediaSource:
    """Return the source of all cameras' clips."""
    return ClipSource(hass)


class ClipSource(MediaSource):
    """Identifiers: nothing, a camera's entry, or `ENTRY/CLIP`."""

    name = "Audio Guard"

    def __init__(self, hass: HomeAssistant) -> None:
        """Note where to look."""
        super().__init__(DOMAIN)
        self._hass = hass

    async def async_resolve_media(self, item: MediaSourceItem) -> PlayMedia:
        """Return where a clip's sound is fetched; Home Assistant signs the address for whoever asks."""
        entry_id, _, name = item.identifier.partition("/")
        entry = self._hass.config_entries.async_get_entry(entry_id)
        path = clips_folder(self._hass, entry_id) / f"{name}{SOUND}"
        known = entry is not None and entry.domain == DOMAIN and parse_name(name) is not None
        if not known or not await self._hass.async_add_executor_job(path.is_file):
            raise Unresolvable(translation_domain=DOMAIN, translation_key="clip_gone")
        return PlayMedia(clip_url(entry_id, f"{name}{SOUND}"), SOUND_TYPE, path=path)

    async def async_browse_media(self, item: MediaSourceItem) -> BrowseMediaSource:
        """List the cameras, or a camera's clips."""
        if not item.identifier:
            entries = self._hass.config_entries.async_entries(DOMAIN)
            return self._folder("", self.name, [self._camera(entry) for entry in entries])
        entry = self._hass.config_entries.async_get_entry(item.identifier)
        if entry is None or entry.domain != DOMAIN:
            raise BrowseError(translation_domain=DOMAIN, translation_key="camera_gone")
        folder = clips_folder(self._hass, entry.entry_id)
        names = await self._async_names()
        children = await self._hass.async_add_executor_job(
            _list_children, folder, entry.entry_id, names
        )
        return self._folder(entry.entry_id, entry.title, children)

    def _camera(self, entry: ConfigEntry) -> BrowseMediaSource:
        """Return a camera as an item of the list of cameras."""
        return self._folder(entry.entry_id, entry.title, None)

    def _folder(
        self, identifier: str, title: str, children: list[BrowseMediaSource] | None
    ) -> BrowseMediaSource:
        """Return a folder; without children it is an item of another."""
        return BrowseMediaSource(
            domain=DOMAIN,
            identifier=identifier,
            media_class=MediaClass.DIRECTORY,
            media_content_type=MediaType.MUSIC,
            title=title,
            can_play=False,
            can_expand=True,
            children_media_class=MediaClass.MUSIC if identifier else MediaClass.DIRECTORY,
            children=children,
        )

    async def _async_names(self) -> dict[str, str]:
        """Return the names of the classes in the home's language."""
        return await async_get_translations(
            self._hass, self._hass.config.language, "entity", [DOMAIN]
        )


def _list_children(folder: Path, entry_id: str, names: dict[str, str]) -> list[BrowseMediaSource]:
    """Return a camera's clips as items, which may be thousands; blocks."""
    return [_child(entry_id, clip, names) for clip in list_clips(folder)]


def _child(entry_id: str, clip: ClipName, names: dict[str, str]) -> BrowseMediaSource:
    """Return a clip as an item of its camera; its picture, the spectrogram, is fetched with the frontend's login."""
    heard_at = dt_util.as_local(clip.heard_at)
    name = names.get(f"component.{DOMAIN}.entity.binary_sensor.{clip.label}.name", clip.label)
    return BrowseMediaSource(
        domain=DOMAIN,
        identifier=f"{entry_id}/{clip.name}",
        media_class=MediaClass.MUSIC,
        media_content_type=SOUND_TYPE,
        title=f"{name}, {heard_at:%Y-%m-%d %H:%M:%S}",
        can_play=True,
        can_expand=False,
        thumbnail=clip_url(entry_id, f"{clip.name}{PICTURE}"),
    )
