import pandas as pd
import pytest

import clusterby as cb

from .sample import DATA, MAKERS


@pytest.fixture(params=MAKERS)
def frame(request):
    """The same table in every kind."""
    return MAKERS[request.param](DATA)


@pytest.fixture
def df():
    return pd.DataFrame(DATA)


@pytest.fixture
def groups(df):
    """Three clusters, one per kind."""
    return cb.clusterby(df, "v", n_clusters=3)


@pytest.fixture
def noisy():
    """Two clusters, three rows of noise, and a skipped row at the end."""
    vectors = [[0.0, i / 10] for i in range(8)] + [[9.0, i / 10] for i in range(8)]
    vectors += [[4.0, 50.0], [60.0, -9.0], [-70.0, 3.0], None]
    table = pd.DataFrame({"v": vectors, "x": range(20)})
    return cb.clusterby(table, "v", method="dbscan", eps=1.0, min_samples=3)
