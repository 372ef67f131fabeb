import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import adjusted_rand_score

import clusterby as cb
from clusterby.core.errors import InvalidParameter
from clusterby.groups.tree import Tree, cluster_tree
from clusterby.namers.base import Name, Names
from tests.groups.sample import scenes_by_color

WORDS = ["oak", "elm", "fir", "cat", "dog", "owl", "car", "van", "bus"]
POINTS = [[x + dx, y] for x, y in ((0, 0), (50, 0), (0, 80)) for dx in (0, 2, 5)]


class Recorder:
    """Names each cluster by its parts, or by its id, and keeps what it was shown; some it cannot name."""

    def __init__(self, unable=()):
        self.seen, self.unable = [], unable

    def name(self, clusters):
        self.seen.append(clusters)
        names, failed = {}, {}
        for cluster in clusters.ids:
            parts = "+".join(part.name for part in clusters.parts.get(cluster, ()))
            if (len(self.seen), cluster) in self.unable:
                failed[cluster] = "unable"
            else:
                names[cluster] = Name(name=parts or f"leaf{cluster}", by="recorder")
        return Names(names=names, failed=failed)


@pytest.fixture(scope="module")
def nine():
    """Nine clusters in three heaps, cluster i of word i."""
    rng = np.random.default_rng(0)
    vectors = np.repeat(np.array(POINTS), 6, axis=0) + rng.normal(scale=0.1, size=(54, 2))
    texts = [f"the {WORDS[n // 6]} number {n} is here" for n in range(54)]
    groups = cb.clusterby({"v": vectors.tolist(), "text": texts}, "v", n_clusters=9, n_init=10)
    assert adjusted_rand_score(np.arange(54) // 6, groups.labels_) == 1
    return groups


def heaps(groups):
    """The clusters of each heap, by the number of one of its rows."""
    return [sorted({int(groups.labels_[row]) for row in range(first, first + 18)}) for first in (0, 18, 36)]


def test_levels_nest_and_have_as_many_groups_as_asked(nine):
    tree = nine.tree([6, 3, 2, 1])
    assert isinstance(tree, Tree)
    assert [len(level.groups) for level in tree.levels] == [6, 3, 2, 1]
    for finer, coarser in zip(tree.levels, tree.levels[1:], strict=False):
        for members in finer.groups.values():
            assert len({coarser.group_of[c] for c in members}) == 1


def test_what_is_near_is_together_and_a_group_bears_its_lowest_id(nine):
    (level,) = nine.tree([3]).levels
    assert sorted(map(sorted, level.groups.values())) == sorted(heaps(nine))
    assert all(group == min(members) for group, members in level.groups.items())


def test_unless_told_each_level_has_a_third_of_the_one_below(nine):
    assert [len(level.groups) for level in nine.tree().levels] == [3]
    assert nine.cut(3).tree().levels == ()


def test_levels_may_be_any_whole_numbers_and_the_clusters_themselves_are_no_level(nine):
    assert [len(level.groups) for level in nine.tree(np.array([9, 4])).levels] == [4]
    assert nine.tree([]).levels == ()


@pytest.mark.parametrize("levels", [3, [3, 4], [3, 3], [10], [0], [2.5], ["3"], "3", [True, 0]])
def test_levels_that_make_no_sense_are_refused(nine, levels):
    with pytest.raises(
        InvalidParameter,
        match=r"^levels=.*: give falling whole numbers from 9, the number of clusters, to 1$",
    ):
        nine.tree(levels)


def test_cut_is_the_level(nine):
    tree = nine.tree([6, 3])
    for level in tree.levels:
        cut = tree.cut(len(level.groups))
        assert cut.n_clusters_ == len(level.groups)
        assert cut.labels_.tolist() == [level.group_of[c] for c in nine.labels_.tolist()]
        assert cut.labels_.tolist() == nine.cut(len(level.groups)).labels_.tolist()
    assert tree.cut(9) is nine


def test_a_cut_predicts_and_keeps_its_centers(nine):
    cut = nine.cut(3)
    assert cut.predict(nine.embeddings.vectors).tolist() == cut.labels_.tolist()
    for place, cluster in enumerate(cut.partition.clusters):
        np.testing.assert_allclose(
            cut.centers_[place], nine.embeddings.vectors[cut.labels_ == cluster].mean(axis=0), atol=1e-4
        )


def test_a_cut_that_is_no_level_is_refused_with_those_there_are(nine):
    with pytest.raises(
        InvalidParameter, match=r"^cut\(4\): the tree has levels of 9, 6, 3 clusters; ask tree\(\[4\]\)$"
    ):
        nine.tree([6, 3]).cut(4)
    with pytest.raises(InvalidParameter, match=r"^levels=\[10\]: give falling whole numbers from 9"):
        nine.cut(10)


def test_groups_are_named_from_what_their_parts_are_called(nine):
    recorder = Recorder()
    tree = nine.tree([3, 1]).name(recorder)
    leaves, middle, top = recorder.seen
    assert leaves.parts == {}
    assert leaves.ids == tuple(range(9))
    (first, second, third) = sorted(heaps(nine))
    assert {g: [p.name for p in parts] for g, parts in middle.parts.items()} == {
        heap[0]: [f"leaf{c}" for c in heap] for heap in (first, second, third)
    }
    assert [p.name for p in top.parts[0]] == [
        "+".join(f"leaf{c}" for c in heap) for heap in sorted(heaps(nine))
    ]
    assert tree.levels[1].names == {0: "+".join(p.name for p in top.parts[0])}
    assert middle.labels.tolist() == tree.cut(3).partition.labels.tolist()


def test_a_group_that_is_one_below_keeps_its_name_and_is_not_asked_for_again(nine):
    recorder = Recorder()
    tree = nine.tree([8, 7]).name(recorder)
    for level, seen, below in zip(
        tree.levels, recorder.seen[1:], (tree.leaves.names_, tree.levels[0].names), strict=True
    ):
        (joined,) = seen.ids
        assert seen.centers.shape == (1, 2)
        assert seen.names == {g: below[g] for g in level.groups if g != joined}
        assert {g: name for g, name in level.names.items() if g != joined} == seen.names
    assert len(tree.levels[1].names) == 7


def test_a_group_of_which_one_part_has_no_name_does_not_take_the_others(nine):
    level = nine.tree([8]).levels[0]
    (joined,) = [members for members in level.groups.values() if len(members) == 2]
    recorder = Recorder(unable={(1, joined[1])})
    nine.tree([8]).name(recorder)
    assert recorder.seen[1].ids == (joined[0],)
    assert [p.name for p in recorder.seen[1].parts[joined[0]]] == [f"leaf{joined[0]}"]


def test_what_could_not_be_named_has_no_name_in_the_cut_and_the_reason_is_told(nine):
    tree = nine.tree([3]).name(Recorder(unable={(2, 0)}))
    cut = tree.cut(3)
    assert 0 not in cut.names_
    assert len(cut.names_) == 2
    assert cut.naming_.failed == {0: "unable"}


def test_a_cut_bears_the_names_of_its_level(nine):
    tree = nine.tree([3]).name("keywords", words=3)
    assert tree.cut(3).names_ == tree.levels[0].names
    assert tree.cut(3).naming_.names == tree.levels[0].naming.names
    by_heap = [{words for words in WORDS if words in tree.levels[0].names[heap[0]]} for heap in heaps(nine)]
    assert by_heap == [set(WORDS[:3]), set(WORDS[3:6]), set(WORDS[6:])]


def test_a_joined_cluster_does_not_keep_the_name_of_one_of_its_parts(nine):
    named = nine.renamed({c: f"name{c}" for c in range(9)})
    cut = named.cut(8)
    (joined,) = [g for g, members in named.tree([8]).levels[0].groups.items() if len(members) == 2]
    assert joined not in cut.names_
    assert len(cut.names_) == 7
    assert all(cut.names_[c] == f"name{c}" for c in cut.names_)
    assert {name.by for name in cut.naming_.names.values()} == {"you"}


@pytest.mark.parametrize("namer", ["keywords", "auto"])
def test_all_levels_of_any_namer_have_different_names_within_them(nine, namer):
    tree = nine.tree([5, 2, 1]).name(namer)
    for level in tree.levels:
        assert len(set(level.names.values())) == len(level.groups)


def test_names_that_leaves_have_are_kept_if_asked_and_levels_are_named_from_them(nine):
    named = nine.renamed({0: "mine"})
    recorder = Recorder()
    tree = named.tree([3]).name(recorder, replace_names=False)
    assert recorder.seen[0].asked == tuple(range(1, 9))
    assert tree.leaves.names_[0] == "mine"
    assert recorder.seen[1].only is None
    assert recorder.seen[1].parts[0][0].name == "mine"
    assert named.tree([3]).name("keywords", words=1, replace_names=False).leaves.names_[0] == "mine"


def test_a_parameter_that_there_is_not_is_refused_before_anything_is_named(nine):
    with pytest.raises(InvalidParameter, match=r"^namer 'keywords' takes no parameter 'word'"):
        nine.tree([3]).name("keywords", word=1)


class Wordy:
    """Names leaves by their first words, and groups by words of its own."""

    def __init__(self, leaves, groups):
        self.words = [leaves, groups]

    def name(self, clusters):
        words = self.words.pop(0)
        return Names(
            names={
                c: Name(name=words[c][0], by="wordy", words=words[c], confidence=0.5) for c in clusters.ids
            }
        )


def test_groups_are_named_by_those_of_their_words_that_their_parts_are_called_by(nine):
    first, *others = sorted(heaps(nine))
    leaves = {c: (f"leaf{c}",) for c in range(9)} | {c: (f"leaf{c}", "tree") for c in first}
    groups = {heap[0]: (f"heap{heap[0]}",) for heap in others} | {first[0]: ("wood", "tree")}
    named = nine.tree([3]).name(Wordy(leaves, groups)).levels[0].naming.names
    assert (named[first[0]].name, named[first[0]].words) == ("tree", ("tree", "wood"))
    assert named[first[0]].confidence is None
    assert [named[heap[0]].name for heap in others] == [f"heap{heap[0]}" for heap in others]
    assert [named[heap[0]].confidence for heap in others] == [0.5, 0.5]


def test_no_group_has_the_name_of_a_leaf_that_it_does_not_hold(nine):
    first, second, third = sorted(heaps(nine))
    leaves = {c: (f"leaf{c}",) for c in range(9)}
    groups = {
        first[0]: (f"leaf{second[0]}", "wood"), second[0]: (f"leaf{second[0]}",), third[0]: ("Wood.",),
    }  # fmt: skip
    names = nine.tree([3]).name(Wordy(leaves, groups)).levels[0].names
    assert names == {
        first[0]: f"leaf{second[0]}, wood", second[0]: f"leaf{second[0]}", third[0]: "Wood.",
    }  # fmt: skip


def test_no_group_has_the_name_of_another_of_its_level(nine):
    first, second, third = sorted(heaps(nine))
    leaves = {c: (f"leaf{c}",) for c in range(9)}
    leaves[first[1]] = ("wood",)
    groups = {first[0]: ("tall", "wood"), second[0]: ("small",), third[0]: ("wood 2", "wood")}
    names = nine.tree([3]).name(Wordy(leaves, groups)).levels[0].names
    assert names == {first[0]: "wood", second[0]: "small", third[0]: "wood 2"}


def test_names_of_a_model_or_a_function_stay_as_they_are(nine):
    names = nine.tree([3]).name(lambda clusters: {c: f"n{c}" for c in clusters.ids}).levels[0].names
    assert names == {heap[0]: f"n{heap[0]}" for heap in sorted(heaps(nine))}


def test_naming_changes_neither_the_tree_nor_the_result(nine):
    tree = nine.tree([3])
    tree.name(Recorder())
    assert tree.levels[0].names == {}
    assert dict(nine.names_) == {}


def test_the_outline_shows_each_group_with_its_name_and_size(nine):
    small = nine.cut(3).renamed({g: f"heap{g}" for g in nine.cut(3).partition.clusters.tolist()})
    ids = small.partition.clusters.tolist()
    tree = small.tree([2])
    assert repr(tree) == "<Tree of 3 → 2 clusters>"
    lines = str(tree).splitlines()
    assert sorted(lines)[:3] == sorted(f"  {g} · heap{g} (18)" for g in ids)
    (joined,) = [g for g, members in tree.levels[0].groups.items() if len(members) == 2]
    assert f"{joined} (36)" in lines
    assert str(small.tree([])).splitlines() == [f"{g} · heap{g} (18)" for g in ids]


def test_noise_stays_out(noisy):
    tree = noisy.tree([1])
    assert tree.levels[0].group_of == {0: 0, 1: 0}
    cut = tree.cut(1)
    assert cut.n_clusters_ == 1
    assert (cut.labels_ == -1).sum() == (noisy.labels_ == -1).sum() == 3
    assert str(tree).splitlines()[0] == "0 (16)"


def test_of_noise_alone_the_tree_is_empty():
    alone = cb.clusterby({"v": [[0.0], [50.0], [99.0]]}, "v", method="dbscan", eps=1.0, min_samples=2)
    assert alone.n_clusters_ == 0
    assert (str(alone.tree()), repr(alone.tree())) == ("", "<Tree of 0 clusters>")
    assert alone.tree().name("keywords").levels == ()


def test_names_of_candidates_are_known_as_such_to_the_level_above():
    groups = scenes_by_color()
    level = cluster_tree(groups, [2]).levels[0]
    assert {name.by for name in level.naming.names.values()} == {"candidates"}


@settings(max_examples=30)
@given(st.integers(1, 12), st.data())
def test_whatever_the_levels_they_nest_and_cover_all_clusters(k, data):
    points = np.random.default_rng(k).normal(size=(k, 2)).astype(np.float32)
    groups = cb.clusterby({"v": points.tolist()}, "v", n_clusters=k)
    levels = sorted(data.draw(st.sets(st.integers(1, k))), reverse=True)
    tree = groups.tree(levels)
    assert [len(level.groups) for level in tree.levels] == [n for n in levels if n < k]
    for level in tree.levels:
        assert set(level.group_of) == set(groups.partition.clusters.tolist())
        assert tree.cut(len(level.groups)).n_clusters_ == len(level.groups)
