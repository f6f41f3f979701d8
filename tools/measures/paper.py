"""What the paper printed: "Audio classification for video surveillance", Tables 1 to 4, as printed."""

from collections.abc import Mapping
from dataclasses import dataclass

# Method: accuracy, loss, validation accuracy, validation loss. The last of the first row is a slip of the paper.
TABLE_1 = {
    "2DCNN_3": (0.9386, 0.124, 0.8983, 93.86),
    "Classifier": (0.9277, 0.132, 0.9175, 0.251),
}


@dataclass(frozen=True, slots=True)
class Figures:
    """One figure of the paper's two systems; a dash of the paper is None."""

    cnn: float | None
    classifier: float | None


@dataclass(frozen=True, slots=True)
class ClassRow:
    """A class's row in the paper's Tables 2 and 3, and the label it has here ("" for the averages)."""

    name: str
    label: str
    accuracy: Figures
    precision: Figures
    recall: Figures
    specificity: Figures


def _row(name: str, label: str, *percent: float | None) -> ClassRow:
    shares = [None if value is None else round(value / 100, 4) for value in percent]
    pairs = [Figures(*shares[i : i + 2]) for i in range(0, len(shares), 2)]
    return ClassRow(name, label, *pairs)


TABLES_2_AND_3 = (
    _row("Alarms", "alarm", 99.10, 99.58, 67.65, 80.95, 98.57, 95.77, 99.08, 99.57),
    _row("Glass", "glass", 98.99, 99.07, 58.89, 50.70, 84.13, 81.82, 98.97, 99.06),
    _row("Cry", "cry", 100.00, 99.50, 100.00, 94.60, 100.00, 97.37, 100.00, 99.45),
    _row("Dog", "dog", 99.15, 97.35, 95.18, 86.23, 89.34, 92.33, 98.98, 96.82),
    _row("Fire", "fire", 100.00, 99.87, 100.00, 91.38, 100.00, 100.00, 100.00, 99.87),
    _row("Others", "others", 97.83, 98.94, 94.14, 96.82, 91.30, 88.45, 96.68, 98.43),
    _row("Presences", "presence", 96.02, 98.52, 81.69, 93.97, 82.53, 94.38, 95.17, 98.07),
    _row("Shotgun", "shotgun", 98.74, 98.91, 84.72, 86.10, 89.79, 89.75, 98.64, 98.83),
    _row("Total (macro average)", "macro", 98.73, 98.97, 85.28, 85.09, 91.96, 92.48, 98.44, 98.76),
    _row("Total (micro average)", "micro", 89.83, 91.73, 89.83, 91.73, 89.83, 91.73, None, None),
)


@dataclass(frozen=True, slots=True)
class TimeRow:
    """A class's row in the paper's Table 4: seconds of its two systems, and the label it has here."""

    name: str
    label: str
    samples: int
    cnn: float
    classifier: float


TABLE_4 = (
    TimeRow("Cry", "cry", 13, 0.2778, 0.6028),
    TimeRow("Dog", "dog", 9, 0.0456, 0.6973),
    TimeRow("Door", "presence", 21, 0.0921, 0.5014),
    TimeRow("Fire", "fire", 1, 0.0171, 0.2299),
    TimeRow("Glass", "glass", 5, 0.1102, 0.3497),
    TimeRow("Gun", "shotgun", 2, 0.0103, 0.2756),
    TimeRow("Others", "others", 7, 0.0418, 0.2946),
    TimeRow("Steps", "presence", 59, 0.2056, 0.9035),
)
# The paper's means over all samples, as printed.
TABLE_4_SECONDS_PER_SAMPLE: Mapping[str, float] = {"cnn": 0.0068, "classifier": 0.0329}
