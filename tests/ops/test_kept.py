import logging

from clusterby.cache import Cache
from clusterby.ops.kept import usable_cache


def test_a_folder_that_can_be_written_is_used_and_not_yet_made(tmp_path):
    cache = usable_cache(tmp_path / "a" / "b")
    assert not cache.read_only
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_reported_and_only_read(tmp_path, caplog):
    (tmp_path / "file").write_text("x")
    with caplog.at_level(logging.WARNING):
        cache = usable_cache(tmp_path / "file" / "cache")
    assert cache.read_only
    assert "cannot be written" in caplog.text
    assert "set CLUSTERBY_CACHE" in caplog.text


def test_no_cache_stays_none_and_a_read_only_one_read_only(tmp_path):
    assert usable_cache(False) is None
    assert usable_cache(Cache(tmp_path, read_only=True)).read_only


def test_an_object_store_is_taken_as_it_is():
    assert not usable_cache("s3://bucket/cache").read_only
