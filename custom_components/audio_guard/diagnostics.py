"""Diagnostics of a camera, without its address and credentials."""

import sqlite3
from datetime import UTC, datetime
from typing import Any

from homeassistant.components.diagnostics import async_redact_data
from homeassistant.const import CONF_PASSWORD, CONF_URL, CONF_USERNAME
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir

from .const import DOMAIN
from .device import AudioGuardConfigEntry
from .score_history import async_get_history
from .score_store import ScoreStore

# The unique id is a digest of the address, which a short secret in its path could be guessed from.
SECRETS = {CONF_URL, CONF_USERNAME, CONF_PASSWORD, "unique_id"}


async def async_get_config_entry_diagnostics(
    hass: HomeAssistant, entry: AudioGuardConfigEntry
) -> dict[str, Any]:
    """Return what helps to find a fault, with every secret blotted out."""
    device = entry.runtime_data
    status, health, model = device.status, device.health, device.loaded.model
    issues = ir.async_get(hass).issues.values()
    return {
        "entry": async_redact_data(entry.as_dict(), SECRETS),
        "model": {
            "name": model.name,
            "version": model.version,
            "labels": list(model.labels),
            "sample_rate_hz": model.front_end.sample_rate_hz,
            "hop_seconds": model.front_end.patch_hop_seconds,
        },
        "runtime": device.loaded.scorer.runtime.value,
        "runtime_missing": device.loaded.missing,
        "listener": {
            "wanted": device.listening,
            "running": device.listener is not None,
            "state": status.state.value,
            "reason": status.reason,
            "codec": status.stream and status.stream.codec,
            "sample_rate_hz": status.stream and status.stream.sample_rate_hz,
            "channels": status.stream and status.stream.channels,
            "skipped_hops": device.skipped_hops,
            "spared_hops": device.spared_hops,
        },
        "health": {
            "state": health.state,
            "reason": health.reason,
            "since": health.since.isoformat(),
        },
        "history": await hass.async_add_executor_job(
            _history, async_get_history(hass).store, entry.entry_id
        ),
        "issues": [
            issue.translation_key
            for issue in issues
            if issue.domain == DOMAIN and (issue.data or {}).get("entry_id") == entry.entry_id
        ],
        "thresholds": {label: device.decider.threshold(label) for label in device.classes},
        "active": [label for label in device.classes if device.decider.active(label)],
    }


def _history(store: ScoreStore, entry_id: str) -> dict[str, Any]:
    """Return how much is kept of a camera's scores, and since when; blocks."""
    try:
        size = store.size(entry_id)
    except (sqlite3.Error, OSError) as error:
        return {"error": str(error)}
    return {
        "rows": size.rows,
        "hours": round(size.hours, 2),
        "oldest": size.oldest and datetime.fromtimestamp(size.oldest, UTC).isoformat(),
        "all_cameras_megabytes": round(store.file_bytes() / 1e6, 2),
    }
