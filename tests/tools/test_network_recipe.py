"""A recipe's network is read by its kind, and what does not fit the kind is named."""

from typing import Any

import pytest

from tools.networks.network_recipe import Cnn2dRecipe, CompactRecipe, VggishRecipe, read_network


def test_kind_chooses_the_sizes() -> None:
    assert read_network({}) == CompactRecipe()
    assert read_network({"kind": "compact", "channels": [4, 8]}) == CompactRecipe(channels=(4, 8))
    table = {"kind": "2dcnn", "channels": [4, 8], "kernels": [[3, 3], [7, 3]]}
    assert read_network(table) == Cnn2dRecipe(channels=(4, 8), kernels=((3, 3), (7, 3)))
    assert read_network({"kind": "vggish", "dropout": 0.5}) == VggishRecipe(dropout=0.5)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"kind": "resnet"}, r"'resnet' is unknown: choose one of compact, 2dcnn, vggish"),
        ({"kind": ["2dcnn"]}, r"is unknown: choose one of"),
        ({"kind": "2dcnn", "channels": [4]}, "network.kernels has 4 entries and network.channels"),
        ({"kind": "2dcnn", "kernels": [[3, 3], [3, 4], [3, 3], [3, 3]]}, "two odd numbers"),
        ({"kind": "2dcnn", "kernels": [3, 3, 3, 3]}, "two odd numbers"),
        ({"kind": "vggish", "channels": [4, 8]}, "VGGish has six layers"),
        ({"kind": "vggish", "freeze_encoder": True}, "would keep random weights"),
    ],
)
def test_network_that_cannot_be_built_is_refused(table: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read_network(table)


def test_option_of_another_kind_is_refused() -> None:
    with pytest.raises(TypeError, match="kernels"):
        read_network({"kind": "vggish", "kernels": [[3, 3]]})
