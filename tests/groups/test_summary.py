from clusterby.groups.summary import summarize


def test_the_largest_comes_first_and_the_noise_last(noisy):
    merged = noisy.renamed({1: "right"})
    summaries = summarize(merged, exemplars=2)
    assert [(s.cluster, s.name, s.size) for s in summaries] == [(0, None, 8), (1, "right", 8), (-1, None, 3)]
    assert sum(s.share for s in summaries) == 1
    assert [len(s.exemplars) for s in summaries] == [2, 2, 2]
    assert summaries[2].exemplars.tolist() == [16, 17]
    assert summaries[2].cohesion is None
    assert summaries[0].cohesion > 0.9


def test_marks_are_those_of_the_cluster(groups):
    for summary in summarize(groups):
        kinds = [m.value for m in summary.marks if m.column == "kind"]
        assert kinds == [groups.table.native["kind"][summary.exemplars[0]]]
