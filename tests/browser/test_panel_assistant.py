"""The panel's assistant proposes a threshold out of two weeks of nights, and a click puts it to use."""

import asyncio
import re
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import numpy as np
import pytest
from playwright.async_api import expect

from custom_components.audio_guard.engine.card import Model, load_model
from custom_components.audio_guard.engine.frame import ScoreFrame
from custom_components.audio_guard.panel import BUNDLE
from custom_components.audio_guard.score_history import FILE
from custom_components.audio_guard.score_store import HeardFrames, ScoreStore
from scripts.home_client import HomeClient
from scripts.home_process import HomeProcess

from .conftest import follow, threshold_of
from .frontend import PATIENCE_SECONDS, Frontend

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.browser,
    pytest.mark.usefixtures("last_page"),
    pytest.mark.skipif(not BUNDLE.exists(), reason="the panel is not built: scripts/panel"),
]

NIGHTS = 12
# Branches that score as steps, twice an hour, for three seconds; each night others. The scene's own steps score less.
BRANCH_SCORES = np.linspace(0.6, 0.9, NIGHTS)


def remember_nights(file: Path, entry_id: str) -> None:
    """Write an hour of each of the last nights, in UTC as the home has it."""
    model, store = load_model(), ScoreStore(file)
    today = datetime.now(UTC).date()
    nights = [
        datetime.combine(today - timedelta(days=days + 1), time(23), UTC) for days in range(NIGHTS)
    ]
    heard = zip(nights, BRANCH_SCORES.tolist(), strict=True)
    store.add([night_heard(model, entry_id, night, branches) for night, branches in heard])
    store.close()


def night_heard(model: Model, entry_id: str, began: datetime, branches: float) -> HeardFrames:
    """Return an hour of silence but for branches, twice."""
    hop_seconds = model.front_end.patch_hop_seconds
    times = np.round(np.arange(hop_seconds, 3_600, hop_seconds), 6).tolist()
    frames = [
        ScoreFrame(
            source="night",
            t=t,
            scores=dict.fromkeys(model.labels, 0.01)
            | {"presence": branches if t % 1_800 < 3 else 0.01},
            level_dbfs=-60.0,
        )
        for t in times
    ]
    unix = began.timestamp()
    return HeardFrames(
        entry_id=entry_id, model=model, stretch=round(unix * 1_000), began=unix, frames=frames
    )


async def test_a_proposed_threshold_spares_the_nights(
    frontend: Frontend, home: HomeProcess, client: HomeClient, entry_id: str
) -> None:
    page = frontend.page
    await asyncio.to_thread(remember_nights, home.folder / FILE, entry_id)
    number = await threshold_of(client, entry_id, "presence")
    before = float((await client.states())[number]["state"])
    states = await follow(client, number)
    await page.goto(f"{home.url}/audio-guard/{entry_id}/assistant")
    await page.get_by_label("Sound").select_option("Steps and doors")
    heading = page.get_by_role("heading", name="Proposed: ")
    await expect(heading).to_be_visible()
    proposed = float((await heading.inner_text()).removeprefix("Proposed: "))
    assert before < BRANCH_SCORES.max() < proposed
    chart = page.get_by_role("img", name=re.compile("^Alerts a day over the threshold"))
    await expect(chart).to_be_visible()

    await page.get_by_role("slider", name="Try a threshold").fill("0.7")
    said = page.get_by_text(re.compile(r"At 0\.700: \d+ alerts in the time chosen"))
    await expect(said).to_be_visible()
    # What the scene has played since this home began may be among them; scores are kept to within 0.007.
    louder = int(2 * (BRANCH_SCORES > 0.72).sum())
    told = re.search(r": (\d+) alerts", await said.inner_text())
    assert told
    assert int(told[1]) >= louder
    alerts = page.locator("audio-guard-alerts").get_by_role("listitem")
    await expect(alerts.nth(louder - 1)).to_be_visible()
    await frontend.look("panel-assistant")

    await page.get_by_role("button", name=f"Use {proposed:.3f}").click()
    assert float(await asyncio.wait_for(states.get(), PATIENCE_SECONDS)) == proposed
    await expect(page.get_by_text(f"{proposed:.3f} is in use now.")).to_be_visible()
    await client.call("number.set_value", number, value=before)
    assert frontend.complaints == []
