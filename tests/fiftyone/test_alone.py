import threading

import pytest

import clusterby.fiftyone as cbf
from clusterby.core.errors import InvalidTable
from clusterby.fiftyone.alone import COLLECTION, alone, undisturbed

pytestmark = pytest.mark.fiftyone


@pytest.fixture
def writers(fo):
    from fiftyone.core.odm import get_db_conn

    return get_db_conn()[COLLECTION]


def test_inside_the_block_the_dataset_has_a_writer_and_afterwards_none(dataset, writers):
    with alone(dataset), alone(dataset):
        assert writers.count_documents({"_id": dataset._doc.id}) == 1
    assert writers.count_documents({"_id": dataset._doc.id}) == 0


def test_an_error_inside_the_block_lets_others_in(dataset, writers):
    with pytest.raises(ZeroDivisionError), alone(dataset):
        1 / 0  # noqa: B018
    assert writers.count_documents({"_id": dataset._doc.id}) == 0


def test_another_thread_waits_until_the_block_ends(dataset):
    order, inside = [], threading.Event()

    def second():
        inside.wait(10)
        with alone(dataset):
            order.append("second")

    thread = threading.Thread(target=second)
    thread.start()
    with alone(dataset):
        inside.set()
        thread.join(0.3)
        order.append("first")
    thread.join(10)
    assert order == ["first", "second"]


def test_a_writer_that_does_not_end_is_named(dataset):
    refused = []

    def second():
        try:
            with alone(dataset, wait=0.2):
                pass
        except InvalidTable as error:
            refused.append(str(error))

    with alone(dataset):
        thread = threading.Thread(target=second)
        thread.start()
        thread.join(10)
    assert len(refused) == 1
    assert "is being written by process" in refused[0]


def test_a_writer_that_is_gone_is_not_waited_for(dataset, writers):
    gone = {
        "host": __import__("socket").gethostname(),
        "pid": 2**22 + 1,
        "token": "t",
        "since": "2020-01-01T00:00:00+00:00",
    }
    writers.insert_one({"_id": dataset._doc.id, **gone})
    with alone(dataset, wait=0):
        assert writers.find_one({"_id": dataset._doc.id})["token"] != "t"


def test_a_reading_waits_for_the_writer(dataset):
    order, inside = [], threading.Event()

    @undisturbed
    def look(given, word):
        order.append(word)

    def read():
        inside.wait(10)
        look(dataset, "read")

    thread = threading.Thread(target=read)
    thread.start()
    with alone(dataset):
        inside.set()
        thread.join(0.3)
        order.append("written")
    thread.join(10)
    assert order == ["written", "read"]


def test_edits_and_readings_at_once_leave_a_dataset_that_loads(fo, make_dataset):
    from fiftyone.core.odm import load_dataset

    name = make_dataset(persistent=True).name
    cbf.compute_clusters(load_dataset(name=name, reload=True), "r", n_clusters=3, embeddings="emb")
    done, wrong = threading.Event(), []

    def read():
        while not done.is_set():
            try:
                copy = load_dataset(name=name, reload=True)
            except Exception:  # noqa: BLE001  # FiftyOne's own reading, which meets a writer halfway
                continue
            try:
                cbf.load_clusters(copy, "r")
            except Exception as error:  # noqa: BLE001  # whatever it is, it is shown below
                wrong.append(error)

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for i in range(6):
        cbf.rename_cluster(load_dataset(name=name, reload=True), "r", 0, f"name {i}")
    done.set()
    for reader in readers:
        reader.join(30)
    assert wrong == []
    dataset = load_dataset(name=name, reload=True)
    assert dataset.count_values("r_cluster") == {"0": 8, "1": 8, "2": 8}
    assert cbf.load_clusters(dataset, "r").names_ == {0: "name 5"}
