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


def test_long_names_have_a_column_of_their_own_and_leave_the_figures_whole():
    groups = cb.clusterby({"v": [[0.0], [0.1], [9.0]]}, "v", n_clusters=2)
    long = "a name of so many words that it takes more than one line of a narrow terminal"
    named = cluster_table(groups.renamed({0: long}))
    assert [column.header for column in named.columns] == [
        "cluster",
        "name",
        "size",
        "share",
        "typical member",
        "marked by",
    ]
    assert [column.header for column in cluster_table(groups).columns][:2] == ["cluster", "size"]
    console = Console(width=60, record=True, file=io.StringIO())
    console.print(named)
    shown = console.export_text()
    assert "66.7%" in shown
    assert "33.3%" in shown
