import pytest

import clusterby.fiftyone as cbf
from clusterby.core.errors import InvalidParameter, NothingToCluster

pytestmark = pytest.mark.usefixtures("fo")


@pytest.fixture
def model(fo):
    from tests.fiftyone.meancolor import MeanColor

    return MeanColor


def same_where_color_is(dataset, labels):
    pairs = {
        (c, label) for c, label in zip(dataset.values("color"), labels, strict=True) if label is not None
    }
    return len(pairs) == len({label for _, label in pairs})


def test_a_model_of_ones_own_embeds_samples(dataset, model):
    cbf.compute_clusters(dataset, "m", model=model(), n_clusters=3)
    assert same_where_color_is(dataset, dataset.values("m_cluster"))
    assert cbf.clustering_info(dataset, "m")["source"]["name"] == "MeanColor"


@pytest.mark.parametrize("batch_size", [None, 4])
def test_a_sample_on_which_it_fails_is_skipped_and_no_label_moves(dataset, model, batch_size):
    groups = cbf.compute_clusters(
        dataset, "m", model=model(fails_above=150), n_clusters=2, batch_size=batch_size
    )
    blue = [i for i, c in enumerate(dataset.values("color")) if c == "blue"]
    labels = dataset.values("m_cluster")
    assert [i for i, label in enumerate(labels) if label is None] == blue
    assert same_where_color_is(dataset, labels)
    assert {s.reason for s in groups.skipped} == {"model 'MeanColor' gave no vector"}


def test_a_failure_is_an_error_in_a_line_if_none_is_to_be_skipped(dataset, model, state_of):
    before = state_of(dataset)
    with pytest.raises(
        InvalidParameter, match="model='MeanColor' failed: too blue; with skip_failures=True such samples"
    ):
        cbf.compute_clusters(dataset, "m", model=model(fails_above=150), n_clusters=2, skip_failures=False)
    assert state_of(dataset) == before


def test_a_model_that_fails_on_all_is_an_error(dataset, model, state_of):
    before = state_of(dataset)
    with pytest.raises(NothingToCluster, match="model 'MeanColor' failed on all 24 samples"):
        cbf.compute_clusters(dataset, "m", model=model(fails_above=-1), n_clusters=2)
    assert state_of(dataset) == before


def test_it_embeds_patches(make_dataset, fo, model):
    dataset = make_dataset(9, detections=True)
    cbf.compute_clusters(dataset, "p", patches_field="objects", model=model(), n_clusters=3)
    pairs = dataset.values("objects.detections.p_cluster")
    assert all(left == right for left, right in pairs)
    assert same_where_color_is(dataset, [left for left, _ in pairs])
    right = dataset.to_patches("objects").match(fo.ViewField("objects.label") == "right")
    cbf.compute_clusters(right, "q", model=model(), n_clusters=3)
    pairs = dataset.values("objects.detections.q_cluster")
    assert {left for left, _ in pairs} == {None}
    assert same_where_color_is(dataset, [right for _, right in pairs])


def test_patches_of_a_sample_on_which_it_fails_are_skipped(make_dataset, model):
    dataset = make_dataset(9, detections=True)
    groups = cbf.compute_clusters(
        dataset, "p", patches_field="objects", model=model(fails_above=150), n_clusters=2
    )
    assert len(groups.skipped) == 6
    labels = dataset.values("objects.detections.p_cluster")
    assert [i for i, pair in enumerate(labels) if pair == [None, None]] == [2, 5, 8]


def test_it_embeds_frames(video, model):
    cbf.compute_clusters(video.to_frames(), "f", model=model(), n_clusters=3)
    labels = video.values("frames.f_cluster", unwind=True)
    assert labels == labels[:3] * 4


def test_it_embeds_patches_of_a_slice_of_groups(grouped, model):
    groups = cbf.compute_clusters(
        grouped.select_group_slices("right"), "g", patches_field="objects", model=model(), n_clusters=3
    )
    labels = grouped.select_group_slices("right").values("objects.detections.g_cluster", unwind=True)
    assert labels == [str(label) for label in groups.labels_]


def test_an_image_model_on_videos_is_refused(video, model):
    with pytest.raises(InvalidParameter, match="cluster a frames view"):
        cbf.compute_clusters(video, "v", model=model(), n_clusters=1)


def test_progress_of_a_model_is_told_and_can_be_cancelled(dataset, model, state_of):
    from contextlib import contextmanager

    from clusterby.core.progress import report_progress

    seen = []

    @contextmanager
    def report(description, total):
        def advance(count):
            seen.append((description.split()[0], count))
            if stop and seen[-1][0] == "embed" and count:
                raise RuntimeError("stopped")

        yield advance

    stop = False
    with report_progress(report):
        cbf.compute_clusters(dataset, "m", model=model(), n_clusters=3)
    assert sum(count for what, count in seen if what == "embed") == 24
    assert len([1 for what, _ in seen if what == "embed"]) > 2
    before, stop = state_of(dataset), True
    with report_progress(report), pytest.raises(RuntimeError, match="^stopped$"):
        cbf.compute_clusters(dataset, "n", model=model(), n_clusters=3, skip_failures=False)
    assert state_of(dataset) == before


@pytest.mark.parametrize("wrong", [object(), 7])
def test_what_exposes_no_embeddings_is_refused(dataset, wrong):
    with pytest.raises(InvalidParameter, match="exposes no embeddings"):
        cbf.compute_clusters(dataset, "m", model=wrong)


def test_models_of_the_zoo_are_listed_and_the_nearest_is_suggested(dataset):
    assert "clip-vit-base32-torch" in cbf.embedding_models()
    with pytest.raises(InvalidParameter, match="Did you mean 'clip-vit-base32-torch'"):
        cbf.compute_clusters(dataset, "m", model="clip-vit-base32")


def test_a_run_whose_vectors_a_model_gave_says_that_they_are_not_kept(dataset, model):
    cbf.compute_clusters(dataset, "m", model=model(), n_clusters=3)
    with pytest.raises(ValueError, match="not stored with the run"):
        _ = cbf.load_clusters(dataset, "m").embeddings.vectors


@pytest.fixture
def prompted(fo):
    from tests.fiftyone.meancolor import PromptedColor

    return PromptedColor


BY_COLOR = {"instruction": "group by color", "candidates": ["red", "green", "blue"], "n_clusters": 3}


def test_words_are_embedded_by_the_model_itself(dataset, prompted):
    groups = cbf.compute_clusters(dataset, "m", model=prompted(), **BY_COLOR)
    assert dataset.values("m_cluster_name") == dataset.values("color")
    assert groups.instruction_.about == "color"
    assert cbf.load_clusters(dataset, "m").instruction_ == groups.instruction_


def test_of_patches_too(make_dataset, prompted):
    dataset = make_dataset(9, detections=True)
    groups = cbf.compute_clusters(dataset, "p", model=prompted(), patches_field="objects", **BY_COLOR)
    pairs = dataset.values("objects.detections.p_cluster_name")
    assert pairs == [[color, color] for color in dataset.values("color")]
    assert groups.instruction_.column == "objects"


@pytest.fixture
def in_the_zoo(monkeypatch, prompted):
    """Let FiftyOne's zoo have a model of that name, and count how often it is loaded."""
    import fiftyone.zoo as foz

    loaded = []

    def load(name, **options):
        loaded.append((name, options))
        return prompted()

    monkeypatch.setattr(foz, "list_zoo_models", lambda **_: ["prompted-color"])
    monkeypatch.setattr(foz, "list_downloaded_zoo_models", lambda **_: ["prompted-color"])
    monkeypatch.setattr(foz, "load_zoo_model", load)
    return loaded


def test_a_model_of_the_zoo_looks_at_regions_and_is_found_again(dataset, in_the_zoo):
    import clusterby as cb

    groups = cbf.compute_clusters(
        dataset, "z", model="prompted-color", region=cb.Box((0, 0), (0.5, 1)), **BY_COLOR
    )
    assert dataset.values("z_cluster_name") == dataset.values("color")
    assert cbf.clustering_info(dataset, "z")["source"]["region"] == {"lt": [0.0, 0.0], "rb": [0.5, 1.0]}
    del in_the_zoo[:]
    loaded = cbf.load_clusters(dataset, "z")
    assert loaded.embeddings.vectors.tolist() == groups.embeddings.vectors.tolist()
    assert in_the_zoo == []


@pytest.mark.parametrize("options", [{}, {"size": 3}])
def test_of_a_similarity_run_the_model_is_known(dataset, in_the_zoo, prompted, options):
    import fiftyone.brain as fob

    vectors = dataset.compute_embeddings(prompted())[:, 0]
    fob.compute_similarity(
        dataset, model="prompted-color", model_kwargs=options or None, embeddings=vectors, brain_key="sim",
        backend="sklearn", progress=False,
    )  # fmt: skip
    groups = cbf.compute_clusters(dataset, "s", embeddings="sim", **BY_COLOR)
    assert dataset.values("s_cluster_name") == dataset.values("color")
    assert in_the_zoo[-1] == ("prompted-color", options)
    loaded = cbf.load_clusters(dataset, "s").embeddings
    assert loaded.vectors.tolist() == groups.embeddings.vectors.tolist()


def test_a_similarity_run_whose_model_embeds_no_prompts_asks_what_made_it(dataset):
    import fiftyone.brain as fob

    fob.compute_similarity(dataset, embeddings="emb", brain_key="sim", backend="sklearn", progress=False)
    with pytest.raises(InvalidParameter, match="say with encoder= what made them"):
        cbf.compute_clusters(dataset, "s", embeddings="sim", **BY_COLOR)


def test_a_model_that_cannot_follow_is_refused_before_it_embeds_anything(dataset, model, prompted, state_of):
    from clusterby import Box

    before = state_of(dataset)
    with pytest.raises(InvalidParameter, match="'MeanColor' has none"):
        cbf.compute_clusters(dataset, "m", model=model(fails_above=-1), **BY_COLOR)
    with pytest.raises(
        InvalidParameter, match="region= with model='PromptedColor': FiftyOne shows it whole images"
    ):
        cbf.compute_clusters(dataset, "m", model=prompted(fails_above=-1), region=Box((0, 0), (0.5, 1)))
    assert state_of(dataset) == before
