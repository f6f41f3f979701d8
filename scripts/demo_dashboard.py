"""Make the demo's dashboard out of what the integration has put into Home Assistant's registry."""

from typing import Any

from scripts.home_client import HomeClient, Json

URL_PATH = "audio-guard"

ABOUT = """\
Every half second the camera's sound is scored. A tile lights up while its sound is heard.
Drag a **threshold** to the right and its sound is heard later or no more, to the left and it is heard earlier:
it acts at once. Switch **listening** off and the stream is closed.
"""


async def add_dashboard(client: HomeClient) -> str:
    """Add the dashboard to the sidebar and return its path."""
    await client.command(
        "lovelace/dashboards/create",
        url_path=URL_PATH,
        title="Audio Guard",
        icon="mdi:ear-hearing",
        mode="storage",
        show_in_sidebar=True,
        require_admin=False,
    )
    await client.command("lovelace/config/save", url_path=URL_PATH, config=await _config(client))
    return f"/{URL_PATH}"


async def our_entities(client: HomeClient) -> dict[str, list[str]]:
    """Return the integration's entity ids by kind (`binary_sensor`, `number`, ...), in the order of the classes."""
    entities: dict[str, list[str]] = {}
    for entry in await client.command("config/entity_registry/list"):
        if entry["platform"] == "audio_guard" and entry["disabled_by"] is None:
            entities.setdefault(entry["entity_id"].partition(".")[0], []).append(entry["entity_id"])
    return entities


async def _config(client: HomeClient) -> Json:
    entities = await our_entities(client)
    states = await client.states()

    def is_connection(entity_id: str) -> bool:
        attributes = states.get(entity_id, {}).get("attributes", {})
        return attributes.get("device_class") == "connectivity"

    sensors = entities.get("binary_sensor", [])
    sounds = [entity_id for entity_id in sensors if not is_connection(entity_id)]
    connection = [entity_id for entity_id in sensors if is_connection(entity_id)]
    thresholds, heard = entities.get("number", []), entities.get("event", [])
    control = [*connection, *entities.get("switch", []), *heard]
    return {
        "views": [
            {
                "title": "Audio Guard",
                "path": "sounds",
                "type": "sections",
                "max_columns": 3,
                "sections": [
                    _section("Heard now", *map(_tile, sounds), *map(_tile, control)),
                    _section("The last minutes", _history(sounds), _logbook([*sounds, *heard])),
                    _section("Thresholds", _markdown(ABOUT), _list(thresholds)),
                ],
            }
        ]
    }


def _section(title: str, *cards: Json) -> Json:
    heading: Json = {"type": "heading", "heading": title}
    return {"type": "grid", "cards": [heading, *cards]}


def _tile(entity_id: str) -> Json:
    return {"type": "tile", "entity": entity_id, "name": {"type": "entity"}}


def _history(entity_ids: list[str]) -> Json:
    return {"type": "history-graph", "hours_to_show": 0.1, "entities": _named(entity_ids)}


def _logbook(entity_ids: list[str]) -> Json:
    return {
        "type": "logbook",
        "hours_to_show": 1,
        "target": {"entity_id": entity_ids},
        "grid_options": {"rows": 6},
    }


def _markdown(text: str) -> Json:
    return {"type": "markdown", "content": text}


def _list(entity_ids: list[str]) -> Json:
    return {"type": "entities", "entities": _named(entity_ids)}


def _named(entity_ids: list[str]) -> list[dict[str, Any]]:
    """Show entities by their own names: the camera's is on the page anyway."""
    return [{"entity": entity_id, "name": {"type": "entity"}} for entity_id in entity_ids]
