import pytest

from clusterby.cache import Cache, open_cache
from clusterby.core.errors import InvalidParameter

CLIP = {"encoder": "clip", "revision": "1"}
MINILM = {"encoder": "org/MiniLM", "revision": "2"}


def fill(cache, facts, rows, *, used=True):
    space = cache.space(facts)
    space.append(*rows)
    if used:
        cache.memo.count(space.name, hits=1, misses=len(rows[0]))
    return space


def test_the_same_facts_are_the_same_space_and_others_another(cache):
    assert cache.space(CLIP).uri == cache.space(dict(reversed(CLIP.items()))).uri
    assert cache.space(CLIP).uri != cache.space(CLIP | {"revision": "2"}).uri
    assert cache.space(CLIP).uri != cache.space(CLIP | {"shrink_to": 64}).uri


@pytest.mark.parametrize("encoder", ["../../etc/passwd", "a/b\\c:d", "", "…", "x" * 300])
def test_an_encoder_s_name_cannot_lead_out_of_the_cache(cache, encoder, make_rows):
    space = fill(cache, {"encoder": encoder, "revision": ""}, make_rows(2))
    assert [p for p in cache.location.folder.iterdir() if p.is_dir()] == [
        cache.location.folder / f"{space.name}.lance"
    ]
    assert cache.info()[0].encoder == encoder


def test_info_tells_what_is_there_the_last_used_first(cache, make_rows):
    fill(cache, CLIP, make_rows(5, 8))
    fill(cache, MINILM, make_rows(3, 4))
    minilm, clip = cache.info()
    assert (clip.encoder, clip.revision, clip.rows, clip.dimension, clip.hits, clip.misses) == (
        "clip",
        "1",
        5,
        8,
        1,
        5,
    )
    assert (minilm.encoder, minilm.rows) == ("org/MiniLM", 3)
    assert clip.size > 5 * 8 * 4
    assert minilm.used >= clip.used


def test_an_empty_cache_has_nothing_to_tell(cache):
    assert cache.info() == []
    assert cache.clear() == 0


def test_clear_removes_everything(cache, make_rows):
    fill(cache, CLIP, make_rows(5))
    size = cache.info()[0].size
    assert cache.clear() == size
    assert cache.info() == []
    assert cache.memo.usage() == {}


def test_clear_forgets_answers_only_where_all_is_cleared(cache):
    cache.memo.keep_answer("q", "a")
    cache.clear(older_than=0)
    cache.clear(max_size=0)
    assert cache.memo.answer("q") == "a"
    cache.clear()
    assert cache.memo.answer("q") is None


def test_clear_of_an_encoder_leaves_the_others(cache, make_rows):
    fill(cache, CLIP, make_rows(5))
    fill(cache, MINILM, make_rows(5))
    cache.clear(encoder="clip")
    assert [info.encoder for info in cache.info()] == ["org/MiniLM"]


def test_clear_of_an_encoder_that_is_not_there_says_which_are(cache, make_rows):
    fill(cache, CLIP, make_rows(5))
    with pytest.raises(InvalidParameter, match="nothing in .* is of encoder 'clap'; there is: clip"):
        cache.clear(encoder="clap")


def test_clear_of_old_rows_leaves_the_new(cache, make_rows):
    fill(cache, CLIP, make_rows(5))
    cache.clear(older_than=3600)
    assert cache.info()[0].rows == 5
    cache.clear(older_than=-1)
    assert cache.info() == []


def test_clear_to_a_size_takes_the_oldest_rows_of_the_space_used_longest_ago(cache, make_rows):
    keys, vectors = make_rows(1_000, 64)
    fill(cache, CLIP, (keys[:500], vectors[:500]))
    fill(cache, CLIP, (keys[500:], vectors[500:]))
    fill(cache, MINILM, make_rows(100, 64))
    before = {info.encoder: info.size for info in cache.info()}
    wanted = before["org/MiniLM"] + before["clip"] * 7 // 10
    freed = cache.clear(max_size=wanted)
    after = {info.encoder: info for info in cache.info()}
    assert sum(info.size for info in after.values()) <= wanted
    assert freed == sum(before.values()) - sum(info.size for info in after.values())
    assert after["org/MiniLM"].rows == 100
    assert after["clip"].rows == 500
    assert cache.space(CLIP).read(keys)[0].sum() == 0  # a space reads what it saw last
    space = cache.space(CLIP)
    space.refresh()
    assert space.read(keys)[0].tolist() == [False] * 500 + [True] * 500


def test_clear_to_no_size_at_all_removes_everything(cache, make_rows):
    fill(cache, CLIP, make_rows(5))
    cache.clear(max_size=0)
    assert cache.info() == []


def test_a_read_only_cache_is_not_cleared(cache):
    with pytest.raises(InvalidParameter, match="read-only cache cannot be cleared"):
        Cache(cache.location.uri, read_only=True).clear()


def test_a_damaged_space_is_listed_and_can_be_cleared(cache, make_rows):
    space = fill(cache, CLIP, make_rows(5))
    for manifest in (cache.location.folder / f"{space.name}.lance" / "_versions").glob("*.manifest"):
        manifest.write_bytes(b"")
    reader = Cache(cache.location.uri, read_only=True)
    assert "cannot be read" in reader.info()[0].damage
    assert reader.info()[0].encoder == "?"
    cache.clear()
    assert cache.info() == []


def test_any_uri_that_lance_takes_will_do(tmp_path, make_rows):
    cache = Cache(f"file://{tmp_path}/store")
    fill(cache, CLIP, make_rows(5))
    assert Cache(tmp_path / "store").info()[0].rows == 5


def test_the_argument_of_a_call(monkeypatch, tmp_path):
    monkeypatch.setenv("CLUSTERBY_CACHE", str(tmp_path / "default"))
    assert open_cache(False) is None
    assert open_cache(None) is None
    assert open_cache(True).location.folder == tmp_path / "default"
    assert open_cache("readonly").read_only
    assert open_cache("readonly").location.folder == tmp_path / "default"
    assert open_cache(tmp_path).location.folder == tmp_path
    own = Cache(tmp_path)
    assert open_cache(own) is own
    with pytest.raises(InvalidParameter, match="cache=3: give True, False, 'readonly'"):
        open_cache(3)
