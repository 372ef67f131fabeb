"""The rules of the house, checked on the code itself."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import clusterby

SRC = Path(clusterby.__file__).parent

FLOORS = (
    {"core"},
    {"endpoints"},
    {
        "tables",
        "media",
        "encoders",
        "cache",
        "kernels",
        "clusterers",
        "engines",
        "samples",
        "instructions",
        "namers",
    },
    {"ops"},
    {"groups"},
    {"runs"},
    {"views"},
    {"accessors"},
    {"fiftyone", "pandas", "polars"},
    {"cli"},
    {"__main__"},
)
KERNEL_USERS = {"clusterers", "instructions"}

HOMES = {
    # a heavy library may be imported by these files alone, relative to src/clusterby
    "pandas": ("tables/", "pandas.py"),
    "polars": ("tables/", "polars.py"),
    "pyarrow": ("tables/", "cache/", "runs/"),
    "lance": ("cache/",),
    "sqlite3": ("cache/",),
    "filelock": ("cache/", "runs/disk.py"),
    "platformdirs": ("cache/",),
    "soundfile": ("media/",),
    "sentence_transformers": ("encoders/sentence_transformers.py",),
    "transformers": (),
    "huggingface_hub": ("encoders/model_folder.py",),
    "openai": ("endpoints/endpoint.py",),
    "tiktoken": ("encoders/openai/",),
    "narwhals": ("tables/",),
    "PIL": ("media/", "encoders/", "samples/", "instructions/crop.py", "fiftyone/encoded.py"),
    "sklearn": (
        "clusterers/",
        "encoders/",
        "kernels/",
        "samples/",
        "views/layout.py",
        "ops/agreement.py",
        "runs/comparison.py",
        "ops/silhouette.py",
    ),
    "numba": ("kernels/",),
    "evoc": ("clusterers/evoc.py",),
    "scipy": ("clusterers/", "encoders/", "kernels/", "media/audio.py"),
    "jinja2": ("views/",),
    "typer": ("cli/",),
    "rich": ("cli/",),
    "torch": ("encoders/sentence_transformers.py",),  # kernels reach it through require()
    "fiftyone": (
        "encoders/fiftyone_model.py",
        "fiftyone/",
        "tables/fiftyone.py",
        "tables/fiftyone_regions.py",
    ),
    "ray": (),
}


def source_files() -> list[Path]:
    return sorted(p for p in SRC.rglob("*.py") if p != SRC / "__init__.py")


def imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def part_of(module: str) -> str | None:
    pieces = module.split(".")
    return pieces[1] if pieces[0] == "clusterby" and len(pieces) > 1 else None


def floor_of(part: str) -> int:
    for number, parts in enumerate(FLOORS):
        if part in parts:
            return number
    raise AssertionError(f"{part} stands on no floor: add it to FLOORS")


@pytest.mark.parametrize("path", source_files(), ids=lambda p: str(p.relative_to(SRC)))
def test_a_file_imports_its_own_part_and_lower_floors_only(path):
    own = path.relative_to(SRC).parts[0].removesuffix(".py")
    for module in imports(path):
        part = part_of(module)
        if part is None or part == own or (own == "cli" and not (SRC / part).exists()):
            continue
        if own in KERNEL_USERS and part == "kernels":
            continue
        if part in clusterby.__all__ and not (SRC / part).exists() and not (SRC / f"{part}.py").exists():
            continue  # a public name, from the package itself
        assert floor_of(part) < floor_of(own), f"{own} imports {module}"


@pytest.mark.parametrize("path", source_files(), ids=lambda p: str(p.relative_to(SRC)))
def test_heavy_libraries_are_imported_in_their_adapters_only(path):
    where = str(path.relative_to(SRC))
    for module in imports(path):
        homes = HOMES.get(module.partition(".")[0])
        assert homes is None or where.startswith(homes), f"{where} imports {module}"


def test_importing_clusterby_loads_nothing_heavy():
    heavy = [
        "torch",
        "sklearn",
        "scipy",
        "numba",
        "numpy",
        "pandas",
        "polars",
        "pyarrow",
        "narwhals",
        "PIL",
        "jinja2",
        "typer",
        "rich",
        "lance",
        "sqlite3",
        "fiftyone",
        "ray",
    ]
    code = f"import clusterby, sys; print([m for m in {heavy!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("registry", ["encoders", "clusterers"])
def test_listing_a_registry_loads_no_entry(registry):
    code = (
        f"import clusterby as cb, sys; assert cb.{registry}.names();"
        "print([m for m in ('sklearn', 'scipy', 'pandas', 'polars', 'PIL', 'torch') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_exported_names_are_sorted_and_exist():
    assert sorted(clusterby.__all__) == list(clusterby.__all__)
    assert sorted(set(clusterby.__all__)) == sorted(clusterby.__all__)
    for name in clusterby.__all__:
        assert getattr(clusterby, name) is not None
    assert set(clusterby.__all__) < set(dir(clusterby))


def test_every_module_says_what_it_exports():
    for path in source_files():
        tree = ast.parse(path.read_text())
        names = {t.id for node in tree.body if isinstance(node, (ast.Assign, ast.AnnAssign))
                 for t in (node.targets if isinstance(node, ast.Assign) else [node.target])
                 if isinstance(t, ast.Name)}  # fmt: skip
        has_code = any(not isinstance(n, (ast.Expr, ast.ImportFrom, ast.Import)) for n in tree.body)
        assert "__all__" in names or not has_code, path


def test_every_module_of_the_source_has_a_test_file_of_its_name():
    tests = Path(__file__).parent
    missing = [
        str(path.relative_to(SRC))
        for path in source_files()
        if path.name not in {"__init__.py", "base.py", "registry.py", "catalog.py"}
        and not (tests / path.relative_to(SRC).parent / f"test_{path.name}").exists()
    ]
    assert missing == []
