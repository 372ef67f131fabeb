import datetime as dt

import numpy as np
import pytest
from PIL import Image

import clusterby as cb
from clusterby.core.errors import InvalidParameter, UnwritableTarget
from clusterby.views.compose import report_data

N = 40
HALF = np.arange(N) < N // 2
VECTORS = np.where(HALF, 0.0, 9.0)[:, None] + np.random.default_rng(0).normal(size=(N, 3)) * 0.1


def table(**columns):
    return {"v": VECTORS, "kind": np.where(HALF, "cat", "dog").tolist(), **columns}


def test_every_cluster_has_a_card_with_its_size_marks_and_cohesion():
    data = report_data(cb.clusterby(table(), "v", n_clusters=2).renamed({0: "zero"}))
    assert [card.size for card in data.cards] == [20, 20]
    assert {card.title for card in data.cards} == {"zero", "Cluster 1"}
    assert {card.marks[0].text for card in data.cards} == {"kind is cat", "kind is dog"}
    assert {(card.marks[0].inside, card.marks[0].overall) for card in data.cards} == {(1.0, 0.5)}
    assert all(card.cohesion > 0.9 for card in data.cards)


def test_the_map_has_every_row_that_was_not_skipped():
    cells = VECTORS.tolist()
    cells[3] = None
    data = report_data(cb.clusterby({"v": cells}, "v", n_clusters=2))
    assert data.scatter.rows.tolist() == [i for i in range(N) if i != 3]
    assert [(s.row, s.column, s.reason) for s in data.skipped] == [(3, "v", "missing value")]
    assert ("skipped", "1") in data.facts


def test_noise_has_a_card_of_its_own():
    cells = np.concatenate([VECTORS, [[500.0, 0, 0]]])
    data = report_data(cb.clusterby({"v": cells}, "v", method="dbscan", eps=1.0, min_samples=3))
    assert (data.noise.size, data.noise.cohesion) == (1, None)
    assert len(data.clusters) == 2
    assert ("noise", "2.4%") in data.facts


def test_images_are_shown_as_thumbnails_and_named_by_their_path(tmp_path):
    for i in range(4):
        Image.new("RGB", (30, 30), (255, 0, 0) if i < 2 else (0, 0, 255)).save(tmp_path / f"{i}.png")
    data = report_data(cb.clusterby(tmp_path, "image", n_clusters=2))
    shown = [exemplar for card in data.cards for exemplar in card.exemplars]
    assert {e.kind for e in shown} == {"image"}
    assert sorted(e.caption for e in shown) == ["0.png", "1.png", "2.png", "3.png"]
    assert "sees color and edges, not meaning" in data.notes[0]


def test_an_image_that_is_gone_since_is_said_to_be(tmp_path):
    for i in range(2):
        Image.new("RGB", (30, 30), (255 * i, 0, 0)).save(tmp_path / f"{i}.png")
    groups = cb.clusterby(tmp_path, "image", n_clusters=2)
    (tmp_path / "1.png").unlink()
    texts = {e.text for card in report_data(groups).cards for e in card.exemplars if e.kind == "text"}
    assert texts == {"cannot be shown: no such file"}


def test_texts_are_quoted_and_other_rows_listed():
    titles = ["a red bike", "a blue bike", "bikes for two", "red wine", "white wine", "wines of the year"]
    quoted = report_data(cb.clusterby({"t": titles}, "t", n_clusters=2, modality="text"))
    assert {e.text for card in quoted.cards for e in card.exemplars} == set(titles)
    listed = report_data(cb.clusterby(table(), "v", n_clusters=2))
    assert listed.cards[0].exemplars[0].kind == "values"
    assert listed.cards[0].exemplars[0].text in ("kind: cat", "kind: dog")


def test_means_and_dates_are_said_in_words():
    start = dt.datetime(2024, 1, 1)
    when = [start + dt.timedelta(days=0 if h else 100) for h in HALF]
    data = report_data(cb.clusterby(table(price=(HALF * 7.5).tolist(), when=when), "v", n_clusters=2))
    marks = {m.text: (m.inside, m.overall) for card in data.cards for m in card.marks}
    assert marks["price 1.0 sd above the mean"] == ("7.5", "3.75")
    assert marks["when 1.0 sd below the mean"] == ("2024-01-01", "2024-02-20")


def test_dates_of_one_day_are_told_apart_by_the_minute():
    start = dt.datetime(2024, 1, 1, 8)
    when = [start + dt.timedelta(hours=0 if h else 2) for h in HALF]
    data = report_data(cb.clusterby(table(when=when), "v", n_clusters=2))
    marks = {m.text: (m.inside, m.overall) for card in data.cards for m in card.marks}
    assert marks["when 1.0 sd below the mean"] == ("2024-01-01T08:00", "2024-01-01T09:00")


def test_a_k_that_was_chosen_says_how():
    assert "The number of clusters was chosen among 2 to" in report_data(cb.clusterby(table(), "v")).notes[-1]


def test_several_columns_have_a_note_each_and_given_vectors_none():
    both = report_data(cb.clusterby(table(), ["v", "kind"], n_clusters=2))
    assert [note.partition("(")[0] for note in both.notes] == ["identity", "tabular"]
    assert report_data(cb.clusterby(table(), "kind", embeddings=VECTORS, n_clusters=2)).notes == ()


def test_the_report_is_written_and_its_path_returned(tmp_path):
    groups = cb.clusterby(table(), "v", n_clusters=2)
    path = groups.report(tmp_path / "report.html", title="Cats & dogs", exemplars=2)
    assert path == (tmp_path / "report.html").resolve()
    assert "Cats &amp; dogs" in path.read_text()


def test_a_path_that_cannot_be_written_is_refused_before_any_work(tmp_path):
    groups = cb.clusterby(table(), "v", n_clusters=2)
    (tmp_path / "thesis.html").write_text("mine")
    for path in (tmp_path / "thesis.html", tmp_path / "no" / "report.html", tmp_path):
        with pytest.raises(UnwritableTarget):
            groups.report(path)
    assert (tmp_path / "thesis.html").read_text() == "mine"


@pytest.mark.parametrize("exemplars", [0, -1, 2.5])
def test_a_number_of_exemplars_that_makes_no_sense_is_refused(tmp_path, exemplars):
    groups = cb.clusterby(table(), "v", n_clusters=2)
    with pytest.raises(InvalidParameter, match="give a whole number from 1 up"):
        groups.report(tmp_path / "report.html", exemplars=exemplars)
