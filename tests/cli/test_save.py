import pytest

import clusterby.fiftyone as cbf
from clusterby import runs
from clusterby.cli.save import check_free, check_save
from clusterby.core.errors import InvalidParameter
from clusterby.tables import open_table


def test_a_key_that_is_taken_or_none_is_refused_before_any_work(run, images):
    assert run("group", images, "-k", "2", "--save", "look", "-q").status == 0
    check_free("look", overwrite=True)
    check_free("another", overwrite=False)
    with pytest.raises(InvalidParameter, match="--save look: there is a run of that key"):
        check_free("look", overwrite=False)
    with pytest.raises(InvalidParameter, match="../up"):
        check_free("../up", overwrite=False)
    with pytest.raises(InvalidParameter, match="there is a run 'look', which differs by case alone"):
        check_free("Look", overwrite=True)


@pytest.mark.fiftyone
@pytest.mark.parametrize(
    ("by", "options", "message"),
    [
        ({"color": 0.5, "weight": 0.5}, {}, "give --by once"),
        ("emb", {"encoder": "lsa"}, "'emb' holds vectors already; leave --encoder out"),
    ],
)
def test_what_a_run_cannot_tell_is_refused(dataset, by, options, message):
    with pytest.raises(InvalidParameter, match=message):
        check_save("k", open_table(dataset), by, **({"encoder": "auto"} | options))


@pytest.mark.fiftyone
def test_a_run_is_kept_on_the_dataset_and_loads_as_it_was_shown(run, dataset):
    done = run("group", f"fiftyone:{dataset.name}", "-k", "3", "--save", "look", "--json", "--quiet")
    assert (done.status, done.err) == (0, "")
    assert (done.json["run"], done.json["field"]) == ("look", "look_cluster")
    assert done.json["encoders"][0]["name"] == "color-gradient"
    loaded = cbf.load_clusters(dataset, "look")
    assert {c["cluster"]: c["size"] for c in done.json["clusters"]} == loaded.partition.sizes
    assert dataset.values("look_cluster") == [str(label) for label in loaded.labels_]


@pytest.mark.fiftyone
def test_a_field_of_vectors_is_taken_as_it_is(run, dataset):
    done = run(
        "group",
        f"fiftyone:{dataset.name}",
        "--by",
        "emb",
        "-k",
        "3",
        "--save",
        "v",
        "-m",
        "hierarchical",
        "-p",
        "linkage=average",
    )
    assert done.status == 0
    assert "run: v\nfield: v_cluster\n" in done.out
    info = cbf.clustering_info(dataset, "v")
    assert (info["method"], info["parameters"]["linkage"]) == ("hierarchical", "average")
    assert info["source"]["name"] == "emb"


@pytest.mark.fiftyone
def test_a_key_that_is_taken_is_refused_and_replaced_when_told(run, dataset):
    command = ("group", f"fiftyone:{dataset.name}", "--by", "emb", "--save", "v", "--json", "--quiet")
    assert run(*command, "-k", "3").status == 0
    before = dataset.values("v_cluster")
    refused = run(*command, "-k", "2")
    assert (refused.status, refused.out) == (1, "")
    assert "the dataset has a clustering of that key" in refused.err
    assert dataset.values("v_cluster") == before
    assert run(*command, "-k", "2", "--overwrite").json["n_clusters"] == 2
    assert set(dataset.values("v_cluster")) == {"0", "1"}


@pytest.mark.fiftyone
@pytest.mark.parametrize("key", ["not a key", "1", ""])
def test_a_key_that_fiftyone_cannot_keep_is_one_line(run, dataset, key):
    done = run("group", f"fiftyone:{dataset.name}", "--by", "emb", "-k", "2", "--save", key)
    assert (done.status, done.out) == (1, "")
    assert f"run_key={key!r}" in done.err
    assert dataset.list_runs() == []


def test_a_result_of_a_folder_is_kept_in_the_project_and_knows_its_folder(run, images):
    done = run("group", images, "-k", "2", "--save", "look", "--json", "--quiet")
    assert (done.status, done.json["run"]) == (0, "look")
    loaded = runs.load("look")
    assert {c["cluster"]: c["size"] for c in done.json["clusters"]} == loaded.partition.sizes
    assert loaded.table.source == images
    again = run("group", images, "-k", "2", "--save", "look", "--quiet")
    assert (again.status, again.out) == (1, "")
    assert "choose another one, or give --overwrite" in again.err
    assert run("group", images, "-k", "3", "--save", "look", "--overwrite", "-q").status == 0
    assert runs.load("look").n_clusters_ == 3


@pytest.mark.fiftyone
def test_what_the_call_itself_takes_is_no_parameter_of_the_method(run, dataset):
    done = run(
        "group",
        f"fiftyone:{dataset.name}",
        "--by",
        "emb",
        "--save",
        "v",
        "-k",
        "2",
        "-p",
        "cluster_field=weight",
    )
    assert (done.status, done.out) == (1, "")
    assert "-p cluster_field: see the options" in done.err
    assert dataset.list_runs() == []
