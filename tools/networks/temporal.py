"""Pool the embeddings of the last moments into one: the paper's future work, temporal models.

The sequence ends with the moment that is judged and never reaches past it, so all of these are causal.
"""

import torch
from torch import Tensor, nn


def temporal_pool(kind: str, width: int, steps: int) -> nn.Module:
    """Return a module that turns (n, steps, width) into (n, its own `width`)."""
    match kind:
        case "bigru":
            return BiGruPool(width)
        case "attention":
            return AttentionPool(width, steps)
        case _:
            return MeanPool(width)


class MeanPool(nn.Module):
    """All steps count alike; of a single step it is that step."""

    def __init__(self, width: int) -> None:
        """Keep the width."""
        super().__init__()
        self.width = width

    def forward(self, sequence: Tensor) -> Tensor:
        """Return (n, width)."""
        return sequence.mean(dim=1)


class BiGruPool(nn.Module):
    """Read the sequence forwards and backwards with gated recurrent units (Cho et al. 2014)."""

    def __init__(self, width: int) -> None:
        """Build both directions, each half as wide as a step."""
        super().__init__()
        self._half = width // 2
        self.width = 2 * self._half
        self.gru = nn.GRU(width, self._half, batch_first=True, bidirectional=True)

    def forward(self, sequence: Tensor) -> Tensor:
        """Return what each direction holds at its end, (n, width)."""
        states, _ = self.gru(sequence)
        forwards, backwards = states[:, -1, : self._half], states[:, 0, self._half :]
        return torch.cat((forwards, backwards), dim=1)


class AttentionPool(nn.Module):
    """Weigh the steps by what they hold and how long ago they were (Bahdanau et al. 2015).

    The newest step is handed on beside the weighted mean: what is judged is heard in it.
    """

    def __init__(self, width: int, steps: int) -> None:
        """Build the layers; at first all steps count alike."""
        super().__init__()
        self.width = 2 * width
        self.query = nn.Linear(width, width // 4)
        self.weigh = nn.Linear(width // 4, 1)
        self.age = nn.Parameter(torch.zeros(1, steps, 1))

    def forward(self, sequence: Tensor) -> Tensor:
        """Return (n, 2 width)."""
        # In two axes: LiteRT's GPU adds (steps, 1) and (1, steps, 1) wrongly, into which it turns three.
        scores = self.weigh(torch.tanh(self.query(sequence))).flatten(1) + self.age.flatten(1)
        weights = torch.softmax(scores, dim=1).unsqueeze(2)
        return torch.cat(((sequence * weights).sum(dim=1), sequence[:, -1]), dim=1)
