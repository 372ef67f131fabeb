from dataclasses import replace

import clusterby.fiftyone as cbf


def test_fields_are_written_from_the_results_and_left_in_state_writing(dataset):
    from clusterby.fiftyone.items import target_of
    from clusterby.fiftyone.store import read
    from clusterby.fiftyone.write import finish_fields, write_fields
    from clusterby.fiftyone.writer import writing

    cbf.compute_clusters(dataset, "r", embeddings="emb", n_clusters=3)
    labels, stored = dataset.values("r_cluster"), read(dataset, "r")
    with writing() as writer:
        elsewhere = replace(
            stored, cluster_field="c", names_field="n", record=replace(stored.record, names={0: "zero"})
        )
        write_fields(target_of(dataset, stored), "r", elsewhere, writer=writer)
    assert dataset.values("c") == labels
    assert dataset.get_field("r_cluster") is None  # what the run had before
    assert {dataset.get_field(f).info["clusterby"]["state"] for f in ("c", "n")} == {"writing"}
    finish_fields(dataset, "r", elsewhere)
    assert {dataset.get_field(f).info["clusterby"]["state"] for f in ("c", "n")} == {"done"}


def test_an_edit_sets_only_what_it_changes(dataset, monkeypatch):
    cbf.compute_clusters(dataset, "r", embeddings="emb", n_clusters=3)
    cbf.rename_cluster(dataset, "r", 0, "zero")
    written, real = [], type(dataset).set_values

    def watched(samples, field, values, **options):
        written.append((field, len(values)))
        return real(samples, field, values, **options)

    monkeypatch.setattr(type(dataset), "set_values", watched)
    cbf.rename_cluster(dataset, "r", 1, "one")
    cbf.merge_clusters(dataset, "r", [1, 2])
    assert written == [("r_cluster_name", 8), ("r_cluster", 8), ("r_cluster_name", 8)]
