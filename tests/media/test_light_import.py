import subprocess
import sys

import pytest

import clusterby.media


def test_pillow_is_loaded_only_when_an_image_is_decoded():
    code = (
        "import sys, clusterby.media as media; from clusterby.core.column import Column; import numpy as np;"
        "media.infer_modality(Column(name='x', cells=np.array([b'GIF89a'], dtype=object), type='object'));"
        "assert 'PIL' not in sys.modules; media.decode_image; assert 'PIL' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_audio_libraries_are_loaded_only_when_audio_is_decoded():
    code = (
        "import sys, clusterby.media as media;"
        "tone = {'array': [0.0] * 8, 'sampling_rate': 8000};"
        "assert not {'soundfile', 'scipy'} & set(sys.modules);"
        "media.decode_audio(tone, sampling_rate=16000);"
        "assert 'scipy.signal' in sys.modules and 'soundfile' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_every_exported_name_is_there():
    assert sorted(clusterby.media.__all__) == clusterby.media.__all__
    for name in clusterby.media.__all__:
        assert getattr(clusterby.media, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'decode_smell'"):
        clusterby.media.decode_smell  # noqa: B018
