import inspect

import pytest

from clusterby.core import errors
from clusterby.core.errors import ClusterbyError, UnknownColumn, UnknownEncoder, nearest


def error_classes():
    return [c for _, c in inspect.getmembers(errors, inspect.isclass) if issubclass(c, ClusterbyError)]


@pytest.mark.parametrize("error", [c for c in error_classes() if c is not ClusterbyError])
def test_every_error_is_also_a_built_in_one(error):
    assert issubclass(error, (ValueError, KeyError, ImportError, OSError))


@pytest.mark.parametrize("error", error_classes())
def test_the_tree_in_the_module_docstring_names_every_error(error):
    assert error.__name__ in errors.__doc__
    assert error.__name__ in errors.__all__


def test_an_unknown_name_suggests_the_nearest_and_where_to_list_them():
    error = UnknownEncoder("encoder", "clp", ["clip", "lsa"], listing="clusterby encoders")
    assert str(error) == "no encoder 'clp'. Did you mean 'clip'? List them: clusterby encoders"


def test_an_unknown_name_without_a_near_one_lists_what_there_is():
    assert str(UnknownColumn("zzz", ["image", "date"])) == "no column 'zzz'. There are: 'image', 'date'."


def test_a_long_list_of_names_is_cut():
    message = str(UnknownColumn("zzz", [f"c{i}" for i in range(40)]))
    assert message.endswith("'c11' and 28 more.")


def test_of_names_that_differ_in_case_the_first_is_nearest():
    assert nearest("kmean", ["kmeans", "KMeans"]) == ["kmeans"]


def test_nearest_ignores_case():
    assert nearest("HDBScan", ["kmeans", "hdbscan"]) == ["hdbscan"]
