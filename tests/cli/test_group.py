import pandas as pd
import pytest

from clusterby.core.errors import UnreadableSource


def test_a_folder_of_images_is_grouped_by_what_they_look_like(run, images):
    done = run("group", images, "-k", "2", "--json", "--quiet")
    shown = done.json
    assert done.status == 0
    assert sorted(c["size"] for c in shown["clusters"]) == [29, 30]
    assert {c["marks"][0]["value"] for c in shown["clusters"]} == {"red", "blue"}
    assert [(s["column"], s["row"]) for s in shown["skipped"]] == [("image", 37)]
    assert shown["encoders"][0]["name"] == "color-gradient"
    assert "skipped 1 of 60 rows" in done.err


def test_the_table_is_on_stdout_and_the_words_on_stderr(run, csv):
    done = run("group", csv, "--by", "title", "-k", "2", "--modality", "text")
    assert done.status == 0
    assert [line.split()[0] for line in done.out.splitlines()] == ["cluster", "0", "1"]
    assert "encoder lsa(title)" in done.err


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_labels_are_written_beside_the_rows(run, csv, tmp_path, suffix):
    target = tmp_path / f"labels.{suffix}"
    assert run("group", csv, "--by", "title", "-k", "2", "--modality", "text", "--labels", target).status == 0
    read = pd.read_csv(target) if suffix == "csv" else pd.read_parquet(target)
    assert list(read.columns) == ["title", "price", "cluster"]
    assert read["title"].tolist() == pd.read_csv(csv)["title"].tolist()
    assert read["cluster"].nunique() == 2
    assert read["cluster"][:9].nunique() == read["cluster"][9:].nunique() == 1


def test_a_skipped_row_has_no_label_in_the_file(run, images, tmp_path):
    run("group", images, "-k", "2", "--labels", "labels.csv")
    read = pd.read_csv(tmp_path / "labels.csv")
    assert read.loc[read["cluster"].isna(), "path"].tolist() == ["red/7.png"]


def test_a_labels_file_that_is_there_is_kept_unless_told(run, csv, tmp_path):
    target = tmp_path / "labels.csv"
    target.write_text("precious")
    command = ("group", csv, "--by", "title", "-k", "2", "--modality", "text", "--labels", target)
    refused = run(*command)
    assert (refused.status, target.read_text()) == (1, "precious")
    assert "the file is there already; choose another name, or add --overwrite" in refused.err
    assert run(*command, "--overwrite").status == 0
    assert target.read_text() != "precious"


def test_a_report_is_written(run, images, tmp_path):
    done = run("group", images, "-k", "2", "--out", "report.html", "--json", "--quiet")
    assert done.json["report"] == str(tmp_path / "report.html")
    assert (tmp_path / "report.html").read_text().count("data:image/") >= 16


def test_columns_may_be_weighted_and_parameters_given(run, csv):
    given = (
        "--by",
        "title=3",
        "--by",
        "price",
        "-m",
        "hierarchical",
        "-p",
        "linkage=average",
        "--modality",
        "text",
    )
    shown = run("group", csv, *given, "-k", "2", "--json", "--quiet").json
    assert shown["by"] == {"title": 0.75, "price": 0.25}
    assert shown["method"] == "hierarchical"
    assert shown["parameters"]["linkage"] == "average"


def test_parameters_of_a_scikit_learn_class_are_taken_as_numbers(run, csv):
    shown = run("group", csv, "--by", "price", "-m", "MeanShift", "-p", "bandwidth=0.5", "--json").json
    assert shown["parameters"]["bandwidth"] == 0.5


def test_the_seed_is_taken_and_recorded(run, csv):
    assert run("group", csv, "--by", "price", "-k", "2", "--seed", "7", "--json").json["random_state"] == 7


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("nowhere",), "UnreadableSource: no file or folder 'nowhere'"),
        (("things.csv",), "InvalidParameter: --by is missing: name a column. There are: title, price"),
        (("things.csv", "--by", "titel"), "UnknownColumn: no column 'titel'. Did you mean 'title'?"),
        (("things.csv", "--by", "price", "-m", "kmean"), "UnknownMethod: no method 'kmean'. Did you mean 'kmeans'"),
        (("things.csv", "--by", "price", "-e", "tabula"), "UnknownEncoder: no encoder 'tabula'. Did you mean 'tabular'"),
        (("things.csv", "--by", "price", "-k", "0"), "n_clusters=0: give a whole number from 1 up"),
        (("things.csv", "--by", "price", "-k", "few"), "-k few: give a whole number from 1 up or 'auto'"),
        (("things.csv", "--by", "price", "-k", "99"), "n_clusters=99 is more than the 18 rows"),
        (("things.csv", "--by", "price", "-p", "linkage=ward"), "method 'kmeans' takes no parameter 'linkage'"),
        (("things.csv", "--by", "price", "-p", "ward"), "-p ward: give NAME=VALUE"),
        (("things.csv", "--by", "price", "-p", "n_clusters=3"), "-p n_clusters: use -k"),
        (("things.csv", "--by", "price", "-p", "random_state=3"), "-p random_state: use --seed"),
        (("things.csv", "--by", "price", "-p", "encoder=lsa"), "-p encoder: see the options; -p is for parameters of the method"),
        (("things.csv", "--by", "price=much"), "--by price=much: 'much' is not a number; give NAME=WEIGHT"),
        (("things.csv", "--by", "price", "--labels", "x.txt"), "--labels x.txt: the name must end in .csv or .parquet"),
        (("things.csv", "--by", "price", "--labels", "no/x.csv"), "there is no folder no; make it first"),
        (("things.csv", "--by", "price", "--out", "no/x.html"), "UnwritableTarget"),
        (("things.csv", "--by", "price", "--out", "things.csv"), "no report of clusterby"),
    ],
)  # fmt: skip
def test_a_mistake_is_one_line_on_stderr_and_exit_status_1(run, csv, arguments, message):
    before = csv.read_text()
    done = run("group", *arguments)
    assert done.status == 1
    assert message in done.err
    assert "Traceback" not in done.err
    assert len([line for line in done.err.splitlines() if "error:" in line]) == 1
    assert done.out == ""
    assert csv.read_text() == before


def test_wrong_usage_is_exit_status_2(run):
    done = run("group")
    assert done.status == 2
    assert "Missing argument" in done.err


def test_debug_shows_the_traceback(run):
    with pytest.raises(UnreadableSource):
        run("group", "nowhere", "--debug")


@pytest.mark.fiftyone
def test_a_dataset_is_grouped_by_what_its_images_look_like(run, dataset):
    shown = run("group", f"fiftyone:{dataset.name}", "-k", "3", "--json", "--quiet").json
    assert [c["size"] for c in shown["clusters"]] == [8, 8, 8]
    assert {c["marks"][0]["value"] for c in shown["clusters"]} == {"red", "green", "blue"}
    assert shown["by"] == {"filepath": 1.0}
    assert {c["typical"] for c in shown["clusters"]} <= set(dataset.values("filepath"))
    assert dataset.list_runs() == []


@pytest.mark.fiftyone
@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_labels_of_a_dataset_are_written_by_id_and_the_dataset_stays_as_it_is(
    run, fo, make_dataset, tmp_path, suffix
):
    dataset = make_dataset(missing=(3,))
    before, schema = set(fo.list_datasets()), dataset.get_field_schema()
    target = tmp_path / f"labels.{suffix}"
    done = run("group", f"fiftyone:{dataset.name}", "--by", "emb", "-k", "3", "--labels", target)
    assert done.status == 0
    read = (pd.read_csv(target) if suffix == "csv" else pd.read_parquet(target)).reset_index()
    assert read["id"].tolist() == dataset.values("id")
    assert read["color"].tolist() == dataset.values("color")
    assert read.groupby("cluster")["color"].nunique().tolist() == [1, 1, 1]
    assert read["cluster"].isna().tolist() == [i == 3 for i in range(24)]
    assert "emb" not in read.columns
    assert set(fo.list_datasets()) == before
    assert dataset.get_field_schema().keys() == schema.keys()


@pytest.mark.fiftyone
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--by", "colour"), "UnknownColumn: no column 'colour'. Did you mean 'color'?"),
        (("-k", "99"), "n_clusters=99 is more than the 24 rows"),
        (("--out", "no/x.html", "-k", "2"), "UnwritableTarget"),
    ],
)
def test_a_mistake_about_a_dataset_is_one_line(run, dataset, arguments, message):
    done = run("group", f"fiftyone:{dataset.name}", *arguments, "--quiet")
    assert (done.status, done.out) == (1, "")
    assert message in done.err
    assert len(done.err.splitlines()) == 1
