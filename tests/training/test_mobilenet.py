"""The MobileNetV3 is EfficientAT's: published weights fit it and hear what their authors hear."""

import csv
from pathlib import Path

import numpy as np
import pytest
import torch

from audio_guard_engine.logmel import frames
from tools.networks.encoder_weights import WeightsError, load_encoder
from tools.networks.fitting import make_optimizer, train_mode
from tools.networks.mn04 import (
    INPUT_MEAN,
    INPUT_SCALE,
    LEVEL_AT_HALF_RATE,
    MobileNetNetwork,
    efficientat_front_end,
)
from tools.networks.mobilenet import AudioSetTagger, MobileNetEncoder, from_published, scaled
from tools.networks.network_recipe import MobileNetRecipe
from tools.runs.recipe import TrainingRecipe, read_recipe
from tools.runs.run_folder import ROOT


def published_form(state: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Give our tensors the names and shapes that EfficientAT publishes."""
    return {
        name.replace(".fc", ".conc_se_layers.0.fc"): value.flatten(1)
        if ".fc" in name and value.dim() == 4
        else value
        for name, value in state.items()
    }


def test_tagger_has_the_published_size() -> None:
    tagger = AudioSetTagger(0.4)
    assert sum(value.numel() for value in tagger.state_dict().values()) == 993_485
    assert tagger(torch.zeros(2, 1, 128, 96)).shape == (2, 527)


def test_channels_are_multiples_of_8_and_never_much_less_than_wanted() -> None:
    assert [scaled(c, 0.4) for c in (16, 24, 40, 80, 112, 160)] == [8, 16, 16, 32, 48, 64]
    assert all(
        scaled(channels, 0.4) >= 0.9 * 0.4 * channels and scaled(channels, 0.4) % 8 == 0
        for channels in range(8, 1000)
    )


def test_published_state_dict_is_taken_by_the_encoder(tmp_path: Path) -> None:
    torch.manual_seed(1)
    tagger = AudioSetTagger(0.1)
    torch.save(published_form(tagger.state_dict()), tmp_path / "mn.pt")
    encoder = MobileNetEncoder(0.1)
    load_encoder(encoder, tmp_path / "mn.pt")
    log_mels = torch.randn(1, 1, 128, 96)
    assert torch.equal(encoder.eval()(log_mels), tagger.eval().features(log_mels))


def test_weights_of_another_width_are_refused(tmp_path: Path) -> None:
    torch.save(published_form(AudioSetTagger(0.1).state_dict()), tmp_path / "mn.pt")
    with pytest.raises(WeightsError, match=r"mn\.pt: features\.\S+ has the shape"):
        load_encoder(MobileNetEncoder(0.4), tmp_path / "mn.pt")


def test_recipes_have_the_front_end_of_the_weights() -> None:
    for name, context in (("mn04_classifier", 0), ("mn04_finetuned", 0), ("mn04_attention", 96)):
        recipe = read_recipe(ROOT / "models" / "recipes" / f"{name}.toml")
        assert recipe.front_end == efficientat_front_end(context)


def test_frozen_encoder_learns_nothing_and_the_classifier_does() -> None:
    network = MobileNetNetwork(
        MobileNetRecipe(width=0.1, encoder_weights="x", freeze_encoder=True), 96, 8
    )
    network(torch.randn(2, 1, 96, 128)).sum().backward()
    assert all(weight.grad is None for weight in network.encoder.parameters())
    assert all(weight.grad is not None for weight in network.classify.parameters())


def sine(rate: int) -> np.ndarray:
    return (0.1 * np.sin(2 * np.pi * 1000 * np.arange(rate) / rate)).astype(np.float32)


def reference_log_mel() -> torch.Tensor:
    """Compute EfficientAT's own log-mel (1, 1, 128, frames) of a second of sine, at 32 kHz."""
    wave = torch.from_numpy(sine(32_000))
    emphasized = wave[1:] - 0.97 * wave[:-1]
    window = torch.hann_window(800, periodic=False)
    spectrum = torch.stft(
        emphasized, 1024, 320, 800, window, center=True, pad_mode="reflect", return_complex=True
    )
    edges = np.linspace(0, 1127 * np.log1p(15_000 / 700), 130)
    bins = 1127 * np.log1p(np.arange(512) * 31.25 / 700)[:, None]
    low, middle, high = edges[:-2], edges[1:-1], edges[2:]
    rising, falling = (bins - low) / (middle - low), (high - bins) / (high - middle)
    bands = np.maximum(0, np.minimum(rising, falling))
    weights = torch.from_numpy(np.vstack((bands, np.zeros((1, 128)))).T).float()
    mel = weights @ spectrum.abs().square()
    return ((torch.log(mel + 1e-5) + 4.5) / 5)[None, None]


@pytest.mark.recordings
def test_published_weights_hear_what_their_authors_hear(sounds: Path) -> None:
    weights = sounds.parent / "weights"
    tagger = AudioSetTagger(0.4).eval()
    state = torch.load(weights / "mn04_as_mAP_432.pt", weights_only=True)
    tagger.load_state_dict(from_published(state))
    with (weights / "class_labels_indices.csv").open(newline="") as lines:
        names = [row["display_name"] for row in csv.DictReader(lines)]
    log_mel = reference_log_mel()
    assert log_mel.shape == (1, 1, 128, 100)
    assert log_mel.mean().item() == pytest.approx(-1.26493, abs=1e-4)
    with torch.inference_mode():
        logits = tagger(log_mel)[0]
    surest = {names[int(i)]: round(float(logits[i]), 4) for i in logits.topk(5).indices}
    assert surest == pytest.approx(
        {
            "Beep, bleep": 0.3077,
            "Sine wave": -1.6533,
            "Dial tone": -2.5294,
            "Music": -2.7594,
            "Busy signal": -3.0001,
        },
        abs=2e-3,
    )


def test_front_end_at_16_khz_gives_what_32_khz_gives_below_8_khz() -> None:
    reference = reference_log_mel()[0, 0].numpy()
    heard = frames(sine(16_000), efficientat_front_end())
    scaled_frames = (heard + LEVEL_AT_HALF_RATE - INPUT_MEAN) * INPUT_SCALE
    # EfficientAT centers its first window on the first sample, so it has a frame more at each end.
    inner = np.abs(scaled_frames[10:80, :100].T - reference[:100, 11:81])
    assert inner.max() < 0.2
    assert inner.mean() < 0.01


def test_frozen_stages_stay_as_they_are_while_the_rest_learns() -> None:
    torch.manual_seed(0)
    network = MobileNetNetwork(MobileNetRecipe(width=0.1, frozen_stages=4), 96, 2)
    optimizer = make_optimizer(TrainingRecipe(epochs=1, windows_per_epoch=8), network)
    before = {name: value.clone() for name, value in network.encoder.state_dict().items()}
    train_mode(network)
    network(torch.randn(4, 1, 96, 128)).square().sum().backward()
    optimizer.step()
    changed = {
        int(name.split(".")[1])
        for name, value in network.encoder.state_dict().items()
        if not torch.equal(value, before[name])
    }
    assert changed == set(range(4, 17))


def test_negative_number_of_frozen_stages_is_refused() -> None:
    with pytest.raises(ValueError, match=r"network\.frozen_stages: give 0 or more"):
        MobileNetRecipe(frozen_stages=-1)
