"""VGGish has the published layout, takes weights of that layout alone, and is exported."""

import json
from pathlib import Path

import pytest
import torch

from audio_guard_engine.card import load_model
from audio_guard_engine.scorer import Runtime, load_scorer
from tools import export, train
from tools.fetch import cached_file
from tools.networks.encoder_weights import (
    WeightsError,
    load_encoder,
    load_postprocessor,
    weights_file,
)
from tools.networks.network import weight_count
from tools.networks.network_recipe import VggishRecipe
from tools.networks.vggish import VggishEncoder, VggishNetwork
from tools.networks.vggish_postprocessor import VggishPostprocessor
from tools.runs.checkpoint import load_network

State = dict[str, torch.Tensor]

PUBLISHED = {
    "features.0": (64, 1, 3, 3),
    "features.3": (128, 64, 3, 3),
    "features.6": (256, 128, 3, 3),
    "features.8": (256, 256, 3, 3),
    "features.11": (512, 256, 3, 3),
    "features.13": (512, 512, 3, 3),
    "embeddings.0": (4096, 12288),
    "embeddings.2": (4096, 4096),
    "embeddings.4": (128, 4096),
}
NARROW = VggishRecipe(channels=(2, 4, 4, 4, 8, 8), hidden=(16, 16), embedding=8)
NARROW_TOML = """
[network]
kind = "vggish"
channels = [2, 4, 4, 4, 8, 8]
hidden = [16, 16]
embedding = 8
encoder_weights = "WEIGHTS"
freeze_encoder = true
classifier = [8]
dropout = 0.5
[training]
epochs = 1
windows_per_epoch = 64
batch = 32
optimizer = "adam"
sampling = "natural"
class_weights = true
"""


def published_state() -> State:
    """Make a state dict of the published shapes; each tensor holds one number only."""
    state = {}
    for number, (layer, shape) in enumerate(PUBLISHED.items()):
        state[f"{layer}.weight"] = torch.full((), 1e-3 * (number + 1)).expand(shape)
        state[f"{layer}.bias"] = torch.full((), 0.01).expand(shape[0])
    return state


def save(state: object, path: Path) -> Path:
    torch.save(state, path)
    return path


@pytest.fixture
def published(tmp_path: Path) -> Path:
    return save(published_state(), tmp_path / "published.pth")


@pytest.fixture
def narrow(tmp_path: Path) -> Path:
    torch.manual_seed(5)
    return save(VggishEncoder(NARROW, 96, 64).state_dict(), tmp_path / "narrow.pth")


@pytest.fixture
def shapes() -> VggishEncoder:
    """Return the published network without memory for its weights."""
    with torch.device("meta"):
        return VggishEncoder(VggishRecipe(), 96, 64)


def test_layout_is_the_published_one(shapes: VggishEncoder) -> None:
    layout = {name: tuple(weight.shape) for name, weight in shapes.state_dict().items()}
    assert layout == {name: tuple(weight.shape) for name, weight in published_state().items()}
    assert list(layout) == list(published_state())
    assert weight_count(shapes) == 72_141_184


def test_published_weights_are_taken_and_used(published: Path) -> None:
    network = VggishNetwork(VggishRecipe(encoder_weights="x", freeze_encoder=True), 96, 64, 8)
    load_encoder(network.encoder, published)
    assert network.encoder.features[13].weight[1, 2, 0, 0].item() == pytest.approx(6e-3)
    with torch.inference_mode():
        scores = torch.softmax(network.eval()(torch.ones(1, 1, 96, 64)), dim=1)
    assert scores.shape == (1, 8)
    assert scores.sum().item() == pytest.approx(1.0, abs=1e-5)


def test_maps_are_flattened_in_the_order_of_the_published_weights() -> None:
    encoder = VggishEncoder(VggishRecipe(channels=(2,) * 6, hidden=(), embedding=1), 96, 64)
    frame, band, channel = 4, 1, 1
    with torch.no_grad():
        encoder.features[13].bias.fill_(3.0)
        encoder.embeddings[0].weight.zero_()
        encoder.embeddings[0].weight[0, (frame * 4 + band) * 2 + channel] = 1.0
        patches = torch.randn(1, 1, 96, 64)
        place = encoder.features(patches)[0, channel, frame, band]
        assert place > 0
        assert encoder(patches)[0, 0].item() == pytest.approx(place.item())


def test_other_content_of_the_file_is_ignored(narrow: Path, tmp_path: Path) -> None:
    state = torch.load(narrow, weights_only=True)
    more = save(state | {"pproc.pca_means": torch.zeros(128, 1), "epoch": 3}, tmp_path / "more.pth")
    encoder = VggishEncoder(NARROW, 96, 64)
    load_encoder(encoder, more)
    assert torch.equal(encoder.embeddings[4].weight, state["embeddings.4.weight"])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"features.3.bias": None, "embeddings.0.weight": None}, "features.3.bias is missing"),
        (
            {"embeddings.0.weight": torch.zeros(()).expand(4096, 3072)},
            r"embeddings.0.weight has the shape \(4096, 3072\), not \(4096, 12288\)",
        ),
    ],
)
def test_first_weight_that_does_not_fit_is_named(
    change: State, message: str, shapes: VggishEncoder, tmp_path: Path
) -> None:
    state = {k: v for k, v in (published_state() | change).items() if v is not None}
    path = save(state, tmp_path / "bad.pth")
    with pytest.raises(WeightsError, match=rf"bad\.pth: {message}; get the published weights"):
        load_encoder(shapes, path)


@pytest.mark.parametrize("content", [b"", b"<html>not found</html>", b"PK\x03\x04 cut off"])
def test_file_that_holds_no_weights_is_named(
    content: bytes, shapes: VggishEncoder, tmp_path: Path
) -> None:
    path = tmp_path / "page.pth"
    path.write_bytes(content)
    with pytest.raises(WeightsError, match=r"page\.pth: is no file of PyTorch weights"):
        load_encoder(shapes, path)
    with pytest.raises(WeightsError, match="holds no state dict"):
        load_encoder(shapes, save([1, 2], path))


def test_weights_are_found_by_path_or_by_fetched_name(
    narrow: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert weights_file(str(narrow)) == narrow
    with pytest.raises(WeightsError, match=r"10086976\.pth: no such file .* tools\.fetch vggish"):
        weights_file("vggish")
    with pytest.raises(WeightsError, match=r"none\.pth: no such file"):
        weights_file(str(tmp_path / "none.pth"))
    place = cached_file("vggish")
    place.parent.mkdir(parents=True)
    place.touch()
    assert weights_file("vggish") == place


def test_classifier_learns_on_a_frozen_encoder_and_is_exported(
    narrow: Path, recipe_path: Path, data: Path, cache: Path, tmp_path: Path
) -> None:
    head, _, rest = recipe_path.read_text().partition("[network]")
    text = head + NARROW_TOML.replace("WEIGHTS", str(narrow)) + rest[rest.index("[decider") :]
    recipe, run = tmp_path / "recipe.toml", tmp_path / "run"
    recipe.write_text(text)
    arguments = ["--recipe", recipe, "--data", data, "--out", run, "--cache", cache]
    assert train.main([str(argument) for argument in [*arguments, "--no-report"]]) == 0
    assert json.loads((run / "run.json").read_text())["started_from"] == "encoder of narrow.pth"
    before = torch.load(narrow, weights_only=True)
    narrow.unlink()  # a finished run needs it no more
    network = load_network(run)[1]
    assert isinstance(network, VggishNetwork)
    for name, weight in network.encoder.state_dict().items():
        assert torch.equal(weight, before[name]), name
    export.export(run, data, tmp_path / "models", cache, export.ExportPlan())  # checks parity
    for runtime in (Runtime.NCNN, Runtime.LITERT):
        assert load_scorer(load_model("tiny", tmp_path / "models"), runtime).runtime is runtime


def pca(width: int) -> State:
    """Make a rotation that swaps components and halves the first, with means of 0.5."""
    rows = torch.eye(width).flip(0)
    rows[0] /= 2
    return {"pca_eigen_vectors": rows, "pca_means": torch.full((width, 1), 0.5)}


def test_postprocessor_rotates_clips_and_quantizes_as_published(tmp_path: Path) -> None:
    arrays = {name: value.numpy() for name, value in pca(4).items()}  # as the published file
    processor = VggishPostprocessor(4)
    load_postprocessor(processor, save(arrays, tmp_path / "pca.pth"))
    processed = processor(torch.tensor([[9.0, 0.5, 0.5 + 1.0, 0.5 + 3.0]]))[0]
    step = 4 / 255
    coded = (processed + 2) / step
    # Half of the last, then the others from the back; 8.5 is clipped.
    assert torch.allclose(coded, torch.tensor([223.0, 191.0, 128.0, 255.0]), atol=1e-3)


def test_postprocessor_of_another_shape_is_named(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"pca\.pth: pca_eigen_vectors has the shape \(4, 4\)"):
        load_postprocessor(VggishPostprocessor(8), save(pca(4), tmp_path / "pca.pth"))


def test_classifier_learns_behind_the_postprocessor_and_is_exported(
    narrow: Path, recipe_path: Path, data: Path, cache: Path, tmp_path: Path
) -> None:
    published_pca = save(pca(8), tmp_path / "pca.pth")
    network = NARROW_TOML.replace("WEIGHTS", str(narrow)).replace(
        "freeze_encoder", f'postprocessor = "{published_pca}"\nfreeze_encoder'
    )
    head, _, rest = recipe_path.read_text().partition("[network]")
    recipe, run = tmp_path / "recipe.toml", tmp_path / "run"
    recipe.write_text(head + network + rest[rest.index("[decider") :])
    arguments = ["--recipe", recipe, "--data", data, "--out", run, "--cache", cache]
    assert train.main([str(argument) for argument in [*arguments, "--no-report"]]) == 0
    trained = load_network(run)[1]
    assert torch.equal(trained.postprocessor.pca_eigen_vectors, pca(8)["pca_eigen_vectors"])
    export.export(run, data, tmp_path / "models", cache, export.ExportPlan())  # checks parity


def test_training_without_the_weights_says_how_to_get_them(
    recipe_path: Path,
    data: Path,
    cache: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    head, _, rest = recipe_path.read_text().partition("[network]")
    recipe = tmp_path / "recipe.toml"
    absent = str(tmp_path / "absent.pth")
    recipe.write_text(
        head + NARROW_TOML.replace("WEIGHTS", absent) + rest[rest.index("[decider") :]
    )
    out = tmp_path / "run"
    arguments = ["--recipe", recipe, "--data", data, "--out", out, "--cache", cache]
    assert train.main([str(argument) for argument in [*arguments, "--no-report"]]) == 1
    assert "absent.pth: no such file of encoder weights" in capsys.readouterr().err
    assert not out.exists()
