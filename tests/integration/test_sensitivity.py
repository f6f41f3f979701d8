"""A threshold by what it costs."""

import pytest
from homeassistant.core import HomeAssistant
from hypothesis import given
from hypothesis import strategies as st

from custom_components.audio_guard.engine.card import FalseAlarmRate, load_model
from custom_components.audio_guard.sensitivity import CUSTOM, FEWEST, offered, option_of

from .conftest import FakeListener, state

DOG = "select.kitchen_dog_sensitivity"
RATES = [
    FalseAlarmRate(threshold=threshold, per_week=per_week)
    for threshold, per_week in ((0.4, 900.0), (0.8, 650.0), (0.9, 130.0), (0.95, 0.0))
]


def test_offers_the_lowest_threshold_that_keeps_to_each_rung() -> None:
    assert list(offered(RATES).items()) == [
        (FEWEST, 0.95),
        ("per_week_140", 0.9),
        ("per_week_700", 0.8),
        ("per_week_1400", 0.4),
    ]


def test_does_not_offer_what_was_not_shown() -> None:
    assert offered([]) == {}
    assert offered(RATES[:2]) == {"per_week_700": 0.8, "per_week_1400": 0.4}


@given(
    st.lists(st.tuples(st.floats(0.01, 1.0), st.floats(0.0, 1e5)), max_size=12).map(
        lambda rows: sorted(dict(rows).items())
    )
)
def test_more_false_alarms_are_never_offered_at_a_higher_threshold(
    rows: list[tuple[float, float]],
) -> None:
    options = offered([FalseAlarmRate(threshold=t, per_week=rate) for t, rate in rows])
    assert list(options.values()) == sorted(set(options.values()), reverse=True)


def test_the_shipped_models_own_thresholds_are_among_its_options() -> None:
    model = load_model()
    assert set(model.false_alarms) == set(model.classes)
    for label, policy in model.policies.items():
        assert option_of(policy.threshold, offered(model.false_alarms[label])) != CUSTOM, label


async def test_choosing_sets_the_threshold_and_back(
    hass: HomeAssistant, listener: FakeListener
) -> None:
    shown = hass.states.get(DOG)
    assert shown is not None
    assert shown.state == "per_week_700"
    assert shown.attributes["options"] == [FEWEST, "per_week_140", "per_week_700", "per_week_1400"]
    await hass.services.async_call(
        "select", "select_option", {"entity_id": DOG, "option": "per_week_140"}, blocking=True
    )
    assert state(hass, DOG) == "per_week_140"
    assert state(hass, "number.kitchen_dog_threshold") == "0.9"
    await hass.services.async_call(
        "number",
        "set_value",
        {"entity_id": "number.kitchen_dog_threshold", "value": 0.7},
        blocking=True,
    )
    assert state(hass, DOG) == CUSTOM


async def test_choosing_one_s_own_changes_nothing(
    hass: HomeAssistant, listener: FakeListener
) -> None:
    await hass.services.async_call(
        "number",
        "set_value",
        {"entity_id": "number.kitchen_dog_threshold", "value": 0.7},
        blocking=True,
    )
    await hass.services.async_call(
        "select", "select_option", {"entity_id": DOG, "option": CUSTOM}, blocking=True
    )
    assert state(hass, "number.kitchen_dog_threshold") == "0.7"


@pytest.mark.parametrize("label", ["alarm", "breaking_glass"])
async def test_a_class_without_rates_has_none(
    hass: HomeAssistant, listener: FakeListener, label: str
) -> None:
    assert hass.states.get(f"select.kitchen_{label}_sensitivity") is None
