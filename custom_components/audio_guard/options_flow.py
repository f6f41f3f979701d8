"""Change how a camera is listened to: its sounds, quiet hours, microphone, model."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import probatio as vol
from homeassistant.config_entries import ConfigFlowResult, OptionsFlowWithReload
from homeassistant.data_entry_flow import SectionConfig, section
from homeassistant.helpers.selector import (
    BooleanSelector,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TimeSelector,
)

from .camera_options import CameraOptions
from .const import (
    CONF_CAMERA,
    OPTION_CLASSES_OFF,
    OPTION_CLIP_DAYS,
    OPTION_CLIP_MEGABYTES,
    OPTION_CLIPS,
    OPTION_CONFIRMATIONS,
    OPTION_GAIN,
    OPTION_HISTORY,
    OPTION_HOLDS,
    OPTION_MODEL,
    OPTION_ONLY_WHILE_STREAMING,
    OPTION_QUIET_HOURS,
    OPTION_RUNTIME,
    OPTION_THRESHOLDS,
)
from .engine.card import Model
from .engine.decide import ClassPolicy
from .engine.errors import ModelError, RuntimeMissingError
from .engine.scorer import Runtime
from .shared_model import (
    async_take_model,
    find_model,
    model_fault,
    model_titles,
    own_models,
)
from .sound_choice import sounds_selector

# Sections and fields of the form; those of a class are named as its options are.
FIELD_ON = "on"
FIELD_THRESHOLD = "threshold"
FIELD_CONFIRM = "confirm_hops"
FIELD_HOLD = "hold_seconds"
SECTION_QUIET = "quiet_hours"
SECTION_MICROPHONE = "microphone"
SECTION_CLIPS = "clips"
SECTION_ADVANCED = "advanced"
AUTOMATIC = "automatic"

# As the number entities keep them.
THRESHOLD_DECIMALS = 3

_THRESHOLD = NumberSelector(
    NumberSelectorConfig(min=0.05, max=1.0, step=0.001, mode=NumberSelectorMode.BOX)
)
_CONFIRM = NumberSelector(NumberSelectorConfig(min=1, max=20, mode=NumberSelectorMode.BOX))
_HOLD = NumberSelector(
    NumberSelectorConfig(
        min=0, max=600, step=0.5, unit_of_measurement="s", mode=NumberSelectorMode.BOX
    )
)
_GAIN = NumberSelector(
    NumberSelectorConfig(min=-30, max=30, unit_of_measurement="dB", mode=NumberSelectorMode.SLIDER)
)
_DAYS = NumberSelector(
    NumberSelectorConfig(min=1, max=365, unit_of_measurement="d", mode=NumberSelectorMode.BOX)
)
_MEGABYTES = NumberSelector(
    NumberSelectorConfig(min=10, max=10_000, unit_of_measurement="MB", mode=NumberSelectorMode.BOX)
)


class AudioGuardOptionsFlow(OptionsFlowWithReload):
    """The dialog behind an entry's gear."""

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Show everything in sections, and keep what differs from the model's card."""
        options = CameraOptions.read(self.config_entry.options)
        own = own_models(self.hass)
        try:
            model = await self.hass.async_add_executor_job(find_model, options.model, own)
        except ModelError as error:
            return self.async_abort(
                reason="model_broken", description_placeholders={"error": str(error)}
            )
        errors: dict[str, str] = {}
        placeholders = {"error": ""}
        if user_input is not None:
            errors, placeholders = await self._async_check(user_input)
            if not errors:
                return self.async_create_entry(data=self._changed(model, user_input))
        titles = await self.hass.async_add_executor_job(model_titles, own)
        schema = self._schema(model, titles)
        return self.async_show_form(
            step_id="init",
            data_schema=self.add_suggested_values_to_schema(
                schema, user_input or _shown(options, model)
            ),
            errors=errors,
            description_placeholders=placeholders,
        )

    def _schema(self, model: Model, titles: Mapping[str, str]) -> vol.Schema:
        """Return a section for each class, and one for each further thing that can be chosen."""
        each = vol.Schema(
            {
                vol.Required(FIELD_ON): BooleanSelector(),
                vol.Required(FIELD_THRESHOLD): _THRESHOLD,
                vol.Required(FIELD_CONFIRM): _CONFIRM,
                vol.Required(FIELD_HOLD): _HOLD,
            }
        )
        quiet = vol.Schema(
            {
                vol.Optional("start"): TimeSelector(),
                vol.Optional("end"): TimeSelector(),
                vol.Optional("classes"): sounds_selector(model.classes),
            }
        )
        microphone: dict[vol.Marker, Any] = {vol.Required(OPTION_GAIN): _GAIN}
        if CONF_CAMERA in self.config_entry.data:
            microphone[vol.Required(OPTION_ONLY_WHILE_STREAMING)] = BooleanSelector()
        clips = vol.Schema(
            {
                vol.Required(OPTION_CLIPS): BooleanSelector(),
                vol.Required(OPTION_CLIP_DAYS): _DAYS,
                vol.Required(OPTION_CLIP_MEGABYTES): _MEGABYTES,
                vol.Required(OPTION_HISTORY): BooleanSelector(),
            }
        )
        models = [SelectOptionDict(value=name, label=title) for name, title in titles.items()]
        advanced = vol.Schema(
            {
                vol.Required(OPTION_MODEL): SelectSelector(
                    SelectSelectorConfig(options=models, mode=SelectSelectorMode.DROPDOWN)
                ),
                vol.Required(OPTION_RUNTIME): SelectSelector(
                    SelectSelectorConfig(
                        options=[AUTOMATIC, *Runtime],
                        translation_key=OPTION_RUNTIME,
                        mode=SelectSelectorMode.DROPDOWN,
                    )
                ),
            }
        )
        collapsed = SectionConfig(collapsed=True)
        return vol.Schema(
            {
                **{vol.Required(label): section(each, collapsed) for label in model.classes},
                vol.Required(SECTION_QUIET): section(quiet, collapsed),
                vol.Required(SECTION_MICROPHONE): section(vol.Schema(microphone), collapsed),
                vol.Required(SECTION_CLIPS): section(clips, collapsed),
                vol.Required(SECTION_ADVANCED): section(advanced, collapsed),
            }
        )

    async def _async_check(
        self, user_input: Mapping[str, Any]
    ) -> tuple[dict[str, str], dict[str, str]]:
        """Return the form's errors and what their texts need; a model is loaded once to see that it runs."""
        quiet = user_input[SECTION_QUIET]
        given = [bool(quiet.get(name)) for name in ("start", "end", "classes")]
        if any(given) and not all(given):
            return {"base": "quiet_hours_incomplete"}, {"error": ""}
        advanced = user_input[SECTION_ADVANCED]
        try:
            loaded, give_back = await async_take_model(
                self.hass, advanced[OPTION_MODEL], _runtime(advanced)
            )
        except (ModelError, RuntimeMissingError) as error:
            return {"base": model_fault(error)}, {"error": str(error)}
        give_back()
        if loaded.missing:
            return {"base": "runtime_missing"}, {"error": loaded.missing}
        return {}, {"error": ""}

    def _changed(self, model: Model, user_input: Mapping[str, Any]) -> dict[str, Any]:
        """Return the entry's options with what was chosen; what is as in the model's card is not kept."""
        quiet, advanced = user_input[SECTION_QUIET], user_input[SECTION_ADVANCED]
        runtime = _runtime(advanced)
        # Another model's scores mean something else, so its own card decides first.
        same_model = advanced[OPTION_MODEL] == model.name
        chosen = {label: user_input[label] for label in model.classes}
        return {
            **self.config_entry.options,
            **user_input[SECTION_MICROPHONE],
            **user_input[SECTION_CLIPS],
            OPTION_CLASSES_OFF: [label for label, each in chosen.items() if not each[FIELD_ON]],
            OPTION_THRESHOLDS: {
                label: round(each[FIELD_THRESHOLD], THRESHOLD_DECIMALS)
                for label, each in chosen.items()
                if same_model and each[FIELD_THRESHOLD] != _threshold(model.policies[label])
            },
            OPTION_CONFIRMATIONS: {
                label: int(each[FIELD_CONFIRM])
                for label, each in chosen.items()
                if each[FIELD_CONFIRM] != model.policies[label].confirm_hops
            },
            OPTION_HOLDS: {
                label: each[FIELD_HOLD]
                for label, each in chosen.items()
                if each[FIELD_HOLD] != model.policies[label].hold_seconds
            },
            OPTION_QUIET_HOURS: dict(quiet) if quiet.get("classes") else None,
            OPTION_MODEL: advanced[OPTION_MODEL],
            OPTION_RUNTIME: runtime and runtime.value,
        }


def _shown(options: CameraOptions, model: Model) -> dict[str, Any]:
    """Return the form's values for what is in use now."""
    every = replace(options, classes_off=frozenset()).policies(model)
    quiet = options.quiet_hours
    return {
        **{
            label: {
                FIELD_ON: label not in options.classes_off,
                FIELD_THRESHOLD: _threshold(policy),
                FIELD_CONFIRM: policy.confirm_hops,
                FIELD_HOLD: policy.hold_seconds,
            }
            for label, policy in every.items()
        },
        SECTION_QUIET: {
            "start": quiet.start.isoformat(),
            "end": quiet.end.isoformat(),
            "classes": sorted(quiet.classes),
        }
        if quiet
        else {},
        SECTION_MICROPHONE: {
            OPTION_GAIN: options.gain_db,
            OPTION_ONLY_WHILE_STREAMING: options.only_while_streaming,
        },
        SECTION_CLIPS: {
            OPTION_CLIPS: options.clips,
            OPTION_CLIP_DAYS: options.clip_days,
            OPTION_CLIP_MEGABYTES: options.clip_megabytes,
            OPTION_HISTORY: options.history,
        },
        SECTION_ADVANCED: {
            OPTION_MODEL: options.model,
            OPTION_RUNTIME: options.runtime.value if options.runtime else AUTOMATIC,
        },
    }


def _threshold(policy: ClassPolicy) -> float:
    """Return a threshold as the form shows it."""
    return round(policy.threshold, THRESHOLD_DECIMALS)


def _runtime(advanced: Mapping[str, Any]) -> Runtime | None:
    """Return the runtime that was chosen; None for the fastest."""
    chosen = advanced[OPTION_RUNTIME]
    return None if chosen == AUTOMATIC else Runtime(chosen)
