"""Put the panel into the sidebar and the card among the dashboards' cards: one script, built from `panel/`."""

import hashlib
import logging
from pathlib import Path
from typing import Final

from homeassistant.components import frontend, panel_custom
from homeassistant.components.http import StaticPathConfig
from homeassistant.core import HomeAssistant, callback
from homeassistant.util.hass_dict import HassKey

from .const import DOMAIN

_LOGGER = logging.getLogger(__name__)

BUNDLE: Final = Path(__file__).parent / "www" / "audio-guard.js"
URL_PATH: Final = "audio-guard"
ELEMENT: Final = "audio-guard-panel"
TITLE: Final = "Audio Guard"
ICON: Final = "mdi:ear-hearing"

# The script's address, if there is a script.
SCRIPT_URL: HassKey[str] = HassKey(f"{DOMAIN}_script_url")


async def async_serve_script(hass: HomeAssistant) -> None:
    """Serve the script under an address that changes with it, so that browsers may keep it."""
    if "frontend" not in hass.config.components:
        return
    digest = await hass.async_add_executor_job(_digest, BUNDLE)
    if digest is None:
        _LOGGER.warning(
            "The panel is missing, all else works: run scripts/panel in the checkout, or install a release"
        )
        return
    url = f"/{DOMAIN}/{digest[:16]}/{BUNDLE.name}"
    await hass.http.async_register_static_paths([StaticPathConfig(url, str(BUNDLE), True)])
    frontend.add_extra_js_url(hass, url)
    hass.data[SCRIPT_URL] = url


async def async_show_panel(hass: HomeAssistant) -> None:
    """Show the panel, unless it is there already."""
    url = hass.data.get(SCRIPT_URL)
    if url is None or frontend.async_panel_exists(hass, URL_PATH):
        return
    await panel_custom.async_register_panel(
        hass,
        URL_PATH,
        ELEMENT,
        sidebar_title=TITLE,
        sidebar_icon=ICON,
        module_url=url,
        require_admin=True,
    )


@callback
def async_hide_panel(hass: HomeAssistant) -> None:
    """Take the panel away when no camera is left."""
    if not hass.config_entries.async_entries(DOMAIN, include_ignore=False):
        frontend.async_remove_panel(hass, URL_PATH, warn_if_unknown=False)


def _digest(file: Path) -> str | None:
    """Return the file's SHA-256, or None if there is no such file; blocks."""
    try:
        return hashlib.sha256(file.read_bytes()).hexdigest()
    except FileNotFoundError:
        return None
