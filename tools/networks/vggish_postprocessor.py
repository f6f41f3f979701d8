"""VGGish's post-processor: the embeddings as AudioSet and YouTube-8M publish them."""

import torch
from torch import Tensor, nn

# Of the published `vggish_params.py`: components are clipped here and coded in 8 bits.
LARGEST = 2.0
STEPS = 255


class VggishPostprocessor(nn.Module):
    """Rotate embeddings onto principal components, whiten, clip and quantize them to 256 steps.

    The steps are given back in -2..2, as classifiers like them, not as the bytes that data sets store.
    """

    def __init__(self, embedding: int) -> None:
        """Hold the principal components, (d, d) in rows, and the means, (d,)."""
        super().__init__()
        self.register_buffer("pca_eigen_vectors", torch.eye(embedding))
        self.register_buffer("pca_means", torch.zeros(embedding))

    def forward(self, embeddings: Tensor) -> Tensor:
        """Return the processed embeddings (n, d)."""
        components = nn.functional.linear(embeddings - self.pca_means, self.pca_eigen_vectors)
        shares = (components.clamp(-LARGEST, LARGEST) + LARGEST) / (2 * LARGEST)
        return torch.round(shares * STEPS) / STEPS * (2 * LARGEST) - LARGEST
