import numpy as np
import pytest

from clusterby.core.errors import UnknownColumn
from clusterby.ops.embed import fit_embedder
from clusterby.tables import open_table

TITLES = ["a red bike", "red wine", "a blue bike", "white wine", "a bike for two", "wine of the year"]
TABLE = {"t": TITLES, "n": [1.0, 2.0, 3.0, 4.0, 5.0, 6.0], "v": np.eye(6)}


def fitted(*names):
    table = open_table(TABLE)
    return fit_embedder({n: table.column(n) for n in names}, {n: 1 / len(names) for n in names})


@pytest.mark.parametrize("names", [("t",), ("n",), ("v",), ("t", "n"), ("n", "v", "t")])
def test_the_rows_it_was_fitted_to_get_the_same_vectors_again(names):
    embedder, embeddings = fitted(*names)
    again = embedder.embed(open_table(TABLE))
    np.testing.assert_allclose(again.vectors, embeddings.vectors, atol=1e-6)
    assert (again.space, again.column) == (embeddings.space, embeddings.column)


@pytest.mark.parametrize("names", [("t",), ("n",), ("t", "n")])
def test_a_row_gets_the_same_vector_in_another_table(names):
    embedder, embeddings = fitted(*names)
    part = {name: [TABLE[name][4], TABLE[name][1]] for name in names}
    np.testing.assert_allclose(
        embedder.embed(open_table(part)).vectors, embeddings.vectors[[4, 1]], atol=1e-6
    )


def test_the_space_names_the_corpus_where_the_encoder_learned_from_it():
    table = open_table({"t": TITLES[:4]})
    other = fit_embedder({"t": table.column("t")}, {"t": 1.0})[1]
    assert fitted("t")[1].space.startswith("lsa@1#")
    assert fitted("t")[1].space != other.space


def test_a_table_without_the_column_is_an_error():
    with pytest.raises(UnknownColumn, match="no column 't'"):
        fitted("t")[0].embed(open_table({"x": [1]}))
