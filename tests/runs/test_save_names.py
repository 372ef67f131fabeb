import multiprocessing

import numpy as np
import pytest

import clusterby as cb
from clusterby import runs
from clusterby.core.errors import InvalidParameter, UnknownName, UnwritableTarget


@pytest.fixture
def saved(home, groups, table):
    groups.renamed({1: "one"}).save("a")
    return table


def test_names_are_kept_and_nothing_else_is_written_anew(saved, groups):
    before = runs.info("a")
    some = {name: cells[:25] for name, cells in saved.items()}
    loaded = runs.load("a", some)
    there = sorted(set(loaded.labels_.tolist()))
    runs.save_names(loaded.renamed({c: f"new {c}" for c in there}), "a")
    after, found = runs.info("a"), runs.load("a", saved)
    assert {n: v for n, v in after.items() if n not in ("names", "saved", "folder", "size")} == {
        n: v for n, v in before.items() if n not in ("names", "saved", "folder", "size")
    }
    np.testing.assert_array_equal(found.labels_, groups.labels_)
    kept = {0: "zero", 1: "one"}
    assert dict(found.names_) == kept | {c: f"new {c}" for c in there}


def test_who_gave_a_name_is_kept_with_it(saved):
    named = runs.load("a", saved).name("keywords")
    runs.save_names(named, "a")
    assert runs.load("a", saved).naming_.names == named.naming_.names


def test_names_of_other_clusters_than_the_run_has_now_are_refused(saved):
    named = runs.load("a", saved).renamed({2: "two"})
    runs.load("a", saved).merged([0, 1]).save("a", overwrite=True)
    with pytest.raises(UnwritableTarget, match="another process saved or removed run 'a' meanwhile"):
        runs.save_names(named, "a")
    assert runs.load("a", saved).n_clusters_ == 2


def test_clusters_of_another_making_are_not_named_though_they_were_made_in_the_same_second(saved):
    named = runs.load("a", saved).renamed({2: "two"})
    cb.clusterby(saved, "v", n_clusters=2, random_state=5).save("a", overwrite=True)
    with pytest.raises(UnwritableTarget, match="another process saved or removed run 'a' meanwhile"):
        runs.save_names(named, "a")


def test_edited_clusters_are_saved_themselves(saved):
    edited = runs.load("a", saved).merged([0, 1]).renamed({0: "both"})
    with pytest.raises(InvalidParameter, match=r"edited since .* groups.save\('a', overwrite=True\)"):
        runs.save_names(edited, "a")
    edited.save("a", overwrite=True)


def test_no_name_is_that_of_a_cluster_that_is_not_in_the_table_now(saved):
    labels = runs.load("a", saved).labels_
    some = {
        name: [cell for cell, label in zip(cells, labels, strict=True) if label != 1]
        for name, cells in saved.items()
    }
    runs.save_names(runs.load("a", some).renamed({2: "One"}), "a")
    assert dict(runs.load("a", saved).names_) == {0: "zero", 1: "one", 2: "One 2"}


def test_a_result_that_was_not_loaded_has_no_run(saved, groups):
    with pytest.raises(InvalidParameter, match=r"save the result itself, as in groups.save\('a'\)"):
        runs.save_names(groups, "a")
    with pytest.raises(UnknownName, match="no run 'b'"):
        runs.save_names(runs.load("a", saved), "b")


def _name(table, cluster):
    runs.save_names(runs.load("a", table).renamed({cluster: f"new {cluster}"}), "a")


def test_two_who_name_at_once_lose_nothing_of_each_other(saved):
    started = [
        multiprocessing.get_context("spawn").Process(target=_name, args=(saved, cluster))
        for cluster in (1, 2)
    ]
    for process in started:
        process.start()
    for process in started:
        process.join(120)
    assert [process.exitcode for process in started] == [0, 0]
    assert dict(cb.runs.load("a", saved).names_) == {0: "zero", 1: "new 1", 2: "new 2"}
