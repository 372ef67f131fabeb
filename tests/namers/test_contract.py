"""What every registered namer keeps, whatever it names clusters by."""

import dataclasses
import inspect
import subprocess
import sys
import unicodedata
from contextlib import contextmanager

import numpy as np
import pytest

from clusterby import namers
from clusterby.core.errors import InvalidParameter
from clusterby.core.parameter import check_parameters
from clusterby.core.registry import import_object
from clusterby.namers.base import Clusters, Name, Namer, Names
from clusterby.namers.spec import NamerSpec
from clusterby.namers.unlike import same_name
from tests.namers.naming_server import NamingServer

NAMES = namers.names()
LOCAL = [spec.name for spec in namers.find(local=True)]

every = pytest.mark.parametrize("name", NAMES)

KINDS = ["cars", "dogs", "owls", "boats"]
CELLS = [f"{kind} of sort{n} <b>x</b>\n\x1b[31mred" for kind in KINDS for n in range(6)] + ["noise"] * 3
LABELS = np.array([*np.repeat([0, 2, 3, 7], 6), *[-1] * 3])
IDS = (0, 2, 3, 7)
VECTORS = np.random.default_rng(0).normal(size=(len(LABELS), 3)).astype(np.float32) + LABELS[:, None]


def fit(rows, words):
    """Each word fits the kind that it begins as."""
    kinds = [*np.repeat(KINDS, 6), *["noise"] * 3]
    return np.array([[float(word[:2] == kinds[row][:2]) for word in words] for row in rows], dtype=np.float32)


def clusters_of(ids=IDS, labels=LABELS, **changes):
    shown = Clusters(
        ids=ids, labels=labels.copy(),
        centers=np.array([VECTORS[labels == c].mean(axis=0) for c in ids], dtype=np.float32).reshape(-1, 3),
        vectors=VECTORS.copy, column="cell", texts=lambda: list(CELLS), show=CELLS.__getitem__, similarities=fit,
        vocabulary=lambda: ("car", "dog", "owl", "boat", "sea"),
    )  # fmt: skip
    return dataclasses.replace(shown, **changes)


@contextmanager
def made(name, **options):
    """A namer with what it needs; a chat model is a server on this machine."""
    if namers.get(name).needs != "model":
        yield namers.load(name)(**options)
        return
    with NamingServer() as server:
        yield namers.load(name)("m", base_url=server.url, max_retries=1, timeout=10, **options)


def named(name, clusters, **options):
    with made(name, **options) as namer:
        assert isinstance(namer, Namer)
        return namer.name(clusters)


@every
def test_each_cluster_has_a_name_or_a_reason_and_no_other_has(name):
    found = named(name, clusters_of())
    assert isinstance(found, Names)
    assert set(found.names) == set(IDS)
    assert found.failed == {}


@every
def test_names_are_unlike_each_other_on_one_line_and_not_empty(name):
    found = named(name, clusters_of()).names.values()
    assert len({same_name(each.name) for each in found}) == len(IDS)
    for each in found:
        assert isinstance(each, Name)
        assert each.name == " ".join(each.name.split()) != ""
        assert not [c for c in each.name if unicodedata.category(c) in {"Cc", "Cf", "Zl", "Zp"}]
        assert "\n" not in each.description
        assert each.by
        assert each.confidence is None or 0 <= each.confidence <= 1


@every
def test_only_those_that_are_asked_for_are_named_and_other_names_are_not_taken(name):
    first = named(name, clusters_of()).names[2].name
    found = named(name, clusters_of(ids=(2,), names={0: first.upper() + ".", 2: "old"}))
    assert list(found.names) == [2]
    assert same_name(found.names[2].name) != same_name(first)


@every
def test_clusters_of_the_same_rows_are_named_apart(name):
    labels = np.arange(len(CELLS)) % 3
    same = clusters_of(
        ids=(0, 1, 2), labels=labels, texts=lambda: ["red bike"] * len(CELLS),
        show=lambda place: "red bike", similarities=lambda rows, words: np.ones((len(rows), len(words)), np.float32),
    )  # fmt: skip
    given = named(name, same)
    found = given.names
    assert sorted([*found, *given.failed]) == [0, 1, 2]
    assert len({same_name(each.name) for each in found.values()}) == len(found)


@every
def test_no_clusters_are_no_names(name):
    found = named(name, clusters_of(ids=(), labels=np.full(len(CELLS), -1)))
    assert (dict(found.names), dict(found.failed)) == ({}, {})


@every
def test_the_clusters_are_not_changed(name):
    clusters = clusters_of(names={0: "old"})
    labels, centers = clusters.labels.copy(), clusters.centers.copy()
    clusters.labels.setflags(write=False)
    clusters.centers.setflags(write=False)
    named(name, clusters)
    np.testing.assert_array_equal(clusters.labels, labels)
    np.testing.assert_array_equal(clusters.centers, centers)
    assert clusters.names == {0: "old"}
    assert clusters.ids == IDS


@every
def test_the_same_clusters_have_the_same_names(name):
    one, other = ({c: each.name for c, each in named(name, clusters_of()).names.items()} for _ in range(2))
    assert one == other


@every
def test_names_do_not_depend_on_what_a_namer_named_before(name):
    with made(name) as namer:
        namer.name(clusters_of(ids=(3,)))
        after = namer.name(clusters_of())
    assert {c: each.name for c, each in after.names.items()} == {
        c: each.name for c, each in named(name, clusters_of()).names.items()
    }


@every
def test_the_parameters_of_a_row_are_those_of_its_class(name):
    spec = namers.get(name)
    taken = inspect.signature(import_object(spec.target)).parameters
    declared = {parameter.name: parameter for parameter in spec.parameters}
    assert list(declared) == [
        each for each in taken if each != "answers"
    ]  # where answers are kept is no user's choice
    for each, parameter in declared.items():
        assert parameter.optional == (taken[each].default is None), each
        if taken[each].default is not None:
            assert parameter.parse(taken[each].default) == taken[each].default
        assert parameter.help.endswith(".")


@every
def test_a_parameter_that_is_out_of_range_is_refused_by_the_row_and_by_the_class(name):
    for parameter in namers.get(name).parameters:
        bound = parameter.minimum if parameter.minimum is not None else parameter.above
        if bound is None:
            continue
        wrong = {parameter.name: bound - 1}
        with pytest.raises(InvalidParameter, match=f"^{parameter.name}="):
            check_parameters(name, namers.get(name).parameters, wrong)
        with pytest.raises(InvalidParameter, match=parameter.name):
            import_object(namers.get(name).target)(**wrong)


@every
def test_a_row_says_what_a_user_must_know(name):
    spec = namers.get(name)
    assert isinstance(spec, NamerSpec)
    assert spec.summary.endswith(".")
    assert spec.when.endswith(".")
    assert spec.needs in {"texts", "words", "model"}
    assert spec.local == (spec.needs != "model")


def test_listing_namers_loads_none_of_them():
    heavy = ["openai", "pydantic", "torch", "sklearn", "scipy", "PIL", "pandas", "pyarrow", "httpx"]
    entries = [spec.target.partition(":")[0] for spec in namers.list()]
    code = (
        "from clusterby import namers; import sys;"
        "assert [spec.name for spec in namers.list()] == namers.names();"
        f"print([m for m in {heavy + entries!r} if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_namers_are_found_by_facts_and_nearest_names():
    assert LOCAL == ["keywords", "zero_shot"]
    with pytest.raises(
        KeyError, match=r"^no namer 'keyword'\. Did you mean 'keywords'\? List them: clusterby namers$"
    ):
        namers.get("keyword")
