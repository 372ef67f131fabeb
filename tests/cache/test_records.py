import numpy as np

from clusterby.cache.records import (
    pack_records,
    read_facts,
    record_schema,
    unpack_keys,
    unpack_records,
    unpack_vectors,
)


def test_rows_come_back_as_they_went_in(make_rows):
    keys, vectors = make_rows(7, 3)
    checks = np.arange(7, dtype=np.uint64)
    table = pack_records(record_schema(3, {}), keys, vectors, checks, 1.5)
    for found in (unpack_records(table), unpack_records(table.to_batches()[0])):
        np.testing.assert_array_equal(found[0], keys)
        np.testing.assert_array_equal(found[1], vectors)
        np.testing.assert_array_equal(found[2], checks)
    assert table["stored"].to_pylist() == [1_500_000] * 7


def test_a_part_of_a_batch_is_not_taken_for_its_beginning(make_rows):
    keys, vectors = make_rows(7, 3)
    checks = np.arange(7, dtype=np.uint64)
    part = pack_records(record_schema(3, {}), keys, vectors, checks, 0).to_batches()[0].slice(2, 3)
    np.testing.assert_array_equal(unpack_keys(part), keys[2:5])
    np.testing.assert_array_equal(unpack_vectors(part), vectors[2:5])
    np.testing.assert_array_equal(unpack_records(part)[2], checks[2:5])


def test_facts_travel_with_the_schema():
    facts = {"encoder": "clip", "shrink_to": 224, "ratio": None}
    assert read_facts(record_schema(3, facts)) == facts


def test_a_schema_of_another_program_has_no_facts():
    import pyarrow as pa

    assert read_facts(pa.schema([])) == {}
    assert read_facts(pa.schema([], metadata={b"clusterby": b"[1]"})) == {}
    assert read_facts(None) == {}
