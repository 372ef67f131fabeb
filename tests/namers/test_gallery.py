import threading
from contextlib import contextmanager

import numpy as np
import pytest

from clusterby.core.errors import UnreadableCell
from clusterby.core.progress import report_progress
from clusterby.namers.base import Name
from clusterby.namers.gallery import Gallery
from tests.namers.naming_server import clusters_of

WORDS = ["red", "blue", "green", "pink", "gray"]
TEXTS = [[f"{word} {number}" for number in range(20)] for word in WORDS]


def gallery_of(clusters, samples=12, contrast=4):
    return Gallery(clusters, samples=samples, contrast=contrast)


def parts_of(rows):
    return [row.part for row in rows]


def first_words(rows):
    return [row.part.split()[0] for row in rows]


def test_a_group_has_members_and_central_rows_of_the_two_nearest_clusters():
    gallery = gallery_of(clusters_of(TEXTS))
    group = gallery.group(2)
    assert first_words(group.members) == ["green"] * 12
    assert sorted(first_words(group.contrast)) == ["blue", "blue", "pink", "pink"]
    assert group.contrast[:2] == tuple(gallery.shown(other)[0] for other in gallery._sampler.nearest(2)[:2])
    assert {row.kind for row in group.contrast} == {"central"}


@pytest.mark.parametrize(("contrast", "words"), [(0, 0), (1, 1), (2, 1), (3, 2), (8, 4)])
def test_there_are_as_many_contrasting_rows_as_asked_for_two_of_each_neighbor(contrast, words):
    rows = gallery_of(clusters_of(TEXTS), contrast=contrast).group(0).contrast
    assert len(rows) == contrast
    assert len(set(first_words(rows))) == words


def test_of_two_clusters_all_contrast_comes_from_the_other():
    assert first_words(gallery_of(clusters_of(TEXTS[:2])).group(0).contrast) == ["blue"] * 4


def test_one_cluster_alone_has_no_contrast():
    assert gallery_of(clusters_of(TEXTS[:1])).group(0).contrast == ()


def test_of_clusters_that_are_not_to_be_named_no_more_rows_are_shown_than_needed():
    gallery = gallery_of(clusters_of(TEXTS, ids=(2,)))
    assert sorted(set(first_words(gallery.group(2).contrast))) == ["blue", "pink"]
    assert len(gallery.shown(1)) == 4


def test_every_cell_is_shown_once():
    seen = []

    def show(place):
        seen.append(place)
        return f"text {place}"

    gallery = gallery_of(clusters_of(TEXTS, show=show))
    gallery.look(workers=4, stop=threading.Event())
    for cluster in range(5):
        gallery.group(cluster)
    assert len(seen) == len(set(seen)) == 60


def test_threads_show_the_same_rows_as_one():
    many, one = gallery_of(clusters_of(TEXTS)), gallery_of(clusters_of(TEXTS))
    many.look(workers=4, stop=threading.Event())
    assert [many.group(c) for c in range(5)] == [one.group(c) for c in range(5)]


def test_a_cell_that_cannot_be_read_or_says_nothing_is_replaced():
    def show(place):
        if place % 3 == 0:
            raise UnreadableCell("no such file")
        return " \n" if place % 3 == 1 else f"text {place}"

    rows = gallery_of(clusters_of([TEXTS[0] * 3]), samples=12, contrast=0)
    assert len(rows.shown(0)) == 12
    some = gallery_of(clusters_of([TEXTS[0] * 3], show=show)).shown(0)
    assert {row.place % 3 for row in some} == {2}
    assert len(some) >= 6


def test_a_long_text_is_cut_and_an_image_is_not():
    assert len(gallery_of(clusters_of([["x" * 100_000]])).shown(0)[0].part) == 800
    image = ("image/png", b"x" * 5000)
    assert parts_of(gallery_of(clusters_of([["a"]], show=lambda place: image)).shown(0)) == [image]


def test_the_names_of_its_parts_are_shown_with_a_cluster():
    names = (Name(name="a", by="x"), Name(name="b", by="x"))
    assert gallery_of(clusters_of(TEXTS[:2], parts={1: names})).group(1).parts == names


def test_the_reason_says_why_nothing_is_shown_and_what_to_do():
    def gone(place):
        raise UnreadableCell("no such file: a.png")

    unseen = gallery_of(clusters_of(TEXTS, show=None))
    unseen.look(workers=2, stop=threading.Event())
    assert unseen.group(0).members == unseen.group(0).contrast == ()
    assert unseen.reason(0) == (
        "column 'notes' holds no texts or images that a chat model can be shown: take another namer, cluster by a column of "
        "texts or images, or name one of texts as column="
    )
    broken = gallery_of(clusters_of(TEXTS, show=gone))
    assert broken.group(0).members == ()
    assert broken.reason(0) == (
        "none of its rows can be shown (no such file: a.png): check that the files are where the table says"
    )
    empty = gallery_of(clusters_of([["a"], []]))
    assert empty.group(1).members == ()
    assert empty.reason(1) == "it has no rows"


def test_another_error_than_an_unreadable_cell_is_not_hidden():
    def broken(place):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        gallery_of(clusters_of(TEXTS, show=broken)).look(workers=4, stop=threading.Event())


def test_progress_counts_the_clusters():
    told = []

    @contextmanager
    def collect(description, total):
        yield lambda count: told.append((description, total, count))

    with report_progress(collect):
        gallery_of(clusters_of(TEXTS)).look(workers=3, stop=threading.Event())
    assert told == [("look at notes", 5, 1)] * 5


def test_the_seed_of_the_clusters_decides():
    first, again, other = (
        gallery_of(clusters_of([[f"{n}" for n in range(3000)]], random_state=seed)).shown(0)
        for seed in (0, 0, 1)
    )
    assert first == again
    assert first != other
    assert np.isin([row.place for row in first], np.arange(3000)).all()
