"""The kinds of network a recipe can choose, and their sizes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

TEMPORAL_KINDS = ("mean", "bigru", "attention")


@dataclass(frozen=True, kw_only=True, slots=True)
class CompactRecipe:
    """Sizes of the compact network: VGGish's layers at less width, pooled over time.

    `temporal` pools the embeddings of windows: mean, bigru or attention; `front_end.context_frames` says
    how far back they go. `freeze_encoder`: train only what follows the windows' embeddings.
    """

    channels: tuple[int, ...] = (16, 32, 64, 64, 128, 128)
    pool_after: tuple[int, ...] = (0, 1, 3, 5)
    embedding: int = 128
    dropout: float = 0.2
    temporal: str = "mean"
    freeze_encoder: bool = False

    def __post_init__(self) -> None:
        _require_temporal(self.temporal)


@dataclass(frozen=True, kw_only=True, slots=True)
class Cnn2dRecipe:
    """Sizes of a convolutional network from scratch.

    `kernels` are (frames, bands) of each layer, odd. `dropout` is before both dense layers.
    """

    channels: tuple[int, ...] = (32, 64, 128, 128)
    kernels: tuple[tuple[int, int], ...] = ((3, 3), (3, 3), (3, 3), (3, 3))
    embedding: int = 128
    dropout: float = 0.0

    def __post_init__(self) -> None:
        if len(self.kernels) != len(self.channels):
            raise ValueError(
                f"network.kernels has {len(self.kernels)} entries and network.channels "
                f"{len(self.channels)}: give each layer one"
            )
        if not all(_is_kernel(kernel) for kernel in self.kernels):
            raise ValueError("network.kernels: each is [frames, bands], two odd numbers")


@dataclass(frozen=True, kw_only=True, slots=True)
class VggishRecipe:
    """Sizes of VGGish and of the classifier on its embedding.

    The defaults are those of the published network, and its weights fit no others.
    `encoder_weights`: a state dict file, or a name that `python -m tools.fetch` knows; empty for
    random weights. `freeze_encoder`: train the classifier alone. `postprocessor`: the published PCA that
    whitens and quantizes the embeddings, a file or a name as before; empty for none. `classifier`: widths
    of its hidden layers. `dropout` is before each of its layers.
    """

    channels: tuple[int, ...] = (64, 128, 256, 256, 512, 512)
    hidden: tuple[int, ...] = (4096, 4096)
    embedding: int = 128
    encoder_weights: str = ""
    freeze_encoder: bool = False
    postprocessor: str = ""
    classifier: tuple[int, ...] = (128,)
    dropout: float = 0.0

    def __post_init__(self) -> None:
        if len(self.channels) != 6:
            raise ValueError("network.channels: VGGish has six layers")
        _require_encoder_weights(self.freeze_encoder, self.encoder_weights)
        if self.postprocessor and not self.freeze_encoder:
            raise ValueError(
                "network.postprocessor: its steps let no gradient through, so it needs "
                "network.freeze_encoder = true"
            )


@dataclass(frozen=True, kw_only=True, slots=True)
class MobileNetRecipe:
    """Sizes of a MobileNetV3 as EfficientAT has it, and of the classifier on its embedding.

    `width` 0.4 and the front end of EfficientAT fit the published weights. `encoder_weights`,
    `freeze_encoder`, `classifier` and `dropout` are as VGGish's, `temporal` as the compact network's.
    `frozen_stages`: how many of the encoder's first stages (a convolution, then blocks) are not trained. They
    see the largest maps: without the first four a training step takes a third of the time.
    """

    width: float = 0.4
    encoder_weights: str = ""
    freeze_encoder: bool = False
    frozen_stages: int = 0
    classifier: tuple[int, ...] = (128,)
    dropout: float = 0.2
    temporal: str = "mean"

    def __post_init__(self) -> None:
        _require_temporal(self.temporal)
        _require_encoder_weights(self.freeze_encoder, self.encoder_weights)
        if self.frozen_stages < 0:
            raise ValueError("network.frozen_stages: give 0 or more")


NetworkRecipe: TypeAlias = CompactRecipe | Cnn2dRecipe | VggishRecipe | MobileNetRecipe

KINDS: Mapping[str, type[NetworkRecipe]] = {
    "compact": CompactRecipe,
    "2dcnn": Cnn2dRecipe,
    "vggish": VggishRecipe,
    "mobilenet": MobileNetRecipe,
}


def read_network(table: Mapping[str, Any]) -> NetworkRecipe:
    """Return the sizes in a recipe's table `[network]`; raise ValueError or TypeError."""
    sizes = {name: _as_tuples(value) for name, value in table.items()}
    kind = sizes.pop("kind", "compact")
    if kind not in KINDS:
        raise ValueError(f"network.kind {kind!r} is unknown: choose one of {', '.join(KINDS)}")
    return KINDS[kind](**sizes)


def _require_temporal(chosen: str) -> None:
    if chosen not in TEMPORAL_KINDS:
        raise ValueError(
            f"network.temporal {chosen!r} is unknown: choose {' or '.join(TEMPORAL_KINDS)}"
        )


def _require_encoder_weights(freeze: bool, weights: str) -> None:
    if freeze and not weights:
        raise ValueError(
            "network.freeze_encoder without network.encoder_weights would keep random weights"
        )


def _is_kernel(value: Any) -> bool:
    return isinstance(value, tuple) and len(value) == 2 and all(size % 2 == 1 for size in value)


def _as_tuples(value: Any) -> Any:
    return tuple(_as_tuples(item) for item in value) if isinstance(value, list) else value
