"""Keep the trials of a search in its folder, so that it goes on where it stopped."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import optuna
from optuna import Trial
from optuna.pruners import MedianPruner
from optuna.samplers import TPESampler
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend, JournalFileOpenLock
from optuna.study import Study
from optuna.trial import TrialState

from tools.runs.run_folder import RunFolderError

JOURNAL = "study.journal"
DONE = (TrialState.COMPLETE, TrialState.PRUNED)


def open_study(folder: Path, facts: Mapping[str, Any], seed: int, startup: int) -> Study:
    """Return the study in the folder, a new one if there is none; raise when it is of other facts.

    The first `startup` trials are drawn at random and never stopped early.
    """
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    if folder.exists() and any(folder.iterdir()) and not (folder / JOURNAL).is_file():
        raise RunFolderError(f"{folder}: is there already; choose another --out or delete it")
    folder.mkdir(parents=True, exist_ok=True)
    journal = str((folder / JOURNAL).resolve())
    study = optuna.create_study(
        study_name="search",
        storage=JournalStorage(JournalFileBackend(journal, JournalFileOpenLock(journal))),
        direction="maximize",
        pruner=MedianPruner(n_startup_trials=startup),
        load_if_exists=True,
    )
    _require_facts(folder, study, facts)
    for trial in study.get_trials(states=(TrialState.RUNNING,)):  # its process was killed
        study.tell(trial.number, state=TrialState.FAIL)
    # A sampler that begins anew must not draw what it drew before.
    study.sampler = TPESampler(n_startup_trials=startup, seed=seed + len(study.trials))
    return study


def _require_facts(folder: Path, study: Study, facts: Mapping[str, Any]) -> None:
    for name, value in facts.items():
        if study.user_attrs.get(name, value) != value:
            raise RunFolderError(
                f"{folder}: was begun with another {name}; choose another --out or delete it"
            )
        study.set_user_attr(name, value)


def trials_done(study: Study) -> int:
    """Return how many trials were finished or pruned."""
    return len(study.get_trials(deepcopy=False, states=DONE))


class Watch:
    """Follow the epochs of a trial and say whether it goes on; `lags` when it is ended early."""

    def __init__(self, trial: Trial, epochs: int) -> None:
        """Watch a trial of so many epochs; the last is too late to end it early."""
        self._trial = trial
        self._epochs = epochs
        self.best_figure = 0.0
        self.lags = False

    def __call__(self, row: Mapping[str, Any]) -> bool:
        """Take in the figures of an epoch."""
        self.best_figure = max(self.best_figure, row["figure"])
        self._trial.report(row["figure"], row["epoch"])
        self.lags = row["epoch"] < self._epochs and self._trial.should_prune()
        return not self.lags
