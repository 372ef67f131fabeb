import numpy as np

from clusterby.encoders.identity import IdentityEncoder


def test_vectors_come_back_as_float32_and_unchanged():
    vectors = np.array([[1.5, -2.0], [0.0, 3.0]])
    found = IdentityEncoder().encode(vectors)
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, vectors)
