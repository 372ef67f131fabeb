"""Vectors as encoders give them: many groups of uneven size, few true dimensions, unit rows."""

import numpy as np


def embedding_like(
    n: int, d: int = 512, *, n_groups: int = 200, seed: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """Return float32 (n, d) unit rows and the group of each.

    Groups have power-law sizes and lie in 32 latent dimensions, centers N(0, 1), rows around them with spread
    0.6. They are mapped linearly to d dimensions, and noise of 0.15 is added to each.
    """
    rng = np.random.default_rng(seed)
    shares = 1 / np.arange(1, n_groups + 1) ** 0.8
    truth = rng.choice(n_groups, n, p=shares / shares.sum())
    centers = rng.standard_normal((n_groups, 32), dtype=np.float32)
    to_dimensions = rng.standard_normal((32, d), dtype=np.float32) / np.float32(np.sqrt(32))
    vectors = np.empty((n, d), dtype=np.float32)
    for start in range(0, n, 16_384):
        group = truth[start : start + 16_384]
        latent = centers[group] + 0.6 * rng.standard_normal((len(group), 32), dtype=np.float32)
        block = latent @ to_dimensions + 0.15 * rng.standard_normal((len(group), d), dtype=np.float32)
        vectors[start : start + 16_384] = block / np.linalg.norm(block, axis=1, keepdims=True)
    return vectors, truth
