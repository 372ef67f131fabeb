import inspect
import subprocess
import sys

import pytest

import clusterby.fiftyone as cbf


def test_every_public_name_is_a_documented_function(fo):
    for name in cbf.__all__:
        found = getattr(cbf, name)
        assert inspect.isfunction(found)
        assert found.__doc__
    assert dir(cbf) == list(cbf.__all__) == sorted(cbf.__all__)


def test_another_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match=r"module 'clusterby.fiftyone' has no attribute 'cluster'"):
        _ = cbf.cluster


def test_without_fiftyone_the_error_says_what_to_install():
    code = (
        "import sys; sys.modules['fiftyone'] = None\n"
        "import clusterby.fiftyone as cbf\n"
        "try: cbf.compute_clusters\n"
        "except ImportError as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "pip install 'clusterby[fiftyone]'" in done.stdout
