import json

import pytest

import clusterby as cb
from clusterby.fiftyone.source import Source

SOURCES = [
    Source(kind="field", name="emb"),
    Source(
        kind="encoder", name="tiny", revision="3", encoder="/models/tiny", region=cb.Box((0, 0), (0.5, 1))
    ),
    Source(kind="encoder", name="tiny", by="note", modality="text", task="by subject"),
    Source(kind="model", name="clip", region=cb.Boxes("faces", unit="relative")),
]


@pytest.mark.parametrize("source", SOURCES, ids=lambda s: f"{s.kind} {s.name}")
def test_a_source_comes_back_from_json(source):
    assert Source.of_plain(json.loads(json.dumps(source.plain()))) == source


def test_what_few_sources_have_is_left_out_of_the_others():
    assert SOURCES[0].plain() == {"kind": "field", "name": "emb", "by": "filepath", "revision": ""}
