"""label_samples: its form, and what it writes."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest
from tests.fiftyone_database import CLIP, dataset_of_scenes

from clusterby.samples import SCENE_WORDS

pytestmark = pytest.mark.fiftyone

PLACES = ", ".join(SCENE_WORDS["background"])
GOOD = {"field": "place", "candidates": PLACES, "encoder": CLIP}


@pytest.fixture(scope="module")
def dataset(fo, scenes):
    """Return one dataset for all tests of the form, which changes nothing."""
    made = dataset_of_scenes(fo, scenes, 12, panels=True)
    yield made
    assert "place" not in made.get_field_schema()
    made.delete()


def test_as_the_app_opens_it_it_asks_for_words_a_field_and_an_encoder(form, dataset):
    drawn = form("label_samples", dataset, {}, app=True)
    assert set(drawn) >= {
        "description",
        "candidates",
        "negatives",
        "encoder",
        "by",
        "region",
        "field",
        "patches_field",
    }
    assert {n: p.error_message for n, p in drawn.items() if p.invalid}.keys() <= {
        "encoder"
    }  # no model is here


def test_a_good_call_is_refused_for_nothing_and_says_what_it_will_do(form, refusals, dataset):
    assert refusals("label_samples", dataset, GOOD) == {}
    plan = form("label_samples", dataset, GOOD)["plan"].default
    assert (
        "**12 samples** will get the best of **7 words** (sky, grass, sand, night, snow, brick and others)"
        in plan
    )
    assert "It writes field `place`; nothing else is changed." in plan
    scored = {
        "field": "place",
        "description": "snow background",
        "negatives": "sand, grass\nwater, sky",
        "encoder": CLIP,
    }
    plan = form("label_samples", dataset, scored)["plan"].default
    assert (
        "get a score from 0 to 1: how probably it is *snow background* rather than sand, grass, water and 1 others"
        in plan
    )
    patches = form("label_samples", dataset, GOOD | {"patches_field": "sides"})
    assert "**24 patches**" in patches["plan"].default
    assert "It writes field `sides.detections.place`" in patches["plan"].default
    assert "region" not in patches


@pytest.mark.parametrize(
    ("change", "where", "said"),
    [
        ({"field": None}, "field", "field=None: give a word of letters"),
        ({"field": "color"}, "field", "the dataset has a field 'color' already"),
        ({"field": "filepath"}, "field", "field='filepath' is reserved"),
        ({"field": "a.b"}, "field", "field='a.b': give a word"),
        ({"candidates": None}, "description", "nothing is asked: give description="),
        ({"candidates": "red"}, "candidates", "'red' alone tells nothing apart"),
        ({"candidates": "red, Red"}, "candidates", "candidates: 'Red' is there twice"),
        ({"candidates": None, "description": "by {} whim"}, "description", "no candidate words for 'by {} whim'"),
        ({"description": "a photo"}, "description", "description='a photo': write {} once"),
        ({"negatives": "sky, fog"}, "negatives", "sky"),
        ({"encoder": "color-gradient"}, "encoder", "candidates= needs an encoder with a text tower, and 'color-gradient' has"),
        ({"encoder": "clop"}, "encoder", "no encoder 'clop'. Did you mean 'clip'"),
        ({"encoder": "auto"}, "encoder", "aligned with language"),
        ({"by": "capton"}, "by", "by='capton': there is no such field"),
        ({"region": "halff"}, "region", "no column 'halff'. Did you mean 'half'"),
        ({"region": "half", "patches_field": "sides"}, "region", "the patches are the regions"),
        ({"candidate": "x"}, "names_problem", "there is no parameter 'candidate'. Did you mean 'candidates'?"),
    ],
)  # fmt: skip
def test_a_bad_value_is_refused_where_it_stands(refusals, dataset, change, where, said):
    found = refusals("label_samples", dataset, GOOD | change)
    assert said in found[where]


def test_the_best_word_is_written(run, make_scenes):
    made = make_scenes(70)
    result = run("label_samples", made, GOOD)
    values = made.values("place")
    assert np.mean([v.label == b for v, b in zip(values, made.values("background"), strict=True)]) >= 0.95
    assert sum(row["count"] for row in result["labels"]) == result["n_labelled"] == 70
    assert result["headline"] == "70 items have one of 7 labels"
    assert "the probability that it fits best of the candidates" in result["summary"]


def test_a_score_of_the_selection_is_written(run, make_scenes):
    made = make_scenes(12)
    params = {
        "field": "snowy",
        "description": "snow background",
        "negatives": "sand, grass, water, sky",
        "encoder": CLIP,
    }
    result = run(
        "label_samples", made, params | {"target": "SELECTED_SAMPLES"}, selected=made.limit(5).values("id")
    )
    assert result["n_labelled"] == 5
    assert made.count("snowy") == 5
    assert "items have a score" in result["headline"]
    assert result["labels"] == []


def test_from_python_it_returns_the_labels(operator, make_scenes):
    made = make_scenes(6)
    found = operator("label_samples")(made, "place", candidates=PLACES.split(", "), encoder=CLIP)
    assert found.labels_.tolist() == [value.label for value in made.values("place")]


def test_every_output_can_be_shown_and_the_field_is_shown_in_the_grid(operator, run, make_scenes):
    from fiftyone.operators.executor import ExecutionContext, Executor

    made = make_scenes(6)
    result = run("label_samples", made, GOOD)
    request = {"params": {}, "results": result, "dataset_name": made.name}
    ctx = ExecutionContext(request, executor=Executor())
    shown = operator("label_samples").resolve_type(ctx, "outputs").to_json()
    assert set(shown["type"]["properties"]) == {"summary", "labels"}
    asked = [message.to_json() for message in operator("label_samples").followed_up(ctx, result)]
    assert "place" in str(asked)


def test_a_failure_says_why_and_leaves_no_field(run, make_scenes):
    import fiftyone.operators.executor as executor

    made = make_scenes(6)
    with pytest.raises(
        executor.ExecutionError, match="field='color': the dataset has a field 'color' already"
    ):
        run("label_samples", made, GOOD | {"field": "color"})
    with pytest.raises(executor.ExecutionError, match="'color-gradient' has none"):
        run("label_samples", made, GOOD | {"encoder": "color-gradient"})
    assert made.get_field("place") is None


def test_it_can_be_delegated(make_scenes, plugin):
    import fiftyone.operators as foo
    from fiftyone.operators.delegated import DelegatedOperationService

    made = make_scenes(6)
    uri = "@clusterby/clustering/label_samples"
    queued = foo.execute_operator(uri, ctx={"dataset": made, "params": GOOD}, request_delegation=True)
    if asyncio.isfuture(queued):
        queued = asyncio.get_event_loop().run_until_complete(queued)
    service = DelegatedOperationService()
    service.execute_queued_operations(dataset_name=made.name, operator=uri)
    made.reload()
    assert made.count("place") == 6
