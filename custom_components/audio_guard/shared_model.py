"""One loaded model for all cameras that use it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from homeassistant.core import HomeAssistant
from homeassistant.util.hass_dict import HassKey

from .const import DOMAIN
from .engine.card import DEFAULT_MODEL, Model, load_model
from .engine.errors import ModelError, RuntimeMissingError
from .engine.scorer import Scorer, load_scorer


@dataclass(frozen=True, kw_only=True, slots=True)
class LoadedModel:
    """A model and the scorer that runs it."""

    model: Model
    scorer: Scorer


@dataclass(slots=True)
class _Shelf:
    """The loaded models and how many cameras use each."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    models: dict[str, LoadedModel] = field(default_factory=dict)
    users: dict[str, int] = field(default_factory=dict)


_SHELF: HassKey[_Shelf] = HassKey(DOMAIN)


async def async_take_model(
    hass: HomeAssistant, name: str = DEFAULT_MODEL
) -> tuple[LoadedModel, Callable[[], None]]:
    """Return the model, loading it for its first user, and what to call when it is no longer used.

    Raises the engine's `ModelError` or `RuntimeMissingError`.
    """
    shelf = hass.data.setdefault(_SHELF, _Shelf())
    async with shelf.lock:
        if name not in shelf.models:
            shelf.models[name] = await hass.async_add_executor_job(_load, name)
        shelf.users[name] = shelf.users.get(name, 0) + 1

    def give_back() -> None:
        shelf.users[name] -= 1
        if not shelf.users[name]:
            del shelf.models[name], shelf.users[name]

    return shelf.models[name], give_back


def model_fault(error: ModelError | RuntimeMissingError) -> str:
    """Return the translation key for why a model can't be used."""
    return "model_broken" if isinstance(error, ModelError) else "runtime_missing"


def _load(name: str) -> LoadedModel:
    """Load the model's files; blocks."""
    model = load_model(name)
    return LoadedModel(model=model, scorer=load_scorer(model))
