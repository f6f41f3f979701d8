"""Tell in a table how policies were chosen."""

from collections.abc import Mapping
from typing import Any


def choices_text(facts: Mapping[str, Any]) -> str:
    """Return the choices as a Markdown table."""
    setting = facts["setting"]
    head = ["class", "threshold", "confirmed by", "events heard", "false alarms"]
    rows = [
        [
            label,
            f"{of['policy']['threshold']:.4g}",
            f"{of['policy']['confirm_hops']} of {of['policy']['of_hops']} hops",
            "-" if of["heard"] is None else f"{of['heard']:.0%}",
            f"{of['false_alarms']}" + ("" if of["keeps_budget"] else ", over the budget"),
        ]
        for label, of in facts["classes"].items()
    ]
    calm = f", and {setting['calm_hours']:g} h each of synthesized noises, hum, talk and music raise nothing"
    calm = calm if setting["calm_hours"] else ""
    table = "\n".join(f"| {' | '.join(line)} |" for line in (head, ["---"] * len(head), *rows))
    return (
        "### Thresholds\n\n"
        f"Chosen on {facts['hours']:.2g} h of val's background ({facts['recordings']} recordings) on the "
        f"lines {', '.join(setting['lines'])}: the lowest from which on the worst line keeps "
        f"{setting['false_alarms_per_day']:g} false alarms a day{calm}. "
        "Events: those of val at "
        f"{', '.join(f'{snr:g}' for snr in setting['snrs_db'])} dB, which chose the confirmation too, so "
        f"test's figures are lower. {too_few_hours(facts)}\n\n{table}"
    )


def too_few_hours(facts: Mapping[str, Any]) -> str:
    """Say so when the background is too short to hold one false alarm of the budget."""
    budget = facts["setting"]["false_alarms_per_day"]
    if facts["hours"] * budget >= 24:
        return ""
    return (
        f"val's background lasts {facts['hours'] * 60:.2g} min, too little to tell {budget:g} false alarms "
        f"a day from many more, which takes {24 / budget:.2g} h. So thresholds stay the recipe's, or are raised; "
        "add recordings of it."
    )
