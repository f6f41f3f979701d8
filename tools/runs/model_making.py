"""Make a model's files and its card, a step at a time, in a folder that has the model's name."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from torch import nn

from audio_guard_engine.card import Model, load_model
from tools.data.dataset import Clip
from tools.measures.false_alarm_curve import false_alarm_curves
from tools.measures.int8_choice import choose_int8
from tools.measures.model_report import measure, model_listener, summary
from tools.measures.policy_choice import ChoiceSetting, Chosen, choose_on_val
from tools.measures.runtimes import largest_difference, sample_patches
from tools.networks.convert import ConvertError, write_runtimes
from tools.runs.card_file import CardContent, int8_file, write_card
from tools.runs.recipe import Recipe
from tools.windows.pcm_store import PcmStore

LARGEST_DIFFERENCE = 1e-3
PARITY_PATCHES = 256
# What a model may weigh in a home's checkout.
LARGEST_BYTES = 6_000_000


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelMaking:
    """A model in the making; each step adds to its card.

    `stores` are the sound of each split, `doubtful` names val clips that don't count as background.
    """

    recipe: Recipe
    folder: Path
    card: CardContent
    stores: Mapping[str, PcmStore]
    doubtful: Collection[str]

    def model(self) -> Model:
        """Write the card as it is and return the model."""
        write_card(self.folder, self.recipe, self.card)
        return load_model(self.folder.name, self.folder.parent)

    def convert(self, network: nn.Module) -> None:
        """Write the files of both runtimes and hold their scores together."""
        write_runtimes(network, self.recipe, self.folder)
        difference = check_parity(self.model(), self.stores["val"])
        self.card.training["largest_difference_of_runtimes"] = difference

    def shrink(self) -> Path:
        """Write the model in 8 bits; into the folder if it does not weigh too much there, else beside it."""
        beside = int8_file(self.folder.parent, self.recipe.name)
        self.card.training["int8"] = choose_int8(self.model(), self.stores["val"], beside)
        if sum(path.stat().st_size for path in (beside, *self.folder.iterdir())) > LARGEST_BYTES:
            return beside
        return beside.rename(self.folder / beside.name)

    def choose(self, setting: ChoiceSetting) -> Chosen:
        """Choose when detections start, and say what other thresholds would cost."""
        listener = model_listener(self.model())
        chosen = choose_on_val(listener, self.stores["val"], setting, self.doubtful)
        listener = replace(listener, policies=chosen.policies)
        self.card.policies = chosen.policies
        self.card.false_alarms = false_alarm_curves(listener, chosen.quiet)
        self.card.negatives_hours = chosen.facts["hours"]
        return chosen

    def measure(self, clips: list[Clip], cache: Path) -> dict[str, Any]:
        """Return the tables of each split."""
        tables = measure(self.model(), self.recipe, clips, tuple(self.stores), cache)
        self.card.metrics = {split: summary(figures) for split, figures in tables.items()}
        return tables


def check_parity(model: Model, store: PcmStore) -> float:
    """Return the largest difference between the runtimes on real patches; raise if it is too large."""
    patches = sample_patches(store, model.front_end, PARITY_PATCHES)
    difference = largest_difference(model, patches)
    if not difference <= LARGEST_DIFFERENCE:
        raise ConvertError(f"ncnn and LiteRT differ by {difference:.2g}: the export is not usable")
    return difference
