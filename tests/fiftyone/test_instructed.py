import re
from typing import NamedTuple

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score
from tests.fiftyone_database import CLIP, COLORS, dataset_of_scenes, vectors_of

import clusterby as cb
import clusterby.fiftyone as cbf
from clusterby.core.errors import ClusterbyError, InvalidParameter, InvalidVectors
from clusterby.samples import SCENE_WORDS

pytestmark = pytest.mark.usefixtures("fo")

BACKGROUNDS = [word for words in SCENE_WORDS["background"].values() for word in words]
BY_BACKGROUND = {
    "description": "a photo with a {} background", "candidates": BACKGROUNDS, "n_clusters": 7, "encoder": CLIP,
}  # fmt: skip
BY_COLOR = {
    "description": "things of {} color", "candidates": list(SCENE_WORDS["color"]), "n_clusters": 7, "encoder": CLIP,
}  # fmt: skip

TELL = """
import json, sys
import numpy as np
import fiftyone as fo
import clusterby.fiftyone as cbf
from clusterby.encoders.sentence_transformers import SentenceTransformerEncoder

SentenceTransformerEncoder.prepare = lambda *_: sys.exit("something was embedded again")

def tell(dataset, key):
    groups = cbf.load_clusters(dataset, key)
    quality = groups.quality()
    return {
        "labels": np.ma.filled(groups.labels_, -9).tolist(),
        "names": {str(c): name for c, name in groups.names_.items()},
        "instruction": None if groups.instruction_ is None else groups.instruction_.plain(),
        "quality": [quality.silhouette, quality.explained, quality.noise, *quality.cohesion.values()],
        "distances": groups.distances().tolist(),
        "exemplars": {str(c): rows.tolist() for c, rows in groups.exemplar_rows(3).items()},
        "vectors": groups.embeddings.vectors.tolist(),
        "column": groups.embeddings.column,
        "again": groups.predict(groups.embeddings).tolist(),
    }

datasets = [fo.load_dataset(name) for name in sys.argv[1:]]
print(json.dumps({key: tell(dataset, key) for dataset in datasets for key in cbf.list_clusterings(dataset)}))
"""


class Tower:
    """Made the vectors of :func:`vectors_of`: knows three colors, and tells other words by their length."""

    name = "tower"

    def __init__(self, dimension=8):
        self.dimension = dimension
        self.revision = str(dimension)

    def encode(self, items):
        raise AssertionError("nothing has to be encoded")

    def encode_queries(self, queries):
        found = np.full((len(queries), self.dimension), 0.1, dtype=np.float32)
        for row, query in enumerate(queries):
            known = [i for i, color in enumerate(COLORS) if color in query]
            found[row, known[0] if known else 3 + len(query) % (self.dimension - 3)] = 1
        return found


def agreement(dataset, key, field):
    return adjusted_rand_score(dataset.values(field), dataset.values(f"{key}_cluster"))


def named_rightly(dataset, key, field):
    """How often the name of a sample's cluster is a word for what it is."""
    words = SCENE_WORDS[field]
    pairs = zip(dataset.values(field), dataset.values(f"{key}_cluster_name"), strict=True)
    return np.mean([name.rstrip(" 23") in words[value] for value, name in pairs])


class Made(NamedTuple):
    """A dataset with runs, what computed them here, and what a fresh process tells of them."""

    dataset: object
    groups: dict
    told: dict


@pytest.fixture(scope="module")
def made(fo, scenes, fresh):
    """Return datasets of scenes, and of two scenes side by side, with the runs below."""
    runs = {
        False: {"bg": BY_BACKGROUND, "said": BY_BACKGROUND | {"by": "caption"}},
        True: {
            "left": BY_COLOR | {"region": cb.Box((0, 0), (0.5, 1))},
            "right": BY_COLOR | {"region": cb.Polygon([(0.5, 0), (1, 0), (1, 1), (0.5, 1)])},
            "half": BY_COLOR | {"region": "half"},
            "p": BY_COLOR | {"patches_field": "sides"},
        },
    }
    found = {}
    for panels, options in runs.items():
        dataset = dataset_of_scenes(fo, scenes, panels=panels)
        found[panels] = dataset, {key: cbf.compute_clusters(dataset, key, **o) for key, o in options.items()}
    told = fresh(TELL, *(dataset.name for dataset, _ in found.values()))
    yield {panels: Made(*of, told) for panels, of in found.items()}
    for dataset, _ in found.values():
        dataset.delete()


def test_a_description_makes_clusters_of_what_it_is_about_and_names_them(made):
    dataset, groups, _ = made[False]
    assert agreement(dataset, "bg", "background") >= 0.95
    assert named_rightly(dataset, "bg", "background") >= 0.95
    assert groups["bg"].instruction_.method == "scores"
    assert groups["bg"].instruction_.words == tuple(BACKGROUNDS)
    assert dataset.get_field("bg_cluster_name").info["clusterby"]["state"] == "done"
    assert dataset.get_field("bg_cluster").description.endswith("from tiny-clip about background")


def test_captions_are_scored_by_words(made):
    assert agreement(made[False].dataset, "said", "background") >= 0.85


def test_a_region_of_all_images_is_what_is_looked_at(made):
    assert agreement(made[True].dataset, "left", "color") >= 0.95
    assert agreement(made[True].dataset, "right", "other_color") >= 0.95


def test_a_field_of_detections_gives_each_image_its_own_region(made):
    dataset = made[True].dataset
    assert agreement(dataset, "half", "seen") >= 0.95
    assert cbf.clustering_info(dataset, "half")["source"]["region"] == {"column": "half", "unit": "relative"}


def test_patches_are_conditioned_together(made):
    dataset, groups, _ = made[True]
    labels = dataset.values("sides.detections.p_cluster", unwind=True)
    wanted = [c for pair in zip(*dataset.values(["color", "other_color"]), strict=True) for c in pair]
    assert adjusted_rand_score(wanted, labels) >= 0.95
    assert groups["p"].instruction_.column == "sides"


@pytest.mark.parametrize("key", ["bg", "said", "left", "right", "half", "p"])
def test_a_run_comes_back_the_same_in_a_fresh_process_and_nothing_is_embedded_again(made, key):
    _, groups, told = made[key not in ("bg", "said")]
    groups, told = groups[key], told[key]
    quality = groups.quality()
    assert told["labels"] == told["again"] == groups.labels_.tolist()
    assert told["names"] == {str(c): name for c, name in groups.names_.items()}
    assert told["instruction"] == groups.instruction_.plain()
    assert np.allclose(
        told["quality"], [quality.silhouette, quality.explained, quality.noise, *quality.cohesion.values()]
    )
    assert np.allclose(told["distances"], groups.distances())
    assert told["exemplars"] == {str(c): rows.tolist() for c, rows in groups.exemplar_rows(3).items()}
    assert np.allclose(told["vectors"], groups.embeddings.vectors, atol=1e-6)
    assert np.shape(told["vectors"]) == (len(groups.labels_), len(groups.instruction_.words))
    assert told["column"] == groups.embeddings.column


def test_it_is_what_any_other_table_gives(made):
    dataset, groups, _ = made[False]
    other = cb.clusterby({"image": dataset.values("filepath")}, "image", **BY_BACKGROUND)
    assert groups["bg"].labels_.tolist() == other.labels_.tolist()
    assert groups["bg"].names_ == other.names_
    assert groups["bg"].quality() == other.quality()
    assert groups["bg"].instruction_.explained == other.instruction_.explained


def test_new_rows_are_decided_by_their_raw_vectors(make_scenes):
    dataset = make_scenes()
    view, rest = dataset.limit(100), dataset.skip(100)
    groups = cbf.compute_clusters(view, "bg", **BY_BACKGROUND)
    raw = cb.embed({"image": rest.values("filepath")}, "image", encoder=CLIP).vectors
    decided = groups.predict(raw)
    assert adjusted_rand_score(rest.values("background"), decided) >= 0.95
    assert cbf.load_clusters(dataset, "bg").predict(raw).tolist() == decided.tolist()


def test_other_words_embed_no_image_again(made, make_scenes, images_seen):
    dataset = make_scenes(60)
    cbf.compute_clusters(dataset, "color", **BY_COLOR)
    cbf.compute_clusters(dataset, "plain", encoder=CLIP, n_clusters=3)
    assert images_seen == []


def test_a_region_alone_needs_no_words_and_gives_no_names(make_scenes):
    dataset = make_scenes(30, panels=True)
    groups = cbf.compute_clusters(dataset, "half", region="half", encoder="color-gradient", n_clusters=3)
    assert (groups.instruction_.method, groups.instruction_.region) == ("region", "half")
    assert groups.names_ == {}
    assert dataset.get_field("half_cluster_name") is None
    loaded = cbf.load_clusters(dataset, "half")
    assert loaded.instruction_ == groups.instruction_
    assert np.allclose(loaded.embeddings.vectors, groups.embeddings.vectors)


def test_patches_have_no_regions(make_scenes):
    with pytest.raises(InvalidParameter, match="region= with patches: the patches are the regions"):
        cbf.compute_clusters(
            make_scenes(6, panels=True), "q", patches_field="sides", encoder=CLIP, region="half"
        )


class Following:
    """Embeds texts by their length, and by the number of letters in what it was told."""

    name, revision = "following", "1"

    def __init__(self, task=""):
        self.task, self.prompt = task, f"Task: {task}\n"
        self.revision = f"1 {task}"

    def encode(self, items):
        return np.array([[len(i), len(self.task), i.count("e")] for i in items], dtype=np.float32)

    def instructed(self, task):
        return Following(task)


@pytest.fixture
def following():
    from clusterby import encoders

    spec = encoders.EncoderSpec(
        name="following", target=f"{__name__}:Following", modalities=frozenset({"text"}), summary="", weakness="",
        fitted=False, aligned=False, dimension=3, quality=0.1,
    )  # fmt: skip
    encoders.register(spec)
    yield
    encoders.unregister("following")


@pytest.mark.usefixtures("following")
def test_an_encoder_of_texts_that_follows_instructions_is_told(make_scenes):
    dataset = make_scenes(20)
    groups = cbf.compute_clusters(
        dataset, "t", by="caption", encoder="following", instruction="by subject", n_clusters=2, cache=False
    )
    assert (groups.instruction_.method, groups.instruction_.prompt) == ("prefix", "Task: by subject\n")
    loaded = cbf.load_clusters(dataset, "t")
    assert loaded.instruction_ == groups.instruction_
    assert set(loaded.embeddings.vectors[:, 1]) == {len("by subject")}
    assert loaded.embeddings.vectors.tolist() == groups.embeddings.vectors.tolist()


@pytest.mark.parametrize("kind", ["field", "array"])
def test_vectors_that_are_there_are_conditioned_by_what_made_them(dataset, kind):
    vectors = vectors_of(24)
    groups = cbf.compute_clusters(
        dataset,
        "c",
        embeddings="emb" if kind == "field" else vectors,
        encoder=Tower(),
        candidates=list(COLORS),
        n_clusters=3,
    )
    assert dataset.values("c_cluster_name") == dataset.values("color")
    assert groups.embeddings.dimension == 3
    assert groups.predict(vectors[:6]).tolist() == groups.labels_[:6].tolist()
    loaded = cbf.load_clusters(dataset, "c")
    assert loaded.predict(vectors[:6]).tolist() == groups.labels_[:6].tolist() if kind == "field" else True
    assert loaded.names_ == groups.names_
    if kind == "field":
        assert loaded.embeddings.vectors.tolist() == groups.embeddings.vectors.tolist()
        merged = cbf.merge_clusters(dataset, "c", [0, 1])
        assert merged.instruction_ == groups.instruction_
        cbf.rename_clusters(dataset, "c", "d")
        assert cbf.clustering_info(dataset, "d")["asked"] == {"candidates": list(COLORS)}
        cbf.rename_clusters(dataset, "d", "c")
        assert cbf.load_clusters(dataset, "c").predict(vectors[:6]).tolist() == merged.labels_[:6].tolist()


def test_vectors_of_another_length_than_they_had_are_an_error_where_they_are_needed(dataset):
    cbf.compute_clusters(
        dataset, "c", embeddings="emb", encoder=Tower(), candidates=list(COLORS), n_clusters=3
    )
    dataset.set_values("emb", vectors_of(24, d=5))
    with pytest.raises(
        InvalidVectors, match="the vectors have 5 dimensions now and had 8 when they were clustered"
    ):
        _ = cbf.load_clusters(dataset, "c").embeddings.vectors


REFUSED = {
    "no place for a word": ({"description": "a photo"}, "description='a photo': write {} once, where the word goes"),
    "no words": ({"instruction": "by whim"}, "no candidate words for 'by whim'"),
    "one word": ({"candidates": ["red"]}, "'red' alone tells nothing apart"),
    "no language model": ({"instruction": "by color", "candidates": "auto"}, "no language model is at hand"),
    "no text tower": (
        {"instruction": "by color", "encoder": "color-gradient"}, "an encoder with a text tower, and 'color-gradient' has none",
    ),
    "an unknown field of regions": ({"region": "halff"}, "no column 'halff'. Did you mean 'half'"),
    "a region of texts": ({"region": "half", "by": "caption"}, "a region is a part of an image"),
    "what made the vectors is not said": (
        {"instruction": "by color", "embeddings": "emb", "encoder": None}, "say with encoder= what made them",
    ),
    "another made the vectors": (
        {"instruction": "by color", "embeddings": "emb", "encoder": Tower(5)}, "it did not make them",
    ),
    "a region of vectors": ({"region": "half", "embeddings": "emb"}, "they are of whole cells"),
    "told of vectors": (
        {"instruction": cb.Instruction("by color", method="prefix"), "embeddings": "emb"}, "still to be encoded",
    ),
    "two sources": ({"embeddings": "emb"}, "embeddings and encoder: give one of them"),
    "three sources": ({"instruction": "by color", "embeddings": "emb", "model": "x"}, "embeddings and model and encoder"),
    "another column": ({"instruction": {"caption": "by color"}}, "no column 'caption'"),
    "a modality of vectors": (
        {"instruction": "by color", "embeddings": "emb", "modality": "image"}, "modality='image' is for encoders",
    ),
    "an unknown modality": ({"modality": "smell"}, "no modality 'smell'"),
    "nothing said": ({"candidates": []}, "candidates=[]: give two words or more"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_is_refused_in_a_line_before_anything_is_embedded(
    make_scenes, state_of, images_seen, case
):
    dataset = make_scenes(6, panels=True)
    dataset.set_values("emb", vectors_of(6))
    before, (options, said) = state_of(dataset), REFUSED[case]
    with pytest.raises(ClusterbyError, match=re.escape(said)) as raised:
        cbf.compute_clusters(dataset, "r", **({"encoder": CLIP, "n_clusters": 2} | options))
    assert "\n" not in str(raised.value)
    assert images_seen == []
    assert state_of(dataset) == before


def test_what_was_asked_is_kept_with_a_run_as_plain_values(dataset):
    from clusterby.fiftyone.instructed import plain_instruction

    def words_of(criterion):
        return list(COLORS)

    cbf.compute_clusters(
        dataset,
        "c",
        embeddings="emb",
        encoder=Tower(),
        instruction="by color",
        candidates=words_of,
        ignore=["xx"],
        n_clusters=3,
    )
    info = cbf.clustering_info(dataset, "c")
    assert info["asked"] == {"text": "by color", "candidates": "words_of", "ignore": ["xx"]}
    assert info["followed"][0]["source"] == "returned by words_of"
    assert info["followed"][0]["words"] == list(COLORS)
    assert plain_instruction(None) == {}
    cbf.compute_clusters(dataset, "plain", embeddings="emb", n_clusters=3)
    assert cbf.clustering_info(dataset, "plain")["followed"] == []
