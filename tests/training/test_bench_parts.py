"""What the bench counts and times is what it says."""

import time
from pathlib import Path

import av
import numpy as np
import pytest
import torch
from torch import nn

from audio_guard_engine.card import load_model
from tools.cost.gpu import gpu_throughput, windows_per_second
from tools.cost.line import HOP_PACKETS, LINE_RATE_HZ, hops, loud_noise, write_line
from tools.cost.machine import least_ms
from tools.cost.macs import Work, count_work
from tools.cost.networks import PAPER, YamnetSizedNetwork, model_work
from tools.cost.rounds import RUNS_IN_A_ROW, WARM_UP_RUNS, at_cadence, back_to_back
from tools.networks.network_kinds import build_network, input_shape
from tools.runs.recipe import read_recipe
from tools.runs.run_folder import ROOT, recipe_place


def test_products_of_each_kind_of_layer_are_counted() -> None:
    assert count_work(nn.Linear(10, 3), (1, 10)) == Work(macs=30, weights=33)
    whole = nn.Conv2d(2, 4, 3, padding=1, bias=False)
    assert count_work(whole, (1, 2, 5, 6)) == Work(macs=5 * 6 * 4 * 2 * 9, weights=72)
    each_channel = nn.Conv2d(4, 4, 3, stride=2, padding=1, groups=4, bias=False)
    assert count_work(each_channel, (1, 4, 6, 6)) == Work(macs=3 * 3 * 4 * 9, weights=36)


def test_layers_that_run_twice_count_twice() -> None:
    layer = nn.Linear(4, 4, bias=False)
    assert count_work(nn.Sequential(layer, layer), (1, 4)).macs == 32


def test_networks_of_others_have_their_published_sizes() -> None:
    yamnet = count_work(YamnetSizedNetwork(), (1, 1, 96, 64))
    assert yamnet.macs == pytest.approx(69.2e6, rel=0.01)
    assert yamnet.weights == pytest.approx(3.75e6, rel=0.01)
    recipe = read_recipe(ROOT / recipe_place(PAPER))
    vggish = count_work(build_network(recipe), (1, 1, *input_shape(recipe)))
    assert vggish.macs == pytest.approx(864e6, rel=0.01)  # LiteRT's converter counts 0.865 G
    assert vggish.weights == pytest.approx(72.2e6, rel=0.01)


def test_the_shipped_model_is_smaller_than_either() -> None:
    assert model_work(load_model()).macs < 30e6


def test_limit_adds_computing_and_reading() -> None:
    peaks = {"sgemm_gflops": 100.0, "memory_gb_per_s": 10.0}
    assert least_ms(Work(macs=50_000_000, weights=2_500_000), peaks) == pytest.approx(1.0 + 1.0)


def test_work_takes_turns_in_rows_after_a_warm_up() -> None:
    ran: list[str] = []
    works = {name: lambda name=name: ran.append(name) for name in "ab"}
    timings = back_to_back(works, blocks=2)
    row = [*"a" * RUNS_IN_A_ROW, *"b" * RUNS_IN_A_ROW]
    assert ran == [*"a" * WARM_UP_RUNS, *"b" * WARM_UP_RUNS, *row, *row]
    assert [timing.runs for timing in timings.values()] == [2 * RUNS_IN_A_ROW] * 2


def test_at_cadence_each_runs_once_a_tick_and_another_begins() -> None:
    ran: list[tuple[str, float]] = []
    works = {name: lambda name=name: ran.append((name, time.monotonic())) for name in "abc"}
    began = time.monotonic()
    at_cadence(works, ticks=4, seconds=0.02)
    assert time.monotonic() - began >= 3 * 0.02
    assert "".join(name for name, _ in ran[3 * WARM_UP_RUNS :]) == "abcbcacababc"


def test_more_work_takes_more_time() -> None:
    timings = back_to_back(
        {"few": lambda: sum(range(2_000)), "many": lambda: sum(range(200_000))}, blocks=4
    )
    assert timings["few"].median_ms < timings["many"].median_ms


def test_line_is_sent_as_cameras_do_and_never_ends(tmp_path: Path) -> None:
    path = tmp_path / "line.nut"
    write_line(path, loud_noise(2.4))
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        assert (stream.codec_context.name, stream.rate) == ("pcm_mulaw", LINE_RATE_HZ)
        sizes = [packet.size for packet in container.demux(stream) if packet.size]
    assert sizes == [160] * (5 * HOP_PACKETS)
    heard = hops(path, 16_000)
    first, second = (np.concatenate([next(heard) for _ in range(6)]) for _ in range(2))
    assert len(first) > 5 * 7_600
    assert np.array_equal(first, second)


def test_batches_are_timed_on_any_device() -> None:
    network = nn.Sequential(nn.Flatten(), nn.Linear(600, 600))
    speeds = windows_per_second(network, (1, 20, 30), torch.device("cpu"), (1, 64))
    assert list(speeds) == [1, 64]
    assert speeds[64] > speeds[1] > 0


def test_without_a_gpu_nothing_is_made_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert gpu_throughput(nn.Identity(), (1,)) is None
