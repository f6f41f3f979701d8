"""One loaded model for all cameras that use it."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from homeassistant.core import HomeAssistant
from homeassistant.util.hass_dict import HassKey

from .const import DOMAIN
from .engine.card import BUNDLED_MODELS, CARD, DEFAULT_MODEL, Model, load_model
from .engine.errors import ModelError, RuntimeMissingError
from .engine.scorer import Runtime, Scorer, load_scorer

_LOGGER = logging.getLogger(__name__)

type _Choice = tuple[str, Runtime | None]


@dataclass(frozen=True, kw_only=True, slots=True)
class LoadedModel:
    """A model and the scorer that runs it; `missing` says why that isn't on the runtime that was chosen."""

    model: Model
    scorer: Scorer
    missing: str = ""


@dataclass(slots=True)
class _Shelf:
    """The loaded models and how many cameras use each."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    models: dict[_Choice, LoadedModel] = field(default_factory=dict)
    users: dict[_Choice, int] = field(default_factory=dict)


_SHELF: HassKey[_Shelf] = HassKey(DOMAIN)


async def async_take_model(
    hass: HomeAssistant, name: str = DEFAULT_MODEL, runtime: Runtime | None = None
) -> tuple[LoadedModel, Callable[[], None]]:
    """Return the model, loading it for its first user, and what to call when it is no longer used.

    Without a runtime the fastest is taken, and so it is where the one that was chosen is missing. Raises the engine's
    `ModelError` or `RuntimeMissingError`.
    """
    shelf = hass.data.setdefault(_SHELF, _Shelf())
    choice = name, runtime
    async with shelf.lock:
        if choice not in shelf.models:
            own = own_models(hass)
            shelf.models[choice] = await hass.async_add_executor_job(_load, name, runtime, own)
        shelf.users[choice] = shelf.users.get(choice, 0) + 1

    def give_back() -> None:
        shelf.users[choice] -= 1
        if not shelf.users[choice]:
            del shelf.models[choice], shelf.users[choice]

    return shelf.models[choice], give_back


def model_fault(error: ModelError | RuntimeMissingError) -> str:
    """Return the translation key for why a model can't be used."""
    return "model_broken" if isinstance(error, ModelError) else "runtime_missing"


def own_models(hass: HomeAssistant) -> Path:
    """Return where models of one's own are, a folder each."""
    return Path(hass.config.path(DOMAIN, "models"))


def find_model(name: str, own: Path) -> Model:
    """Read the card of a model that ships, or else of one's own; blocks. Raises `ModelError`."""
    shipped = (BUNDLED_MODELS / name / CARD).is_file() or not (own / name / CARD).is_file()
    return load_model(name, None if shipped else own)


def model_titles(own: Path) -> dict[str, str]:
    """Return the models that can be chosen, name → title; blocks. One that can't be read is left out."""
    titles = {}
    for card in (*sorted(BUNDLED_MODELS.glob(f"*/{CARD}")), *sorted(own.glob(f"*/{CARD}"))):
        name = card.parent.name
        try:
            titles[name] = find_model(name, own).title
        except ModelError:
            continue
    return titles


def _load(name: str, runtime: Runtime | None, own: Path) -> LoadedModel:
    """Load the model's files; blocks. A camera had better be heard by another runtime than not at all."""
    model = find_model(name, own)
    try:
        return LoadedModel(model=model, scorer=load_scorer(model, runtime))
    except RuntimeMissingError as error:
        if runtime is None:
            raise
        scorer = load_scorer(model)
        _LOGGER.warning("%s runs the model instead of %s: %s", scorer.runtime, runtime, error)
        return LoadedModel(model=model, scorer=scorer, missing=str(error))
