"""The bench measures everything that it promises, and its figures are in an order that can be true."""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tools import bench
from tools.cost.figures import AT_CADENCE, BACK_TO_BACK
from tools.cost.hop_parts import PAPER_MODEL, PAPER_WHOLE, YAMNET_MODEL, YAMNET_WHOLE
from tools.cost.pages import performance_page, scale_page
from tools.cost.probes import HOME_PYTHON, ProbeError, _ask
from tools.cost.scale import CAMERAS, Prices, fleet
from tools.cost.targets import verdicts

RUNTIMES = ("ncnn", "LiteRT f32", "LiteRT int8")
PARTS = (
    "decode",
    "resample",
    "log-mel",
    "gate",
    *(f"model, {runtime}" for runtime in RUNTIMES),
    "decider",
    *(f"whole hop, {runtime}" for runtime in RUNTIMES),
    PAPER_MODEL,
    PAPER_WHOLE,
    YAMNET_MODEL,
    YAMNET_WHOLE,
)


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a quick run."""
    folder, cache = tmp_path_factory.mktemp("bench"), tmp_path_factory.mktemp("networks")
    assert bench.main(["--quick", "--out", str(folder), "--cache", str(cache)]) == 0
    return folder


@pytest.fixture(scope="module")
def figures(out: Path) -> dict[str, Any]:
    """Return its figures; JSON without numbers that are none."""

    def refuse(constant: str) -> None:
        raise ValueError(f"{constant} among the figures")

    read: dict[str, Any] = json.loads((out / "performance.json").read_text(), parse_constant=refuse)
    return read


@pytest.mark.slow
@pytest.mark.parametrize("mode", [BACK_TO_BACK, AT_CADENCE])
def test_every_part_is_timed_in_both_ways(figures: dict[str, Any], mode: str) -> None:
    rows = figures["timings"][mode]
    assert tuple(rows) == PARTS
    assert all(0 < row["median_ms"] <= row["p95_ms"] for row in rows.values())


@pytest.mark.slow
def test_larger_networks_take_longer_and_none_beats_its_arithmetic(
    figures: dict[str, Any],
) -> None:
    rows = {name: row["median_ms"] for name, row in figures["timings"][BACK_TO_BACK].items()}
    assert rows["decider"] < rows["model, ncnn"]
    for runtime in RUNTIMES:
        assert rows[f"model, {runtime}"] < rows[f"whole hop, {runtime}"]
        assert 3 * rows[f"model, {runtime}"] < rows[PAPER_MODEL]
    assert 3 * rows[YAMNET_MODEL] < rows[PAPER_MODEL]
    work = figures["work"]
    assert work["model"]["least_ms"] < rows["model, ncnn"]
    assert work["model"]["least_ms"] < work["yamnet"]["least_ms"] < work["paper"]["least_ms"]


@pytest.mark.slow
def test_cameras_are_simulated_on_every_runtime(figures: dict[str, Any]) -> None:
    assert tuple(figures["cameras"]) == RUNTIMES
    for of in figures["cameras"].values():
        assert of["load"]["cameras_per_core"] > 1
        assert of["load"]["spared"] == 0
        assert of["quiet_load"]["spared"] > 0.5
        assert of["quiet_load"]["ms_per_hop"] < of["load"]["ms_per_hop"]
        assert 0 < of["latency"]["median_ms"] <= of["latency"]["p99_ms"]
        assert of["latency"]["hops"] >= 50
        assert 0 < of["latency"]["used"] <= 1
        assert 0 < of["thread_gain"] < 3


@pytest.mark.slow
def test_memory_grows_with_all_that_is_loaded(figures: dict[str, Any]) -> None:
    resident = figures["memory"]["resident_mb"]
    assert list(resident) == [
        "bare",
        "numpy and PyAV",
        "engine and model",
        "first camera",
        "further cameras",
    ]
    assert all(before < after for before, after in pairwise(resident.values()))


@pytest.mark.slow
def test_first_score_waits_for_a_window_of_sound(figures: dict[str, Any]) -> None:
    assert list(figures["start_up_seconds"]) == [
        "load model",
        "open",
        "first packet",
        "first score",
    ]
    assert figures["start_up_seconds"]["first score"] > 0.5


@pytest.mark.slow
@pytest.mark.skipif(not HOME_PYTHON.is_file(), reason="no Home Assistant (scripts/setup ha)")
def test_home_assistant_is_measured(figures: dict[str, Any]) -> None:
    home = figures["home"]
    assert 0 < home["loop_ms"]["median"] <= home["loop_ms"]["p95"] <= home["loop_ms"]["p99"]
    resident = list(home["resident_mb"].values())
    assert resident == sorted(resident)
    assert home["entities_per_camera"] > 10


@pytest.mark.slow
def test_pages_tell_every_part_and_every_target(out: Path, figures: dict[str, Any]) -> None:
    page = (out / "performance.md").read_text()
    for part in PARTS:
        assert f"| {part} | " in page
    for verdict in verdicts(figures):
        assert f"| {verdict.what} | " in page
    assert page == performance_page(figures)
    assert (out / "images" / "performance.png").stat().st_size > 10_000
    assert (out / "scale.md").read_text() == scale_page(figures, Prices())


@pytest.mark.slow
def test_targets_turn_with_the_figures(figures: dict[str, Any]) -> None:
    changed = json.loads(json.dumps(figures))
    load = changed["cameras"]["ncnn"]["quiet_load"]
    for cameras, met in ((799.0, False), (800.0, True)):
        load["cameras_per_core"] = cameras
        verdict = next(of for of in verdicts(changed) if of.what.startswith("cameras a core"))
        assert verdict.met is met
    changed["start_up_seconds"]["first score"] = 2.0
    last = verdicts(changed)[-1]
    assert (last.met, last.share) == (False, 2.0)
    assert "**missed** by a factor of 2.00" in performance_page(changed)


@pytest.mark.slow
def test_what_home_assistant_pays_may_be_missing(figures: dict[str, Any]) -> None:
    without = figures | {"home": {"missing": "Home Assistant is not installed"}}
    assert [of.measured for of in verdicts(without)].count(None) == 3
    page = performance_page(without)
    assert page.count("not measured") == 4
    assert "not measured: Home Assistant is not installed." in page
    assert "| 10,000 | " in scale_page(without, Prices())


@pytest.mark.slow
def test_a_gpu_has_a_table_where_there_is_one(figures: dict[str, Any]) -> None:
    assert "no NVIDIA GPU" in performance_page(figures | {"gpu": None})
    gpu = {"name": "Some GPU", "windows_per_second": {"16": 20_000.0}}
    assert "| 16 | 20,000 | 9,600 |" in performance_page(figures | {"gpu": gpu})


@pytest.mark.slow
def test_many_cameras_need_more_and_cost_less_each(figures: dict[str, Any]) -> None:
    fleets = [fleet(figures, cameras, Prices()) for cameras in CAMERAS]
    for fewer, more in pairwise(fleets):
        assert more.busy_cores == pytest.approx(10 * fewer.busy_cores)
        assert more.memory_mb > fewer.memory_mb
        assert more.per_camera < fewer.per_camera
    assert fleets[0].machines == fleets[0].processes == 1
    dear = fleet(figures, 1_000, Prices(machine_price=240.0))
    assert dear.machines_per_year == 2 * fleets[3].machines_per_year


def test_a_child_that_fails_is_told_in_words() -> None:
    with pytest.raises(ProbeError, match="no such camera"):
        _ask("python3", "-c", "raise SystemExit('no such camera')")
