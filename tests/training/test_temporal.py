"""Temporal models judge the newest window by what came before, and never by what follows."""

import pytest
import torch

from tools.networks.mn04 import MobileNetNetwork
from tools.networks.network import CompactNetwork
from tools.networks.network_recipe import CompactRecipe, MobileNetRecipe
from tools.networks.temporal import AttentionPool, BiGruPool, MeanPool, temporal_pool

SMALL = CompactRecipe(channels=(4, 8, 8, 8), pool_after=(0, 1, 2, 3), embedding=16)


def compact(temporal: str, context: int) -> CompactNetwork:
    torch.manual_seed(3)
    sizes = CompactRecipe(channels=SMALL.channels, pool_after=SMALL.pool_after, temporal=temporal)
    return CompactNetwork(sizes, 96 + context, 64, 8).eval()


@pytest.mark.parametrize(
    ("kind", "pool", "width"),
    [("mean", MeanPool, 16), ("bigru", BiGruPool, 16), ("attention", AttentionPool, 32)],
)
def test_each_kind_pools_a_sequence_into_one_vector(
    kind: str, pool: type[torch.nn.Module], width: int
) -> None:
    made = temporal_pool(kind, 16, 4)
    assert type(made) is pool
    assert made.width == width
    assert made(torch.randn(3, 4, 16)).shape == (3, width)


@pytest.mark.parametrize("kind", ["bigru", "attention"])
def test_order_of_the_steps_matters(kind: str) -> None:
    torch.manual_seed(0)
    pool = temporal_pool(kind, 16, 4)
    sequence = torch.randn(1, 4, 16)
    assert not torch.allclose(pool(sequence), pool(sequence.flip(1)), atol=1e-4)


def test_attention_weighs_all_steps_alike_at_first_and_hands_on_the_newest() -> None:
    pool = AttentionPool(16, 4)
    torch.nn.init.zeros_(pool.weigh.weight)
    sequence = torch.randn(2, 4, 16)
    pooled = pool(sequence)
    assert torch.allclose(pooled[:, :16], sequence.mean(dim=1), atol=1e-6)
    assert torch.equal(pooled[:, 16:], sequence[:, -1])


def test_attention_can_turn_to_the_past() -> None:
    pool = AttentionPool(16, 4)
    with torch.no_grad():
        pool.age[0, 1] = 50.0
    sequence = torch.randn(2, 4, 16)
    assert torch.allclose(pool(sequence)[:, :16], sequence[:, 1], atol=1e-5)


def test_compact_gives_an_embedding_per_window() -> None:
    assert compact("bigru", 144)._window_embeddings(torch.randn(2, 1, 240, 64)).shape == (2, 4, 128)
    assert compact("mean", 0)._window_embeddings(torch.randn(2, 1, 96, 64)).shape == (2, 1, 128)


@pytest.mark.parametrize("kind", ["bigru", "attention"])
def test_compact_hears_its_context(kind: str) -> None:
    network = compact(kind, 144)
    patches = torch.randn(1, 1, 240, 64)
    other = patches.clone()
    other[:, :, :100] = torch.randn(1, 1, 100, 64)  # the oldest windows only
    assert not torch.allclose(network(patches), network(other), atol=1e-4)


def test_mobilenet_takes_its_context_as_steps() -> None:
    network = MobileNetNetwork(MobileNetRecipe(width=0.1, temporal="attention"), 192, 8).eval()
    assert network(torch.randn(2, 1, 192, 128)).shape == (2, 8)
    assert network.temporal.age.shape == (1, 6, 1)


def test_unknown_kind_is_named() -> None:
    with pytest.raises(
        ValueError, match=r"network\.temporal 'lstm' is unknown: choose mean or big"
    ):
        CompactRecipe(temporal="lstm")
