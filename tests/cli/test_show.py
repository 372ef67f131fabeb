import io
import json

from rich.console import Console

import clusterby as cb
from clusterby.cli.show import cluster_table, document

TABLE = {
    "title": [f"a red bike number {i}" for i in range(9)] + [f"[b]wine[/b] {1990 + i}" for i in range(9)],
    "shop": ["wheels"] * 9 + ["cellar"] * 9,
}


def grouped():
    return cb.clusterby(TABLE, "title", n_clusters=2, modality="text")


def test_the_table_shows_what_marks_a_cluster_and_takes_no_markup_from_data():
    console = Console(width=160, record=True, file=io.StringIO())
    console.print(cluster_table(grouped()))
    text = " ".join(console.export_text().split())
    assert "shop is wheels (100%, else" in text
    assert "[b]wine[/b] 199" in text


def test_the_document_is_plain_json():
    shown = json.loads(json.dumps(document(grouped().renamed({0: "zero"})), allow_nan=False))
    assert (shown["n_rows"], shown["n_clusters"], shown["method"]) == (18, 2, "kmeans")
    assert {c["name"] for c in shown["clusters"]} == {"zero", None}
    assert sum(c["share"] for c in shown["clusters"]) == 1
