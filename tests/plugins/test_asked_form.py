"""What the form of compute_clusters asks of what clusters are to be about, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest
from tests.fiftyone_database import CLIP, COLORS, dataset_of_scenes, vectors_of

from clusterby.instructions.lexicons import lexicons

pytestmark = pytest.mark.fiftyone

WORDS = {"instruction", "description", "candidates", "ignore"}
CODED = {"run_key": "r1", "source": "encoder", "encoder": CLIP}
STORED = {"run_key": "r1", "source": "embeddings", "embeddings": "emb"}


@pytest.fixture(scope="module")
def dataset(fo, scenes):
    """Return one dataset for all tests: a form changes nothing."""
    made = dataset_of_scenes(fo, scenes, 12, panels=True)
    made.set_values("emb", vectors_of(12))
    yield made
    assert made.list_runs() == []
    made.delete()


@pytest.mark.parametrize("encoder", ["auto", CLIP, "clip", "some/model"])
def test_words_are_asked_for_where_the_encoder_may_know_them(form, dataset, encoder):
    drawn = form("compute_clusters", dataset, {"run_key": "r1", "source": "encoder", "encoder": encoder})
    assert set(drawn) > WORDS | {"region"}
    assert "text_encoder" not in drawn
    assert "region_box" not in drawn


@pytest.mark.parametrize("encoder", ["color-gradient", "dinov2"])
def test_words_are_not_asked_for_where_it_does_not(form, dataset, encoder):
    drawn = form("compute_clusters", dataset, {"run_key": "r1", "source": "encoder", "encoder": encoder})
    assert not set(drawn) & WORDS
    assert "region" in drawn


def test_labels_are_those_of_the_manual(form, dataset):
    drawn = form("compute_clusters", dataset, CODED)
    assert [drawn[name].view.label or drawn[name].label for name in ("instruction", "description", "region")] == [
        "Group by (instruction)", "Description with {}", "Region",
    ]  # fmt: skip


def test_regions_are_asked_for_where_whole_images_are_looked_at(form, dataset):
    assert form("compute_clusters", dataset, CODED)["region"].type.values == [
        "(whole image)", "(box)", "half", "sides",
    ]  # fmt: skip
    for others in (CODED | {"by": "caption"}, CODED | {"patches_field": "sides"}, STORED):
        assert "region" not in form("compute_clusters", dataset, others)


def test_a_box_is_asked_for_once_a_box_is_chosen(form, refusals, dataset):
    drawn = form("compute_clusters", dataset, CODED | {"region": "(box)"}, app=True)
    assert drawn["region_box"].default == "0.25, 0.25, 0.75, 0.75"
    assert "Of each image box 0.25,0.25,0.75,0.75 is looked at" in drawn["plan"].default
    assert refusals("compute_clusters", dataset, CODED | {"region": "(box)", "region_box": "0,0,.5,1"}) == {}


@pytest.mark.parametrize(
    "region",
    ["half", "0,0,.5,1", [0, 0, 0.5, 1], {"lt": [0, 0], "rb": [0.5, 1]}, {"column": "half"}, "(whole image)"],
)
def test_from_python_a_region_is_what_it_can_be(refusals, dataset, region):
    assert refusals("compute_clusters", dataset, CODED | {"region": region}) == {}


REFUSED = [
    ({"description": "a photo"}, "description", "description='a photo': write {} once, where the word goes"),
    ({"candidates": "red"}, "candidates", "candidates: 'red' alone tells nothing apart; give two words or more"),
    ({"candidates": " , "}, "candidates", "candidates=[]: give two words or more"),
    ({"candidates": [1, 2]}, "candidates", "candidates: 1 is no word"),
    ({"instruction": "by whim"}, "candidates", "no candidate words for 'by whim'"),
    ({"instruction": "   "}, "instruction", "say in words what to group by"),
    ({"instruction": "by whim", "candidates": "auto"}, "candidates", "no language model is at hand"),
    ({"ignore": [""]}, "ignore", "ignore: '' is no word"),
    ({"region": "halff"}, "region", "no column 'halff'. Did you mean 'half'"),
    ({"region": "0,0,1"}, "region", "'0,0,1' is no box: give left,top,right,bottom"),
    ({"region": [0, 0, 1]}, "region", "region=[0, 0, 1]: give left, top, right and bottom"),
    ({"region": {"x": 1}}, "region", "give 'lt' and 'rb', or 'vertices', or 'column'"),
    ({"region": "(box)", "region_box": "0,0,2,1"}, "region_box", "is outside the image"),
    ({"region": "(box)", "region_box": "1,1,0,0"}, "region_box", "has no area"),
    ({"region": "half", "patches_field": "sides"}, "region", "region= with patches: the patches are the regions"),
    (
        {"instruction": "by color", "encoder": "color-gradient"}, "instruction",
        "instruction= needs an encoder with a text tower, and 'color-gradient' has none",
    ),
    (
        {"candidates": "red, blue", "encoder": "dinov2"}, "candidates",
        "candidates= needs an encoder with a text tower, and 'dinov2' has none",
    ),
    ({"instruction": "by color", "encoder": "auto"}, "instruction", "aligned with language; 'siglip2' would be"),
    ({"modality": "smell"}, "modality", "no modality 'smell'"),
    ({"descriptions": "x"}, "names_problem", "there is no parameter 'descriptions'. Did you mean 'description'?"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "where", "said"), REFUSED)
def test_a_bad_value_is_refused_where_it_stands(refusals, dataset, change, where, said):
    found = refusals("compute_clusters", dataset, CODED | change)
    assert said in found[where]


def test_the_sentences_are_the_librarys(refusals, dataset, cbf):
    from clusterby.core.errors import ClusterbyError

    for change, where, _ in REFUSED:
        if where not in WORDS or "encoder" in change or not all(isinstance(v, str) for v in change.values()):
            continue
        options = {n: v.split(",") if n == "candidates" and "," in v else v for n, v in change.items()}
        if options.get("candidates") in ("red", [" ", " "]):
            continue
        with pytest.raises(ClusterbyError) as raised:
            cbf.compute_clusters(dataset, "r1", encoder=CLIP, **options)
        assert refusals("compute_clusters", dataset, CODED | change)[where] == str(raised.value)


def test_vectors_that_are_there_ask_what_made_them_once_words_are_given(form, refusals, dataset):
    assert "text_encoder" not in form("compute_clusters", dataset, STORED)
    asked = STORED | {"instruction": "by color"}
    assert "say with encoder= what made them" in refusals("compute_clusters", dataset, asked)["text_encoder"]
    assert "clip" in form("compute_clusters", dataset, asked)["text_encoder"].type.values
    assert refusals("compute_clusters", dataset, asked | {"text_encoder": CLIP}) == {}
    from_python = {"run_key": "r1", "embeddings": "emb", "encoder": CLIP, "instruction": "by color"}
    assert refusals("compute_clusters", dataset, from_python) == {}


def test_the_plan_says_in_words_what_will_happen(form, dataset):
    def plan(**more):
        return form("compute_clusters", dataset, CODED | more)["plan"].default

    words = lexicons()["background"].words
    told = plan(instruction="group images by their background")
    assert (
        f"**{len(words)} words** from the lexicon of background will be compared: {words[0]}, {words[1]}"
        in told
    )
    assert "Clusters are named after the words that fit them best." in told
    assert "It writes field `r1_cluster` (and `r1_cluster_name`) and run `r1`" in told
    assert "**3 words** that were given will be compared: red, green, blue." in plan(
        candidates="red, green\nblue"
    )
    assert "Differences of color are taken out first." in plan(instruction="by shape", ignore="color")
    assert "Of each image the region in field `half` is looked at, and nothing else." in plan(region="half")
    assert "once clusters have names" in plan(region="half")


def test_an_encoder_that_follows_instructions_is_told(form, refusals, dataset):
    asked = {
        "run_key": "r1",
        "source": "encoder",
        "by": "caption",
        "encoder": "qwen3-embedding",
        "instruction": "by whim",
    }
    assert "The encoder is told what to group by" in form("compute_clusters", dataset, asked)["plan"].default
    assert refusals("compute_clusters", dataset, asked) == {}
    assert "candidates" in refusals("compute_clusters", dataset, asked | {"encoder": "minilm"})


def test_what_was_left_empty_asks_for_nothing(form, refusals, dataset):
    empty = dict.fromkeys([*WORDS, "region", "region_box", "text_encoder", "modality"], "")
    assert refusals("compute_clusters", dataset, CODED | empty) == {}
    assert "compared" not in form("compute_clusters", dataset, CODED | empty)["plan"].default


# executed


BY_BACKGROUND = {
    "run_key": "bg", "source": "encoder", "encoder": CLIP, "kmeans__n_clusters": 7, "description": "a photo with a {} background",
    "candidates": "sky, grass, sand\nnight, snow, brick\nwater", "region": "(whole image)", "ignore": "",
}  # fmt: skip


def test_words_of_the_form_make_clusters_with_names(run, operator, form, make_scenes, cbf):
    made = make_scenes(70)
    result = run("compute_clusters", made, BY_BACKGROUND)
    assert result["followed"][0]["words"] == ["sky", "grass", "sand", "night", "snow", "brick", "water"]
    assert {row["name"] for row in result["clusters"]} == set(result["followed"][0]["words"])
    assert "Grouped by filepath: scores; 7 words (given)" in result["summary"]
    names = made.values("bg_cluster_name")
    assert (
        np.mean([name == place for name, place in zip(names, made.values("background"), strict=True)]) >= 0.95
    )
    told = run("get_clustering_run_info", made, {"run_key": "bg"})
    assert told["asked"]["description"] == ["a photo with a {} background"]
    assert told["followed"] == result["followed"]
    shown = form("get_clustering_run_info", made, {"run_key": "bg"})["info"].default
    assert "| words | sky, grass, sand, night, snow, brick, water |" in shown
    assert "| templates | a photo with a {} background |" in shown
    assert "| asked | description=['a photo with a {} background']" in shown


def test_vectors_of_a_field_are_compared_with_words_by_what_made_them(run, make_scenes, cbf):
    import clusterby as cb

    made = make_scenes(70)
    made.set_values("emb", cb.embed({"image": made.values("filepath")}, "image", encoder=CLIP).vectors)
    stored = {"source": "embeddings", "embeddings": "emb", "text_encoder": CLIP}
    result = run("compute_clusters", made, BY_BACKGROUND | stored)
    assert "Grouped by emb: scores; 7 words (given)" in result["summary"]
    pairs = zip(made.values("bg_cluster_name"), made.values("background"), strict=True)
    assert np.mean([name == place for name, place in pairs]) >= 0.95
    assert cbf.clustering_info(made, "bg")["source"]["kind"] == "field"


def test_a_region_of_the_form_is_looked_at(run, make_scenes, cbf):
    made = make_scenes(12, panels=True)
    for region in ({"region": "(box)", "region_box": "0,0,.5,1"}, {"region": "half"}):
        params = {
            "run_key": "r",
            "source": "encoder",
            "encoder": "color-gradient",
            "overwrite": True,
            **region,
        }
        run("compute_clusters", made, params | {"kmeans__n_clusters": 3})
        kept = cbf.clustering_info(made, "r")["source"]["region"]
        assert kept in ({"lt": [0.0, 0.0], "rb": [0.5, 1.0]}, {"column": "half", "unit": "relative"})


def test_a_queued_run_takes_a_box_from_python(make_scenes, plugin):
    import sys

    import clusterby as cb
    from clusterby.core.errors import InvalidParameter

    settings = sys.modules[
        type(_operator("compute_clusters")).__module__.rpartition(".")[0] + ".compute_settings"
    ]
    params = settings.as_params(
        "r", {"region": cb.Box((0, 0), (0.5, 1)), "candidates": ["a", "b"], "modality": "image"}
    )
    assert params["region"] == {"lt": [0.0, 0.0], "rb": [0.5, 1.0]}
    found = settings.settings_of(params)
    assert (found["region"], found["candidates"], found["modality"]) == (
        cb.Box((0, 0), (0.5, 1)),
        ["a", "b"],
        "image",
    )
    with pytest.raises(InvalidParameter, match="candidates: a function cannot wait in a queue"):
        settings.as_params("r", {"candidates": lambda criterion: list(COLORS)})


def _operator(name):
    import fiftyone.operators as foo

    return foo.get_operator(f"@clusterby/clustering/{name}")
