from contextlib import contextmanager

import pytest

import clusterby.fiftyone as cbf
from clusterby.core.errors import ClusterbyError
from clusterby.core.progress import report_progress

pytestmark = pytest.mark.usefixtures("fo")


class Broken(Exception):
    pass


def break_once(monkeypatch, owner, name, error, *, after=0):
    """Let a call raise, once, when it was made some times."""
    real, calls = getattr(owner, name), []

    def broken(*args, **kwargs):
        calls.append(name)
        if len(calls) == after + 1:
            raise error
        return real(*args, **kwargs)

    monkeypatch.setattr(owner, name, broken)
    return calls


STAGES = [
    "add_sample_field", "set_values", "create_index", "register_run", "init_run_results", "save_run_results", "save"
]  # fmt: skip


@pytest.mark.parametrize("error", [Broken("x"), KeyboardInterrupt()], ids=["an exception", "an interrupt"])
@pytest.mark.parametrize("stage", STAGES)
def test_what_fails_in_any_stage_leaves_the_dataset_as_it_was(dataset, state_of, monkeypatch, stage, error):
    before = state_of(dataset)
    calls = break_once(monkeypatch, type(dataset), stage, error)
    with pytest.raises(type(error)):
        cbf.compute_clusters(dataset, "r", embeddings="emb", n_clusters=3)
    assert calls
    monkeypatch.undo()
    assert state_of(dataset) == before
    assert cbf.clean_up(dataset) == []
    cbf.compute_clusters(dataset, "r", embeddings="emb", n_clusters=3)
    assert set(dataset.values("r_cluster")) == {"0", "1", "2"}


REPLACING = [
    ("add_sample_field", 0), ("set_values", 0), ("create_index", 0), ("register_run", 0), ("save_run_results", 0),
    ("delete_sample_field", 0), ("delete_sample_field", 1), ("delete_run", 0), ("rename_run", 0),
]  # fmt: skip


@pytest.fixture
def named(dataset):
    cbf.compute_clusters(dataset, "r", embeddings="emb", n_clusters=3)
    cbf.name_clusters(dataset, "r", names={0: "zero", 2: "two"})
    return dataset


@pytest.mark.parametrize(("stage", "after"), REPLACING)
@pytest.mark.parametrize("how", ["the same field", "another field and kind"])
def test_what_fails_while_a_run_is_replaced_leaves_the_run_or_the_new_one_whole(
    named, results_of, monkeypatch, stage, after, how
):
    before = results_of(named, "r")
    other = {} if how == "the same field" else {"cluster_field": "other", "as_classification": True}
    break_once(monkeypatch, type(named), stage, Broken("x"), after=after)
    try:
        cbf.compute_clusters(named.skip(4), "r", embeddings="emb", n_clusters=2, overwrite=True, **other)
        broke = False
    except Broken:
        broke = True
    monkeypatch.undo()
    if stage == "rename_run":  # the earlier run is gone by then, and so what was begun is finished
        assert len(results_of(named, "r")[0]) == 20
    elif broke:
        assert results_of(named, "r") == before
    assert cbf.clean_up(named) == []
    assert named.list_runs() == ["r"]
    marked = [p for p, f in named.get_field_schema().items() if (f.info or {}).get("clusterby")]
    info = cbf.clustering_info(named, "r")
    assert set(marked) <= {info["cluster_field"], info["names_field"]}


@pytest.mark.parametrize(
    "stage", ["register_run", "save_run_results", "set_values", "create_index", "delete_run"]
)
@pytest.mark.parametrize(
    "edit",
    [lambda d: cbf.merge_clusters(d, "r", [0, 1]), lambda d: cbf.rename_cluster(d, "r", 1, "one")],
    ids=["merge", "name"],
)
def test_an_edit_that_fails_leaves_clusters_and_names_as_they_were(
    named, results_of, monkeypatch, stage, edit
):
    before = results_of(named, "r")
    break_once(monkeypatch, type(named), stage, KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        edit(named)
    monkeypatch.undo()
    assert results_of(named, "r") == before
    assert cbf.clean_up(named) == []


@pytest.mark.parametrize(
    ("stage", "after"),
    [
        ("rename_sample_field", 0),
        ("rename_sample_field", 1),
        ("rename_run", 0),
        ("update_run_config", 0),
        ("update_run_config", 1),
    ],
)
def test_a_renaming_that_fails_leaves_the_old_key_and_fields(named, results_of, monkeypatch, stage, after):
    before = results_of(named, "r")
    break_once(monkeypatch, type(named), stage, Broken("x"), after=after)
    with pytest.raises(Broken):
        cbf.rename_clusters(named, "r", "s")
    monkeypatch.undo()
    assert results_of(named, "r") == before
    assert sorted(f for f in named.get_field_schema() if "cluster" in f) == ["r_cluster", "r_cluster_name"]
    assert cbf.clean_up(named) == []


def test_a_deletion_that_is_broken_off_is_finished_by_the_next_call(named, monkeypatch):
    break_once(monkeypatch, type(named), "delete_run", KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        cbf.delete_clusters(named, "r")
    monkeypatch.undo()
    assert cbf.list_clusterings(named) == []
    assert not any("cluster" in name for name in named.get_field_schema())


class Cancelled(Exception):
    pass


def reporter(seen, stop_at=None, *, at_start=False):
    @contextmanager
    def report(description, total):
        what = description.split()[0]
        seen.append((what, total))
        if what == stop_at and at_start:
            raise Cancelled(what)

        def advance(count):
            seen.append((what, count))
            if what == stop_at:
                raise Cancelled(what)

        yield advance

    return report


def test_progress_is_told_while_vectors_are_read_clustered_and_labels_are_written(dataset):
    seen = []
    with report_progress(reporter(seen)):
        cbf.compute_clusters(dataset, "r", embeddings="emb", n_clusters=3)
    totals = {}
    for what, count in seen:
        totals.setdefault(what, []).append(count)
    assert list(totals) == ["read", "embed", "cluster", "write"] or list(totals) == [
        "read",
        "cluster",
        "write",
    ]
    assert totals["read"] == [24, 24]
    assert totals["write"] == [24, 24]
    assert len(totals["cluster"]) > 1


def test_progress_is_told_while_an_encoder_embeds(dataset):
    seen = []
    with report_progress(reporter(seen)):
        cbf.compute_clusters(dataset, "r", encoder="color-gradient", n_clusters=3, cache=False)
    assert ("encode", 24) in seen
    assert sum(count for what, count in seen[1:] if what == "encode") == 24


@pytest.mark.parametrize("at_start", [True, False])
@pytest.mark.parametrize("stage", ["read", "cluster", "write"])
def test_a_cancel_by_the_reporter_leaves_nothing_behind(dataset, state_of, stage, at_start):
    before = state_of(dataset)
    with report_progress(reporter([], stage, at_start=at_start)), pytest.raises(Cancelled):
        cbf.compute_clusters(dataset, "r", embeddings="emb", n_clusters=3)
    assert state_of(dataset) == before


def test_a_cancel_while_embedding_leaves_nothing_behind(dataset, state_of):
    before = state_of(dataset)
    with report_progress(reporter([], "encode")), pytest.raises(Cancelled):
        cbf.compute_clusters(dataset, "r", encoder="color-gradient", n_clusters=3, cache=False)
    assert state_of(dataset) == before


def test_a_cancel_while_a_run_is_replaced_leaves_the_run(named, results_of):
    before = results_of(named, "r")
    with report_progress(reporter([], "write")), pytest.raises(Cancelled):
        cbf.compute_clusters(named, "r", embeddings="emb", n_clusters=2, overwrite=True)
    assert results_of(named, "r") == before


def test_what_another_process_made_in_the_meantime_is_not_overwritten(dataset, fresh, state_of, monkeypatch):
    from clusterby.fiftyone import compute

    dataset.persistent = True
    real = compute.fit

    def slow(*args, **kwargs):
        fresh(
            """
            import json, sys
            import fiftyone as fo
            import clusterby.fiftyone as cbf
            dataset = fo.load_dataset(sys.argv[1])
            cbf.compute_clusters(dataset, "r", embeddings="emb", n_clusters=2)
            print(json.dumps(1))
            """,
            dataset.name,
        )
        return real(*args, **kwargs)

    monkeypatch.setattr(compute, "fit", slow)
    with pytest.raises(ClusterbyError, match="run_key='r': the dataset has a clustering of that key"):
        cbf.compute_clusters(dataset, "r", embeddings="emb", n_clusters=3)
    assert cbf.clustering_info(dataset, "r")["n_clusters"] == 2
    assert cbf.load_clusters(dataset, "r").n_clusters_ == 2
