"""The trigger "Sound heard": follows the event entities of cameras, areas, floors or labels."""

import probatio as vol
from homeassistant.components.event import ATTR_EVENT_TYPE
from homeassistant.components.event import DOMAIN as EVENT
from homeassistant.const import CONF_OPTIONS
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.automation import DomainSpec
from homeassistant.helpers.trigger import (
    ENTITY_STATE_TRIGGER_SCHEMA,
    NotTriggeredReasonReporter,
    StatelessEntityTriggerBase,
    Trigger,
    TriggerConfig,
)

from .const import ATTR_SCORE, DOMAIN

CONF_SOUND = "sound"
CONF_MINIMUM_SCORE = "minimum_score"

DOMAIN_SPECS = {EVENT: DomainSpec()}
SCHEMA = ENTITY_STATE_TRIGGER_SCHEMA.extend(
    {
        vol.Required(CONF_OPTIONS, default={}): {
            vol.Optional(CONF_SOUND): vol.All(cv.ensure_list, [cv.string]),
            vol.Optional(CONF_MINIMUM_SCORE, default=0.0): vol.All(
                vol.Coerce(float), vol.Range(min=0, max=1)
            ),
        }
    }
)


class SoundHeardTrigger(StatelessEntityTriggerBase):
    """Fires once per detection; not when a camera comes back or Home Assistant starts."""

    _domain_specs = DOMAIN_SPECS
    _schema = SCHEMA

    def __init__(self, hass: HomeAssistant, config: TriggerConfig) -> None:
        """Note which sounds count and how sure the model has to be; no sounds means any."""
        super().__init__(hass, config)
        self._sounds = frozenset(self._options.get(CONF_SOUND, ()))
        self._minimum_score: float = self._options[CONF_MINIMUM_SCORE]

    def entity_filter(self, entities: set[str]) -> set[str]:
        """Leave out the doorbells and buttons that a device, an area or a label also holds."""
        registry = er.async_get(self._hass)
        return {
            entity_id
            for entity_id in super().entity_filter(entities)
            if (entry := registry.async_get(entity_id)) and entry.platform == DOMAIN
        }

    def is_valid_state(
        self, state: State, report_not_triggered: NotTriggeredReasonReporter
    ) -> bool:
        """Tell whether a sound that counts was heard; the trace says by how much it was too unsure."""
        if self._sounds and state.attributes.get(ATTR_EVENT_TYPE) not in self._sounds:
            return False
        score = state.attributes.get(ATTR_SCORE, 0.0)
        if score < self._minimum_score:
            report_not_triggered("score_too_low", score=score, minimum_score=self._minimum_score)
            return False
        return True


async def async_get_triggers(hass: HomeAssistant) -> dict[str, type[Trigger]]:
    """Return the triggers by the names that follow the domain's."""
    return {"sound_heard": SoundHeardTrigger}
