import json
import math
from dataclasses import fields, replace

import numpy as np
import pytest

import clusterby as cb
from clusterby.core.errors import InvalidVectors
from clusterby.namers.base import Name
from clusterby.runs.manifest import arrays_of, facts_from, manifest_of, partition_facts
from clusterby.runs.record import RunRecord, record_of
from tests.runs.test_record import INSTRUCTED, VECTORS

OF_ROWS = {"rows", "partition", "made", "exemplars", "distances", "skipped", "tree", "schema"}


def through_json(record):
    manifest = json.loads(json.dumps(manifest_of(record), allow_nan=False))
    return manifest, facts_from(manifest, arrays_of(record))


@pytest.fixture
def record():
    groups = cb.clusterby({"v": VECTORS.tolist()}, "v", n_clusters="auto", method="kmeans")
    return record_of(groups.merged([0, 1]).renamed({2: "two"}), seconds=1.5)


def test_what_is_not_of_rows_comes_back_through_json(record):
    named = Name(name="zero", by="llm", description="nothing", confidence=0.5, mixed=True, words=("a", "b"))
    record = replace(record, names={0: "zero", 2: "two"}, naming={0: named, **record.naming})
    manifest, facts = through_json(record)
    assert set(facts) == {f.name for f in fields(RunRecord)} - OF_ROWS
    for name in set(facts) - {"recipes", "conditioned"}:
        assert facts[name] == getattr(record, name), name
    assert (facts["naming"][0], facts["naming"][2].by) == (named, "you")
    assert partition_facts(manifest) == {
        name: getattr(record.partition, name)
        for name in ("method", "parameters", "random_state", "k_scores", "k_criterion")
    }


def test_a_name_that_nobody_gave_is_a_name_alone(record):
    record = replace(record, naming={})
    assert manifest_of(record)["names"] == {"2": {"name": "two"}}
    assert through_json(record)[1]["naming"] == {}


def test_a_silhouette_that_is_none_comes_back_as_nan():
    record = record_of(cb.clusterby({"v": [[0.0], [1.0]]}, "v", n_clusters=1))
    assert math.isnan(through_json(record)[1]["quality"].silhouette)
    assert through_json(replace(record, quality=None))[1]["quality"] is None


def test_arrays_are_named_for_what_they_are(record):
    assert set(arrays_of(record)) == {"centers", "made.centers"}
    groups = cb.clusterby({"x": list(range(60))}, "x", embeddings=VECTORS, **INSTRUCTED)
    conditioned = record_of(groups)
    assert set(arrays_of(conditioned)) == {
        "centers", "conditioned.directions", "conditioned.center", "conditioned.query_center", "conditioned.words",
    }  # fmt: skip
    back = through_json(conditioned)[1]["conditioned"]
    np.testing.assert_array_equal(
        back.subspace.transform(VECTORS), conditioned.conditioned.subspace.transform(VECTORS)
    )
    assert back.followed == conditioned.conditioned.followed


def test_columns_side_by_side_keep_their_center_and_scale():
    table = {"v": VECTORS.tolist(), "x": list(range(60))}
    record = record_of(cb.clusterby(table, {"v": 1, "x": 2}, n_clusters=3))
    assert {"recipes.0.center", "recipes.1.center"} < set(arrays_of(record))
    back = through_json(record)[1]["recipes"]
    for mine, theirs in zip(record.recipes, back, strict=True):
        np.testing.assert_array_equal(mine.center, theirs.center)
        assert (mine.column, mine.scale, mine.revision, mine.fitted) == (
            theirs.column, theirs.scale, theirs.revision, theirs.fitted,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("by", {"v": 1}), ("column", 7), ("dimension", "3"), ("n_rows", -1), ("n_rows", True), ("names", []),
        ("names", {"x": {}}),
        ("names", {"0": {"by": "me"}}), ("predicts", "magic"), ("quality", []), ("quality", {}),
        ("encoder", {}), ("followed", None),
        ("conditioned", {}), ("recipes", [{}]), ("created", None), ("seconds", "long"), ("versions", None), ("merged_into", [1]),
        ("method", None), ("parameters", []), ("k_scores", {"a": 1}),
    ],
)  # fmt: skip
def test_what_is_of_another_kind_is_refused(record, name, value):
    manifest = manifest_of(record) | {name: value}
    with pytest.raises((KeyError, TypeError, ValueError, AttributeError, InvalidVectors)):
        partition_facts(manifest) | facts_from(manifest, arrays_of(record))


@pytest.mark.parametrize(
    "name", ["by", "space", "n_rows", "names", "recipes", "quality", "seconds", "parameters", "k_scores"]
)
def test_what_is_missing_is_named(record, name):
    manifest = manifest_of(record)
    del manifest[name]
    with pytest.raises(KeyError, match=name):
        partition_facts(manifest) | facts_from(manifest, arrays_of(record))
