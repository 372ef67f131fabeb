"""`clusterby runs`: the results that are kept in the project's folder."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.markup import escape

from clusterby import runs
from clusterby.cli.console import Debug, Json, Quiet, out, print_json, session, table
from clusterby.core.partition import cluster_word
from clusterby.runs.comparison import cluster_title

__all__ = ["app", "compare", "delete", "list_runs", "rename", "show"]

app = typer.Typer(
    help="List, show, compare, rename and delete kept results.", no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)  # fmt: skip

Key = Annotated[str, typer.Argument(metavar="KEY", help="What the run was saved under.")]

_MOST = 12
"""Clusters of either run that a table of both shows."""


@app.command(name="list")
def list_runs(json: Json = False, quiet: Quiet = False, debug: Debug = False) -> None:
    """List the runs of this project."""
    with session(quiet=quiet, debug=debug):
        found = runs.list()
        if json:
            print_json({"home": str(runs.find_home()), "runs": [asdict(facts) for facts in found]})
            return
        if not found:
            out.print(f"No runs are kept in {escape(str(runs.find_home()))}", soft_wrap=True)
            return
        listed = table()
        for heading in ("key", "by", "method"):
            listed.add_column(heading, overflow="fold")
        for heading in ("clusters", "rows", "skipped", "silhouette", "saved (UTC)"):
            listed.add_column(heading, justify="right", no_wrap=True)
        for facts in found:
            listed.add_row(*map(escape, _cells(facts)))
        out.print(listed)
        for facts in found:
            if facts.damage:
                out.print(f"[bold]{escape(facts.key)}[/bold]: {escape(facts.damage)}", soft_wrap=True)


@app.command()
def show(key: Key, json: Json = False, quiet: Quiet = False, debug: Debug = False) -> None:
    """Show everything a run was made with."""
    with session(quiet=quiet, debug=debug):
        found = runs.info(key)
        if json:
            print_json(found)
            return
        shown = table("", "", show_header=False)
        for name, words in _facts(found).items():
            shown.add_row(f"[bold]{escape(name)}[/bold]", escape(words))
        out.print(shown)


@app.command()
def rename(
    old: Annotated[str, typer.Argument(help="The key it has.")],
    new: Annotated[str, typer.Argument(help="The key it gets.")],
    json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Give a run another key."""
    with session(quiet=quiet, debug=debug):
        runs.rename(old, new)
        _done({"renamed": old, "key": new}, f"{old} is now {new}", json=json, quiet=quiet)


@app.command()
def delete(
    keys: Annotated[list[str], typer.Argument(metavar="KEY...", help="What the runs were saved under.")],
    json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Delete runs; the table and the vectors in the cache stay."""
    with session(quiet=quiet, debug=debug):
        runs.delete(*keys)
        _done({"deleted": keys}, f"deleted {', '.join(keys)}", json=json, quiet=quiet)


@app.command()
def compare(
    a: Annotated[str, typer.Argument(metavar="A", help="A run.")],
    b: Annotated[str, typer.Argument(metavar="B", help="The run that it is compared with.")],
    json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Compare two runs: how many rows of each cluster of A are in each of B, and which clusters split or merged."""
    with session(quiet=quiet, debug=debug):
        found = runs.compare(a, b)
        if json:
            print_json({"a": a, "b": b, **found.plain()})
            return
        out.print(_contingency(a, b, found))
        if max(len(found.rows), len(found.columns)) > _MOST:
            out.print(
                f"[dim]the first {_MOST} of {len(found.rows)} × {len(found.columns)} clusters; --json has all[/dim]"
            )
        out.print(f"\n{escape(str(found))}", soft_wrap=True)
        if found.names_b:
            names = " · ".join(
                cluster_title(cluster, found.names_b) for cluster in found.columns if cluster in found.names_b
            )
            out.print(escape(f"{b}: {names}"), soft_wrap=True)
        for sentence in found.sentences():
            out.print(escape(sentence), soft_wrap=True)


def _cells(facts: runs.RunFacts) -> tuple[str, ...]:
    if facts.damage:
        return facts.key, "damaged", "", "", "", "", "", ""
    measured = "–" if facts.silhouette is None else f"{facts.silhouette:.3f}"
    return (
        facts.key, ", ".join(facts.by), facts.method, f"{facts.n_clusters:,}", f"{facts.n_rows:,}",
        f"{facts.n_skipped:,}", measured, facts.saved[:16].replace("T", " "),
    )  # fmt: skip


def _facts(found: dict[str, Any]) -> dict[str, str]:
    """Return what there is to say of a run in words, in order."""
    encoders = [f"{e['name']} ({e['column']}), revision {e['revision']}" for e in found["encoder"]]
    parameters = ", ".join(f"{name}={value}" for name, value in found["parameters"].items())
    names = ", ".join(
        f"{c} {name['name']} (by {name.get('by', 'words')})" for c, name in found["names"].items()
    )
    quality, source = found["quality"] or {}, found["table"]["source"]
    facts = {
        "key": found["key"],
        "by": ", ".join(
            f"{column} × {weight:g}" if weight != 1 else column for column, weight in found["by"]
        ),
        "encoder": "; ".join(encoders) or "vectors were given",
        "asked": "; ".join(f"{f['method']}: {f.get('about', '')}" for f in found["followed"]),
        "method": f"{found['method']} ({parameters})",
        "seed": str(found["random_state"]),
        "clusters": f"{found['n_clusters']:,}",
        "names": names,
        "rows": f"{found['n_rows']:,}, of which {found['n_skipped']:,} were skipped",
        "table": source or f"no folder or file ({found['table']['kind']})",
        "quality": ", ".join(
            f"{name} {quality[name]:.3f}" for name in ("silhouette", "explained") if quality.get(name)
        ),
        "made": found["created"] + ("" if found["seconds"] is None else f", in {found['seconds']:.1f} s"),
        "saved": found["saved"],
        "versions": ", ".join(f"{name} {number}" for name, number in found["versions"].items()),
        "folder": found["folder"],
    }
    return {name: words for name, words in facts.items() if words}


def _contingency(a: str, b: str, found: runs.Comparison) -> Any:
    shown = table()
    shown.add_column(f"{a} \\ {b}", overflow="fold")
    for cluster in found.columns[:_MOST]:
        shown.add_column(cluster_word(cluster), justify="right", no_wrap=True)
    for cluster, counts in zip(found.rows[:_MOST], found.counts.tolist(), strict=False):
        title = escape(cluster_title(cluster, found.names_a))
        shown.add_row(title, *(f"{count:,}" if count else "·" for count in counts[:_MOST]))
    return shown


def _done(document: dict[str, Any], words: str, *, json: bool, quiet: bool) -> None:
    if json:
        print_json(document)
    elif not quiet:
        out.print(escape(words), soft_wrap=True)
