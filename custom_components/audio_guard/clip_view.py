"""Hand out clips, to whoever is logged in or has a signed address."""

from http import HTTPStatus
from pathlib import PurePath
from typing import Final

from aiohttp import web
from homeassistant.components.http import KEY_HASS, HomeAssistantView

from .clip_files import PICTURE, SOUND, parse_name
from .clips import clips_folder
from .const import DOMAIN

URL: Final = f"/api/{DOMAIN}/clips/{{entry_id}}/{{file}}"


def clip_url(entry_id: str, file: str) -> str:
    """Return a file's address, which has yet to be signed."""
    return URL.format(entry_id=entry_id, file=file)


class ClipView(HomeAssistantView):
    """Sounds and pictures of clips, and nothing else."""

    url = URL
    name = f"api:{DOMAIN}:clips"

    async def get(self, request: web.Request, entry_id: str, file: str) -> web.StreamResponse:
        """Return one file."""
        hass, name = request.app[KEY_HASS], PurePath(file)
        entry = hass.config_entries.async_get_entry(entry_id)
        if entry is None or entry.domain != DOMAIN:
            return web.Response(status=HTTPStatus.NOT_FOUND)
        if name.suffix not in (SOUND, PICTURE) or parse_name(name.stem) is None:
            return web.Response(status=HTTPStatus.NOT_FOUND)
        return web.FileResponse(clips_folder(hass, entry_id) / name.name)  # 404 if it is not there
