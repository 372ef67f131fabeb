import json
import re

import numpy as np
import pytest

import clusterby as cb
from clusterby.core.errors import InvalidTable
from clusterby.core.modality import Modality
from clusterby.runs import SCHEMA, record_of
from clusterby.runs.record import EXEMPLARS, checked_schema

RNG = np.random.default_rng(0)
VECTORS = (np.eye(3)[np.arange(60) % 3] * 10 + RNG.normal(size=(60, 3))).astype(np.float32)


@pytest.fixture(scope="module")
def groups():
    return cb.clusterby({"v": VECTORS.tolist(), "x": list(range(60))}, "v", n_clusters=3)


def made_by(method):
    spec = cb.clusterers.get(method)
    number = {"n_clusters": 3} if spec.n_clusters_parameter is not None else {}
    parameters = {"dbscan": {"eps": 4.0}}.get(method, {})
    return cb.clusterby({"v": VECTORS.tolist()}, "v", method=method, **number, **parameters)


@pytest.mark.parametrize("method", cb.clusterers.names())
def test_the_manifest_of_every_method_is_plain_json(method):
    manifest = record_of(made_by(method)).manifest()
    assert json.loads(json.dumps(manifest, allow_nan=False)) == manifest
    assert (manifest["method"], manifest["schema"], manifest["n_rows"]) == (method, SCHEMA, 60)
    spec = cb.clusterers.get(method)
    assert {p.name for p in spec.parameters} <= set(manifest["parameters"])


def test_the_manifest_holds_no_array_of_the_rows(groups):
    long = cb.clusterby({"v": np.tile(VECTORS, (50, 1))}, "v", n_clusters=3)
    assert (
        abs(len(json.dumps(record_of(long).manifest())) - len(json.dumps(record_of(groups).manifest()))) < 50
    )


def test_a_method_that_is_no_row_of_the_registry_is_recorded_by_its_name():
    groups = cb.clusterby({"v": VECTORS.tolist()}, "v", method="MeanShift", bandwidth=4.0)
    manifest = record_of(groups).manifest()
    assert (manifest["method"], manifest["parameters"]["bandwidth"]) == ("MeanShift", 4.0)
    json.dumps(manifest, allow_nan=False)


def test_the_scores_behind_an_automatic_k_are_kept():
    manifest = record_of(cb.clusterby({"v": VECTORS.tolist()}, "v", n_clusters="auto")).manifest()
    assert max(manifest["k_scores"], key=manifest["k_scores"].get) == "3"
    assert manifest["k_criterion"]


def test_a_record_says_what_made_it(groups):
    record = record_of(groups, seconds=1.23456)
    assert record.by == {"v": 1.0}
    assert (record.column, record.space, record.dimension) == ("identity(v)", groups.embeddings.space, 3)
    assert record.seconds == 1.235
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", record.created)
    assert {"clusterby", "python", "numpy", "scikit-learn"} <= set(record.versions)
    assert record.encoder[0]["name"] == "identity"
    assert record.encoder[0]["modality"] == Modality.VECTOR.value
    assert record.predicts == "model"
    assert record.made is None
    assert {len(rows) for rows in record.exemplars.values()} == {20}


def test_no_more_exemplars_are_kept_than_are_shown():
    record = record_of(cb.clusterby({"v": np.tile(VECTORS, (3, 1))}, "v", n_clusters=3))
    assert {len(rows) for rows in record.exemplars.values()} == {EXEMPLARS}


def test_an_edited_result_keeps_what_the_clusterer_made(groups):
    edited = groups.merged([0, 2]).renamed({1: "one"})
    record = record_of(edited)
    np.testing.assert_array_equal(record.made.labels, groups.partition.labels)
    assert record.partition.clusters.tolist() == [0, 1]
    assert (record.merged_into, record.noise_reassigned, record.names) == ({2: 0}, False, {1: "one"})


def test_a_name_alone_is_no_edit_of_the_clusters(groups):
    assert record_of(groups.renamed({0: "zero"})).made is None


def test_the_facts_of_the_making_are_those_of_the_earlier_record(groups):
    earlier = record_of(groups, seconds=5.0)
    later = record_of(groups.merged([0, 1]), seconds=9.0, earlier=earlier)
    for fact in ("created", "seconds", "versions", "encoder", "tree", "predicts"):
        assert getattr(later, fact) == getattr(earlier, fact)
    assert later.partition.n_clusters == 2


def test_rows_that_were_skipped_are_in_the_record():
    cells = [None, *VECTORS.tolist()]
    record = record_of(cb.clusterby({"v": cells}, "v", n_clusters=3))
    assert (record.n_rows, record.rows.tolist()) == (61, list(range(1, 61)))
    assert [(s.row, s.column) for s in record.skipped] == [(0, "v")]


class Tower:
    """Made VECTORS, and knows three words."""

    name, revision = "tower", "1"

    def encode(self, items):
        raise AssertionError("nothing has to be encoded")

    def encode_queries(self, queries):
        return np.eye(3, dtype=np.float32)[
            [["one", "two", "three"].index(query.split()[-1]) for query in queries]
        ]


INSTRUCTED = {"encoder": Tower(), "candidates": ["one", "two", "three"], "n_clusters": 3, "cache": False}


def test_how_an_instruction_was_carried_out_is_in_the_manifest_and_what_it_made_is_not():
    groups = cb.clusterby({"x": list(range(60))}, "x", embeddings=VECTORS, **INSTRUCTED)
    record = record_of(groups)
    assert record.followed == (groups.instruction_,)
    assert record.conditioned.followed == groups.instruction_
    manifest = record.manifest()
    assert manifest["followed"] == [groups.instruction_.plain()]
    assert manifest["followed"][0]["words"] == ["one", "two", "three"]
    assert "conditioned" not in manifest
    assert json.loads(json.dumps(manifest, allow_nan=False)) == manifest
    later = record_of(groups.merged([0, 1]), earlier=record)
    assert (later.followed, later.conditioned) == (record.followed, record.conditioned)


class Both(Tower):
    """Embeds texts by their letters, into the space of the three words."""

    modalities = frozenset({Modality.TEXT})

    def encode(self, items):
        return np.array([[len(i), i.count("e"), i.count("t")] for i in items], dtype=np.float32)


def test_of_several_columns_each_has_its_own_and_none_is_kept():
    texts = ["tea", "eleven", "a stone", "every evening", "stop", "see me"]
    how = INSTRUCTED | {"encoder": Both(), "modality": "text", "n_clusters": 2}
    alone = record_of(cb.clusterby({"a": texts}, "a", **how))
    assert alone.conditioned.subspace.directions.shape == (3, 3)
    assert alone.followed == (alone.conditioned.followed,)
    plain = record_of(cb.clusterby({"a": texts}, "a", **how | {"candidates": None}))
    assert (plain.followed, plain.conditioned) == ((), None)
    words = {"candidates": {"a": ["one", "two", "three"]}}
    both = record_of(cb.clusterby({"a": texts, "b": texts[::-1]}, ["a", "b"], **how | words))
    assert [followed.column for followed in both.followed] == ["a"]
    assert both.conditioned is None


def test_a_manifest_of_this_version_can_be_read(groups):
    assert checked_schema(record_of(groups).manifest()) == SCHEMA


@pytest.mark.parametrize("schema", [SCHEMA + 1, 0, None, "1", 1.0])
def test_a_manifest_of_another_version_is_refused_by_name(schema):
    with pytest.raises(
        InvalidTable, match=f"written by clusterby 9.9 in schema {schema!r}.*upgrade clusterby"
    ):
        checked_schema({"schema": schema, "versions": {"clusterby": "9.9"}})
    with pytest.raises(InvalidTable, match="written by clusterby another version"):
        checked_schema({"schema": schema})
