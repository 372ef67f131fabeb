from pathlib import Path

import pandas as pd
import pytest

import clusterby as cb

TINY_CLIP = Path(__file__).parents[1] / "models" / "tiny-clip"
TITLE = ("--by", "title", "--modality", "text", "--cache", "off")


@pytest.fixture(scope="module")
def scenes(tmp_path_factory):
    """A folder of 24 scenes, and a place for their vectors."""
    place = tmp_path_factory.mktemp("scenes")
    folder = cb.samples.scenes(place / "scenes", 24, seed=3)
    return folder / "scenes.csv", ("--by", "image", "--encoder", TINY_CLIP, "--cache", place / "vectors")


def test_the_best_of_several_words_is_counted(run, csv):
    done = run("label", csv, *TITLE, "--candidates", "bike,wine", "--quiet")
    assert (done.status, done.err) == (0, "")
    lines = done.out.splitlines()
    assert lines[0].split() == ["label", "rows", "share", "probability", "surest", "row"]
    assert [line.split()[:3] for line in lines[1:]] == [["bike", "9", "50.0%"], ["wine", "9", "50.0%"]]


def test_a_description_is_a_distribution_of_scores_with_the_highest_rows(run, csv):
    done = run("label", csv, *TITLE, "--description", "a red bike", "--negatives", "wine", "--quiet")
    lines = done.out.splitlines()
    assert [line[:10] for line in lines[1:]] == [
        f"{i / 10:.1f} to {(i + 1) / 10:.1f}" for i in range(9, -1, -1)
    ]
    assert sum(int(line.split()[3]) for line in lines[1:]) == 18
    assert "a red bike number" in lines[1]
    assert "█" in lines[1]


def test_several_descriptions_stand_below_each_other(run, csv):
    done = run(
        "label", csv, *TITLE, "--description", "bike", "--description", "wine", "--negatives", "0", "--quiet"
    )
    assert [line.strip() for line in done.out.splitlines() if line.strip() in ("bike", "wine")] == [
        "bike",
        "wine",
    ]


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_labels_are_written_beside_the_rows(run, csv, tmp_path, suffix):
    target = tmp_path / f"labels.{suffix}"
    done = run("label", csv, *TITLE, "--candidates", "bike,wine", "--out", target)
    assert done.status == 0
    assert f"labels: {target}" in done.out
    read = pd.read_csv(target) if suffix == "csv" else pd.read_parquet(target)
    assert list(read.columns) == ["title", "price", "label", "label_probability", "label_runner_up"]
    assert read["label"].tolist() == ["bike"] * 9 + ["wine"] * 9
    assert read["label_runner_up"].tolist() == ["wine"] * 9 + ["bike"] * 9


def test_scores_are_written_under_the_name_that_is_given(run, csv, tmp_path):
    target = tmp_path / "scores.csv"
    how = ("--description", "bike", "--negatives", "wine", "--column", "is_bike", "--out", target)
    assert run("label", csv, *TITLE, *how).status == 0
    read = pd.read_csv(target)
    assert list(read.columns) == ["title", "price", "is_bike"]
    assert (read["is_bike"] > 0.5).tolist() == [True] * 9 + [False] * 9


def test_json_tells_everything(run, csv):
    done = run("label", csv, *TITLE, "--candidates", "bike,wine", "--negatives", "price", "--json", "--quiet")
    shown = done.json
    assert (shown["rows"], shown["by"], shown["multi"]) == (18, "title", False)
    assert shown["labels"] == {"bike": 9, "wine": 9}
    assert [text["text"] for text in shown["texts"]] == ["bike", "wine"]
    assert shown["texts"][0]["negatives"] == ["price"]
    assert 0 < shown["texts"][0]["mean"] < 1
    assert [best["row"] < 9 for best in shown["texts"][0]["highest"]] == [True] * 5
    assert shown["templates"] == ["a text about {}", "{}"]
    assert shown["meaning"].startswith(
        "the probability that it fits best of the candidates and the negatives"
    )
    assert shown["encoder"]["name"] == "lsa"
    assert (shown["skipped"], shown["warnings"], shown["out"]) == ([], [], None)


def test_scenes_are_labelled_by_a_model(run, scenes):
    source, how = scenes
    done = run(
        "label", source, *how, "--candidates", "red,orange,yellow,green,blue,purple,pink", "--json", "--quiet"
    )
    truth = pd.read_csv(source)["color"].value_counts()
    assert sum(abs(done.json["labels"].get(color, 0) - count) for color, count in truth.items()) <= 2


def test_a_template_without_candidates_takes_a_lexicon(run, scenes):
    source, how = scenes
    done = run("label", source, *how, "--template", "photo with a {} background", "--quiet")
    assert done.status == 0
    assert "others" in done.out.splitlines()[-1]
    assert "the encoder takes these for one: 'lake', 'river'" in done.err


def test_several_words_may_be_true(run, scenes):
    source, how = scenes
    done = run("label", source, *how, "--candidates", "red,night", "--multi", "--json", "--quiet")
    assert (done.json["multi"], done.json["labels"]) == (True, None)
    assert "blue" in done.json["texts"][0]["negatives"]


def test_a_crop_is_all_that_counts(run, scenes):
    source, how = scenes
    whole, part = (
        run("label", source, *how, "--description", "red", "--json", "--quiet", *crop).json["texts"][0][
            "mean"
        ]
        for crop in ((), ("--crop", "0,0,.4,1"))
    )
    assert abs(whole - part) > 0.001


def test_no_vector_is_made_again_for_other_words(run, scenes):
    source, how = scenes
    run("label", source, *how, "--description", "red")
    done = run("label", source, *how, "--description", "a blue thing")
    assert "24 vectors from the cache, 0 encoded" in done.err


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ((), "nothing is asked"),
        (("--description", ""), "description: '' is no text"),
        (("--candidates", "bike"), "'bike' alone tells nothing apart"),
        (("--candidates", "bike,"), "--candidates bike,: give words with commas between them"),
        (("--negatives", ",", "--description", "x"), "--negatives ,: give words"),
        (("--candidates", "bike,Bike"), "'Bike' is there twice"),
        (("--template", "{} x", "--description", "a {}"), "--template and --description: give one of them"),
        (("--description", "bike", "--crop", "1,2"), "'1,2' is no box"),
        (("--description", "bike", "--crop", "0,0,1,1"), "a region is a part of an image"),
        (("--description", "bike", "--by", "price"), "labels are of one column; name it"),
        (("--description", "bike", "--out", "x.txt"), "must end in .csv or .parquet"),
        (("--description", "bike", "--encoder", "nonsense"), "no encoder 'nonsense'"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_one_line_and_exit_status_1(run, csv, how, words):
    done = run("label", csv, *TITLE, *how, "--quiet")
    assert (done.status, done.out) == (1, "")
    assert len(done.err.strip().splitlines()) == 1
    assert words in done.err


def test_a_file_with_such_a_column_is_refused(run, csv, tmp_path):
    done = run(
        "label",
        csv,
        *TITLE,
        "--description",
        "price",
        "--negatives",
        "wine",
        "--out",
        tmp_path / "x.csv",
        "-q",
    )
    assert done.status == 1
    assert "the table has a column 'price' already: choose another name with --column" in done.err
    assert not (tmp_path / "x.csv").exists()


def test_images_need_an_encoder_that_knows_words(run, images):
    done = run("label", images, "--description", "red", "--quiet")
    assert done.status == 1
    assert "is to be compared with words: no encoder" in done.err


def test_an_unknown_option_is_exit_status_2(run, csv):
    assert run("label", csv, "--descripton", "x").status == 2


@pytest.mark.fiftyone
def test_a_dataset_is_labelled_and_written_by_id(run, dataset, tmp_path):
    how = (
        "--by",
        "color",
        "--modality",
        "text",
        "--candidates",
        "red,green,blue",
        "--column",
        "hue",
        "--cache",
        "off",
    )
    done = run("label", f"fiftyone:{dataset.name}", *how, "--out", tmp_path / "l.csv", "--quiet")
    assert (done.status, done.err) == (0, "")
    read = pd.read_csv(tmp_path / "l.csv")
    assert read["id"].tolist() == dataset.values("id")
    assert read["hue"].tolist() == dataset.values("color")
    assert not dataset.has_field("hue")
