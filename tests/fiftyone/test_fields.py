import pytest

from clusterby.core.errors import InvalidParameter


@pytest.fixture
def fields(fo):
    from clusterby.fiftyone import fields

    return fields


@pytest.fixture
def writer(fo):
    from clusterby.fiftyone.writer import Writer

    return Writer(host="h", pid=1, token="t", since="2020-01-01T00:00:00+00:00")


def test_a_field_says_whose_it_is_and_that_it_is_being_written(dataset, fields, writer):
    fields.declare(dataset, "a", run="r", role="labels", writer=writer, description="what")
    field = dataset.get_field("a")
    mark = fields.mark_of(field)
    assert (mark.run, mark.role, mark.state, mark.path, mark.writer) == (
        "r",
        "labels",
        "writing",
        "a",
        writer,
    )
    assert field.description == "what"
    assert fields.marked_fields(dataset) == [("a", mark)]
    assert fields.stands_here(dataset, "a", mark)
    assert not fields.stands_here(dataset, "b", mark)


def test_it_says_something_else_when_it_is_done_and_keeps_what_others_said(dataset, fields, writer):
    fields.declare(dataset, "a", run="r", role="labels", writer=writer, description="")
    field = dataset.get_field("a")
    field.info = {**field.info, "theirs": 1}
    field.save()
    fields.remark(dataset, "a", state="done", run="s")
    assert (fields.mark_of(dataset.get_field("a")).state, fields.mark_of(dataset.get_field("a")).run) == (
        "done",
        "s",
    )
    assert dataset.get_field("a").info["theirs"] == 1
    fields.disown(dataset, "a")
    assert dataset.get_field("a").info == {"theirs": 1}


def test_only_a_field_with_a_mark_is_deleted(dataset, fields, writer):
    fields.drop(dataset, "color")
    fields.drop(dataset, "nothing")
    assert dataset.get_field("color") is not None
    fields.declare(
        dataset, "a", run="r", role="labels", writer=writer, description="", holds="classifications"
    )
    dataset.create_index("a.label")
    fields.drop(dataset, "a")
    assert dataset.get_field("a") is None
    assert not [i for i in dataset.list_indexes() if i.startswith("a.")]


def test_a_field_of_somebody_elses_is_never_taken(dataset, fields, writer, state_of):
    before = state_of(dataset)
    with pytest.raises(InvalidParameter, match="the dataset has a field 'color' already"):
        fields.declare(dataset, "color", run="r", role="labels", writer=writer, description="")
    assert state_of(dataset) == before


def test_the_other_role_of_a_run_is_refused(dataset, fields, writer):
    fields.declare(dataset, "a", run="r", role="names", writer=writer, description="")
    with pytest.raises(InvalidParameter, match="the field 'a' holds the run's names"):
        fields.check_field(dataset, "a", run="r", role="labels")


def test_every_default_field_of_fiftyone_is_reserved(dataset, video, fields):
    for name in dataset.get_field_schema():
        if name not in ("color", "weight", "emb"):
            with pytest.raises(InvalidParameter, match="reserved by FiftyOne"):
                fields.check_field(dataset, name, run="r", role="labels")
    for name in ("frame_number", "filepath", "id"):
        with pytest.raises(InvalidParameter, match="reserved by FiftyOne"):
            fields.check_field(video, f"frames.{name}", run="r", role="labels")


def test_values_that_were_moved_before_their_field_was_made_are_removed(dataset, fields):
    dataset._sample_collection.update_many({}, {"$set": {"half": "x"}})
    fields.forget(dataset, "half")
    assert dataset._sample_collection.count_documents({"half": {"$exists": True}}) == 0
