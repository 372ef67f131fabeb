"""scikit-learn's own test files, run on our classes: nothing in them changes but what they import.

A test module of ours takes the tests over::

    globals().update(
        borrowed(
            "sklearn.cluster.tests.test_k_means",
            ours={"sklearn.cluster": [KMeans]},
            left_out={"test_name": "why it says nothing about ours"},
        )
    )

Each test of the file runs, but for those in `left_out`; a name there that the file does not have is an error,
so that the list stays true to the installed release.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Mapping, Sequence
from typing import Any
from unittest.mock import patch

import pytest

__all__ = ["borrowed"]


def borrowed(
    module: str, *, ours: Mapping[str, Sequence[type]], left_out: Mapping[str, str]
) -> dict[str, Any]:
    """Return the tests of a scikit-learn test module, compiled with our classes in the place of its own.

    Parameters
    ----------
    module : str
        The test module, as it is imported.
    ours : mapping of str to classes
        Per module that the tests import from, our classes; each replaces the one of its own name.
    left_out : mapping of str to str
        Tests that do not apply, and why.
    """
    spec = importlib.util.find_spec(module)
    assert spec is not None, module
    assert spec.loader is not None, module
    copy = importlib.util.module_from_spec(spec)
    patches = [
        patch.object(importlib.import_module(source), ours_.__name__, ours_)
        for source, classes in ours.items()
        for ours_ in classes
    ]
    for one in patches:
        one.start()
    try:
        spec.loader.exec_module(copy)
    finally:
        for one in patches:
            one.stop()
    there = {name: thing for name, thing in vars(copy).items() if name.startswith("test_")}
    unknown = set(left_out) - set(there)
    assert not unknown, f"{module} has no {sorted(unknown)}"
    return {name: _fit_in(test) for name, test in there.items() if name not in left_out}


def _fit_in(test: Any) -> Any:
    """Let a test run under our settings of pytest: its own warnings are not errors."""
    marks = [_with_listed_values(mark) for mark in getattr(test, "pytestmark", [])]
    test.pytestmark = marks
    return pytest.mark.filterwarnings("ignore")(test)  # the file asserts the warnings that it means


def _with_listed_values(mark: pytest.Mark) -> pytest.Mark:
    """Return a parametrize mark whose values are a list, where scikit-learn gives an iterator."""
    if mark.name != "parametrize" or isinstance(mark.args[1], Sequence):
        return mark
    return pytest.mark.parametrize(mark.args[0], list(mark.args[1]), **mark.kwargs).mark
