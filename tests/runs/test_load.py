from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

import clusterby as cb
from clusterby import runs
from clusterby.core.errors import InvalidParameter, InvalidTable, InvalidVectors, UnknownColumn, UnknownName
from clusterby.encoders import FunctionEncoder
from clusterby.runs.over import CHANGED, NEW
from tests.runs.test_record import INSTRUCTED, VECTORS

TINY = Path(__file__).parents[1] / "models" / "tiny-clip"
TEXTS = [f"a {color} bike number {i}" for i, color in enumerate(["red", "blue"] * 5)] + [
    f"a bottle of wine of {1990 + i}" for i in range(10)
]


@pytest.fixture
def images(tmp_path):
    cb.samples.digits(tmp_path / "digits")
    return tmp_path / "digits"


def texts(**options):
    return cb.clusterby({"t": TEXTS}, "t", encoder="lsa", n_clusters=2, **options)


def labels(groups):
    return np.ma.filled(groups.labels_, -9).tolist()


CELLS = st.lists(st.integers(0, 6), min_size=4, max_size=14).filter(lambda cells: len(set(cells)) >= 3)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cells=CELLS, data=st.data())
def test_whatever_became_of_the_table_no_label_moves_to_another_row(home, cells, data):
    table = {"v": [[float(c), 1.0] for c in cells]}
    groups = cb.clusterby(table, "v", n_clusters=3, cache=False)
    runs.save(groups, "a", overwrite=True)
    of_cell = dict(zip(cells, labels(groups), strict=True))
    order = data.draw(st.permutations(range(len(cells))))
    now = [cells[i] for i in order if data.draw(st.booleans())]
    for place in data.draw(st.lists(st.integers(0, 20), max_size=3)):
        now.insert(place % (len(now) + 1), data.draw(st.integers(0, 9)))
    if not set(now) & set(cells):
        return
    back = runs.load("a", {"v": [[float(c), 1.0] for c in now]}, cache=False)
    for cell, label in zip(now, labels(back), strict=True):
        assert label in (of_cell.get(cell, -9), -9)
    counted = [min(now.count(cell), cells.count(cell)) for cell in set(cells)]
    assert int(np.ma.count(np.ma.asarray(back.labels_))) == sum(counted)
    assert len(back.skipped) == len(now) - sum(counted)


def test_new_and_changed_rows_are_skipped_and_predict_says_where_they_belong(home):
    frame = pd.DataFrame({"t": TEXTS}, index=[f"row {i}" for i in range(20)])
    groups = cb.clusterby(frame, "t", encoder="lsa", n_clusters=2)
    runs.save(groups, "a")
    now = pd.concat([frame, pd.DataFrame({"t": ["a red bike", "wine of 1990"]}, index=["x", "y"])]).drop(
        "row 3"
    )
    now.loc["row 4", "t"] = "a bottle of wine"
    back = runs.load("a", now)
    changes = runs.changes(back)
    assert str(changes) == "18 rows are the same (15 moved), 2 are new, 1 is changed, 1 is gone"
    assert [(s.row, s.reason) for s in back.skipped] == [(3, CHANGED), (19, NEW), (20, NEW)]
    whole = runs.load("a", frame)
    bike, wine = labels(groups)[0], labels(groups)[-1]
    assert whole.predict(back.table.take(changes.unlabelled)).tolist() == [wine, bike, wine]


def test_on_the_same_table_everything_is_as_it_was(home, same_result):
    groups = texts().renamed({0: "one"})
    runs.save(groups, "a")
    back = runs.load("a", {"t": TEXTS})
    same_result(back, groups)
    assert not runs.changes(back)
    np.testing.assert_array_equal(back.predict({"t": TEXTS}), groups.predict({"t": TEXTS}))
    same_result(back.merged([0, 1]), groups.merged([0, 1]))
    assert back.encoder_choice.reason == groups.encoder_choice.reason
    assert back.exemplars(2)["t"] == groups.exemplars(2)["t"]


def test_an_encoder_that_learned_from_rows_that_are_gone_leaves_labels_and_says_why_no_more(home):
    runs.save(texts(), "a")
    back = runs.load("a", {"t": TEXTS[1:]})
    assert labels(back) == labels(texts())[1:]
    for needs_vectors in (
        back.quality,
        lambda: back.predict({"t": ["wine"]}),
        lambda: back.merged([0, 1]).quality(),
    ):
        with pytest.raises(
            InvalidVectors, match="'lsa' learns from all rows, and not all .* pass embeddings="
        ):
            needs_vectors()
    runs.save(back, "b")
    assert runs.info("b")["quality"] is None
    assert labels(runs.load("b", {"t": TEXTS[1:]})) == labels(back)


def test_a_result_that_was_saved_again_on_a_longer_table_still_finds_its_encoder(home):
    runs.save(texts(), "a")
    now = {"t": ["a bottle of wine, new", *reversed(TEXTS)]}
    runs.save(runs.load("a", now), "b")
    again = {"t": [*TEXTS, "another", "a bottle of wine, new"]}
    back = runs.load("b", again)
    np.testing.assert_array_equal(back.predict({"t": TEXTS}), texts().predict({"t": TEXTS}))
    assert labels(back) == [*labels(texts()), -9, -9]
    assert back.merged([0, 1]).quality().explained < 1


def test_files_are_read_from_the_cache_by_the_encoder_of_the_record(home, images, same_result, monkeypatch):
    groups = cb.clusterby(images, "image", n_clusters=10)
    runs.save(groups, "a")
    back = runs.load("a", images)
    same_result(back, groups)
    monkeypatch.setattr(
        "clusterby.encoders.color_gradient.ColorGradientEncoder.encode", lambda *_: pytest.fail("encoded")
    )
    np.testing.assert_array_equal(back.embeddings.vectors, groups.embeddings.vectors)


def test_a_folder_s_renamed_changed_and_deleted_files_are_told_apart(home, tmp_path):
    cb.samples.digits(tmp_path / "digits")
    files = sorted((tmp_path / "digits").rglob("*.png"))
    for file in files[60:]:
        file.unlink()
    groups = cb.clusterby(tmp_path / "digits", "image", n_clusters=3)
    runs.save(groups, "a")
    before = {
        Path(f).name: label
        for f, label in zip(groups.table.column("image").cells, labels(groups), strict=True)
    }
    files[0].rename(files[0].with_name("renamed.png"))
    files[1].write_bytes(files[2].read_bytes())
    files[3].unlink()
    back = runs.load("a")
    assert runs.changes(back).plain() | {"moved": 0} == {
        "same": 58,
        "moved": 0,
        "new": 0,
        "changed": 1,
        "gone": 1,
    }
    now = {
        Path(f).name: label for f, label in zip(back.table.column("image").cells, labels(back), strict=True)
    }
    assert now["renamed.png"] == before[files[0].name]
    assert now[files[1].name] == -9
    assert all(now[f.name] == before[f.name] for f in (files[2], *files[4:60]))


def test_an_instruction_s_words_are_done_to_new_rows_too(home, same_result, tmp_path):
    table = {"t": ["a red ring", "a blue ring", "a red square", "a blue square", "a red disk", "a blue disk"]}
    groups = cb.clusterby(
        table, "t", encoder=str(TINY), modality="text", candidates=["red", "blue"], n_clusters=2
    )
    runs.save(groups, "a")
    back = runs.load("a", table)
    same_result(back, groups)
    assert back.instruction_ == groups.instruction_
    new = {"t": ["a red cross", "a blue cross"]}
    np.testing.assert_array_equal(back.predict(new), groups.predict(new))
    np.testing.assert_array_equal(back.embeddings.vectors, groups.embeddings.vectors)


def test_words_of_two_columns_come_back_each_to_its_own(home, same_result):
    table = {"t": ["red ring", "blue ring", "red square", "blue square"], "u": ["a", "b", "c", "d"]}
    groups = cb.clusterby(
        table, ["t", "u"], encoder=str(TINY), modality="text", candidates={"t": ["red", "blue"]}, n_clusters=2
    )
    runs.save(groups, "a")
    back = runs.load("a", table)
    same_result(back, groups)
    np.testing.assert_array_equal(back.predict(table), groups.predict(table))
    np.testing.assert_array_equal(back.embeddings.vectors, groups.embeddings.vectors)


def test_regions_come_back_and_a_row_whose_region_changed_is_changed(home, tmp_path, same_result):
    for i in range(6):
        image = Image.new("RGB", (32, 32), (0, 0, 0))
        image.paste((250, 0, 0) if i % 2 else (0, 0, 250), (0, 0, 16, 32))
        image.save(tmp_path / f"{i}.png")
    table = {"f": [str(tmp_path / f"{i}.png") for i in range(6)], "box": [[0.0, 0.0, 0.5, 1.0]] * 6}
    groups = cb.clusterby(table, "f", encoder="color-gradient", region="box", n_clusters=2)
    runs.save(groups, "a")
    back = runs.load("a", table)
    same_result(back, groups)
    np.testing.assert_array_equal(back.embeddings.vectors, groups.embeddings.vectors)
    moved = {**table, "box": [*table["box"][:5], [0.5, 0.0, 0.5, 1.0]]}
    assert runs.changes(runs.load("a", moved)).new.tolist() == [5]


def test_vectors_that_were_given_are_given_again(home, same_result):
    table = {"x": list(range(60))}
    groups = cb.clusterby(table, "x", embeddings=VECTORS, n_clusters=3)
    runs.save(groups, "a")
    back = runs.load("a", table)
    same_result(back, groups)
    with pytest.raises(
        InvalidVectors, match="were given, and are not kept with it: pass them again with embeddings="
    ):
        back.merged([0, 1]).quality()
    with_vectors = runs.load("a", table, embeddings=VECTORS)
    same_result(with_vectors.merged([0, 1]), groups.merged([0, 1]))
    np.testing.assert_array_equal(with_vectors.predict(VECTORS), groups.predict(VECTORS))
    other = np.array(VECTORS)
    other[5] += 1
    changes = runs.changes(runs.load("a", table, embeddings=other))
    assert (changes.new.tolist(), changes.gone.tolist()) == ([5], [5])


def test_what_is_known_of_given_vectors_stays_known_when_it_is_saved_again(home):
    table = {"x": list(range(60))}
    runs.save(cb.clusterby(table, "x", embeddings=VECTORS, n_clusters=3), "a")
    runs.save(runs.load("a", table), "b")
    other = np.array(VECTORS)
    other[5] += 1
    assert runs.changes(runs.load("b", table, embeddings=other)).new.tolist() == [5]


def test_given_vectors_that_words_saw_are_seen_by_them_again(home, same_result):
    table = {"x": list(range(60))}
    groups = cb.clusterby(table, "x", embeddings=VECTORS, **INSTRUCTED)
    runs.save(groups, "a")
    back = runs.load("a", table, embeddings=VECTORS)
    same_result(back.merged([0, 1]), groups.merged([0, 1]))
    np.testing.assert_array_equal(back.predict(VECTORS), groups.predict(VECTORS))


def test_vectors_may_be_given_in_place_of_the_encoder_s(home):
    groups = texts()
    runs.save(groups, "a")
    back = runs.load("a", {"t": TEXTS[1:]}, embeddings=groups.embeddings.vectors[1:])
    assert back.quality().explained < 1
    with pytest.raises(InvalidVectors, match="dimensions"):
        runs.load("a", {"t": TEXTS}, embeddings=np.eye(20, 2, dtype=np.float32))
    with pytest.raises(InvalidVectors, match="embeddings for 3 rows, but the table has 20"):
        runs.load("a", {"t": TEXTS}, embeddings=np.eye(3, dtype=np.float32))
    missing = groups.embeddings.vectors.copy()
    missing[0] = np.nan
    with pytest.raises(InvalidVectors, match="embeddings= has no vector for some of the rows"):
        runs.load("a", {"t": TEXTS}, embeddings=missing).merged([0, 1]).quality()


def test_an_encoder_of_the_caller_s_own_is_given_again(home):
    encoder = FunctionEncoder(lambda ts: [[len(t), t.count("b")] for t in ts], name="mine", revision="1")
    groups = cb.clusterby({"t": TEXTS}, "t", encoder=encoder, n_clusters=2)
    runs.save(groups, "a")
    assert labels(runs.load("a", {"t": TEXTS})) == labels(groups)
    with pytest.raises(
        InvalidVectors, match="'mine', which was given as an object: pass it again with encoder="
    ):
        runs.load("a", {"t": TEXTS}).merged([0, 1]).quality()
    back = runs.load("a", {"t": TEXTS}, encoder=encoder)
    assert back.predict({"t": TEXTS}).tolist() == labels(groups)
    with pytest.raises(InvalidParameter, match="mine|encoder="):
        runs.load("a", {"t": TEXTS}, encoder=object())


def test_a_file_that_cannot_be_read_any_more_is_named(home, tmp_path):
    cb.samples.digits(tmp_path / "digits")
    files = sorted(map(str, (tmp_path / "digits").rglob("*.png")))[:10]
    groups = cb.clusterby({"f": files}, "f", n_clusters=2, cache=False)
    runs.save(groups, "a")
    back = runs.load("a", {"f": files}, cache=False)
    Path(files[4]).unlink()
    with pytest.raises(InvalidVectors, match="1 of 10 rows have no vector any more; the first is row 4"):
        back.merged([0, 1]).quality()


def test_a_table_without_the_column_or_without_the_rows_is_refused(home, groups):
    runs.save(groups, "a")
    with pytest.raises(UnknownColumn, match="'v'"):
        runs.load("a", {"w": [1]})
    with pytest.raises(InvalidTable, match="none of the 60 rows that were clustered is in this table"):
        runs.load("a", {"v": [[1.0, 2.0, 3.0]]})
    with pytest.raises(UnknownName, match="no run 'b'"):
        runs.load("b", {"v": [[1.0]]})


def test_objects_without_content_are_told_apart_by_their_vectors(home):
    table = {"o": [object(), object(), object()]}
    vectors = [[0.0], [0.1], [9.0]]
    groups = cb.clusterby(table, "o", embeddings=vectors, n_clusters=2)
    groups.save("a")
    with pytest.raises(InvalidTable, match="it was made of given vectors: pass them with embeddings="):
        runs.load("a", table)
    found = runs.load("a", {"o": table["o"][::-1]}, embeddings=vectors[::-1])
    assert found.labels_.tolist() == groups.labels_.tolist()[::-1]


def test_vectors_of_another_space_are_not_taken_for_the_run_s_own(home, table):
    groups = cb.clusterby(table, "v", n_clusters=3)
    groups.save("a")
    other = replace(groups.embeddings, space="other@1")
    with pytest.raises(
        InvalidVectors, match="of the space 'other@1', and the clusters were made in 'identity"
    ):
        runs.load("a", table, embeddings=other)
    assert runs.load("a", table, embeddings=groups.embeddings).quality() == groups.quality()


def test_a_file_that_could_not_be_read_is_not_another_one_where_the_project_moved(
    home, tmp_path, monkeypatch
):
    from PIL import Image

    (tmp_path / "here" / "photos").mkdir(parents=True)
    for i in range(4):
        Image.new("RGB", (8, 8), (80 * i, 0, 0)).save(tmp_path / "here" / "photos" / f"{i}.png")
    (tmp_path / "here" / "photos" / "empty.png").write_bytes(b"")
    monkeypatch.setenv("CLUSTERBY_HOME", str(tmp_path / "here" / ".clusterby"))
    cb.clusterby(tmp_path / "here" / "photos", "image", n_clusters=2).save("a")
    (tmp_path / "here").rename(tmp_path / "there")
    monkeypatch.setenv("CLUSTERBY_HOME", str(tmp_path / "there" / ".clusterby"))
    found = runs.load("a")
    assert not runs.changes(found)
    assert [s.reason for s in found.skipped] == ["empty file"]
