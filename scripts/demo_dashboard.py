"""Make the demo's dashboard out of what the integration has put into Home Assistant's registry."""

from scripts.home_client import HomeClient, Json

URL_PATH = "heard-sounds"

ABOUT = (
    "Twice a second the camera's sound is scored from 0 to 1 per class. From its **threshold** on "
    "a sound counts as heard: drag one to the right and its sound is heard less easily. It acts at once."
)


async def add_dashboard(client: HomeClient) -> str:
    """Add the dashboard to the sidebar and return its path."""
    await client.command(
        "lovelace/dashboards/create",
        url_path=URL_PATH,
        title="Heard sounds",
        icon="mdi:ear-hearing",
        mode="storage",
        show_in_sidebar=True,
        require_admin=False,
    )
    await client.command("lovelace/config/save", url_path=URL_PATH, config=await _config(client))
    return f"/{URL_PATH}"


async def _config(client: HomeClient) -> Json:
    """Lay the integration's entities out, in the order in which they were registered: the classes'."""
    entries = [
        entry
        for entry in await client.command("config/entity_registry/list")
        if entry["platform"] == "audio_guard" and entry["disabled_by"] is None
    ]

    def of(domain: str, category: str | None) -> list[Json]:
        return [
            entry
            for entry in entries
            if entry["entity_id"].startswith(f"{domain}.") and entry["entity_category"] == category
        ]

    sounds, event = of("binary_sensor", None), of("event", None)
    others = [*of("binary_sensor", "diagnostic"), *of("switch", "config"), *event]
    sections = [
        _section("Heard now", *map(_tile, [*sounds, *others])),
        _section("The last minutes", _history(sounds), _logbook([*sounds, *event])),
        _section("Thresholds", _markdown(ABOUT), _thresholds(of("number", "config"))),
    ]
    view = {"title": "Sounds", "path": "sounds", "type": "sections", "max_columns": 3}
    return {"views": [{**view, "sections": sections}]}


def _section(title: str, *cards: Json) -> Json:
    heading: Json = {"type": "heading", "heading": title}
    return {"type": "grid", "cards": [heading, *cards]}


def _tile(entry: Json) -> Json:
    return {"type": "tile", "grid_options": {"columns": 6}, **_named(entry)}


def _history(entries: list[Json]) -> Json:
    return {"type": "history-graph", "hours_to_show": 0.1, "entities": [*map(_named, entries)]}


def _logbook(entries: list[Json]) -> Json:
    entity_ids = [entry["entity_id"] for entry in entries]
    return {"type": "logbook", "target": {"entity_id": entity_ids}, "grid_options": {"rows": 6}}


def _markdown(text: str) -> Json:
    return {"type": "markdown", "content": text}


def _thresholds(entries: list[Json]) -> Json:
    """List the thresholds, each by its sound's name alone, so that there is room for it."""
    sounds = [entry["original_name"].removesuffix(" threshold") for entry in entries]
    rows = [{**_named(entry), "name": sound} for entry, sound in zip(entries, sounds, strict=True)]
    return {"type": "entities", "entities": rows}


def _named(entry: Json) -> Json:
    """Show an entity by its own name: the camera's is on the page anyway."""
    return {"entity": entry["entity_id"], "name": {"type": "entity"}}
