from clusterby.core.modality import Modality
from clusterby.core.suffixes import SUFFIXES, suffixes_of


def test_suffixes_are_in_lower_case_with_their_point():
    assert all(suffix == suffix.lower() and suffix.startswith(".") for suffix in SUFFIXES)


def test_suffixes_of_several_modalities_are_those_of_each():
    assert suffixes_of(Modality.AUDIO, Modality.VIDEO) == suffixes_of(Modality.AUDIO) | suffixes_of(
        Modality.VIDEO
    )
    assert ".jpg" in suffixes_of(Modality.IMAGE)
    assert suffixes_of() == frozenset()


def test_a_suffix_is_of_one_modality():
    each = [suffixes_of(modality) for modality in Modality]
    assert sum(map(len, each)) == len(SUFFIXES)


def test_the_formats_that_audio_libraries_write_are_audio():
    assert {".wav", ".flac", ".ogg", ".opus", ".mp3", ".aiff"} < suffixes_of(Modality.AUDIO)
