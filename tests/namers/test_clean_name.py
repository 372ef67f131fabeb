import pytest
from hypothesis import given
from hypothesis import strategies as st

from clusterby.namers.answer import Unfit
from clusterby.namers.clean_name import clean_line, clean_name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("red bikes", "red bikes"),
        ("  red \t", "red"),
        ("red  bikes", "red bikes"),
        ('"red bikes"', "red bikes"),
        ('"red bikes".', "red bikes"),
        ("“red bikes.”", "red bikes"),
        ("«rote Räder»", "rote Räder"),
        ('"“red”..".', "red"),
        ('"A" and "B"', '"A" and "B"'),
        ("'Tis 'Twas'", "'Tis 'Twas'"),
        ("U.S.", "U.S."),
        ('"made in the U.S."', "made in the U.S."),
        ("Ph.D.", "Ph.D."),
        ("node.js.", "node.js"),
        ("red bikes...", "red bikes"),
        ("1. FC Köln fans", "1. FC Köln fans"),
        ("*NSYNC", "*NSYNC"),
        ("TCP/IP and/or UDP", "TCP/IP and/or UDP"),
        ("cats / dogs", "cats / dogs"),
        ("Data: charts", "Data: charts"),
        ("Re:Zero at 12:30", "Re:Zero at 12:30"),
        ("C++ & Python #1", "C++ & Python #1"),
        ("赤い自転車", "赤い自転車"),
        ("می‌خواهم", "می‌خواهم"),
        ("x" * 60, "x" * 60),
        ("a b c d e", "a b c d e"),
    ],
)
def test_a_name_is_one_line_without_quotes_and_full_stop(text, name):
    assert clean_name(text) == name


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("", '"" says nothing'),
        (" \n ", '"" says nothing'),
        ("…", '"…" says nothing'),
        ('""', '"" says nothing'),
        ("red\nbikes", "'red\\nbikes' holds line breaks or control characters"),
        ("red\x1b[31m", "'red\\x1b[31m' holds line breaks or control characters"),
        ("red\u202ebikes", "'red\\u202ebikes' holds line breaks or control characters"),
        ("red\u2028bikes", "'red\\u2028bikes' holds line breaks or control characters"),
        ("x" * 61, f'"{"x" * 61}" is too long: it may have 60 characters and has 61'),
        ("a b c d e f", '"a b c d e f" is too long: a name may have 5 words'),
        ("<b>red</b>", '"<b>red</b>" holds markup: write the name in plain words'),
        ("red &amp; blue", '"red &amp; blue" holds markup: write the name in plain words'),
        ("**red**", '"**red**" holds markup: write the name in plain words'),
        ("[red](x)", '"[red](x)" holds markup: write the name in plain words'),
        ("# red", '"# red" holds markup: write the name in plain words'),
        ("1. red", '"1. red" holds markup: write the name in plain words'),
        ("1) Red", '"1) Red" holds markup: write the name in plain words'),
        ("* red", '"* red" holds markup: write the name in plain words'),
        ("*red* cars", '"*red* cars" holds markup: write the name in plain words'),
        ("see http://x.y", '"see http://x.y" is an address or a path: write the name in plain words'),
        ("/home/x/a.png", '"/home/x/a.png" is an address or a path: write the name in plain words'),
        ("in ~/photos", '"in ~/photos" is an address or a path: write the name in plain words'),
        ("../a.png", '"../a.png" is an address or a path: write the name in plain words'),
        (
            "JavaScript:alert(1)",
            '"JavaScript:alert(1)" is an address or a path: write the name in plain words',
        ),
        ("data:text/html,x", '"data:text/html,x" is an address or a path: write the name in plain words'),
    ],
)
def test_what_is_no_name_is_refused_with_what_is_wrong(text, wrong):
    with pytest.raises(Unfit) as caught:
        clean_name(text)
    assert str(caught.value) == wrong


@given(st.text(max_size=80) | st.text("\"'“”«».aB1 *", max_size=12))
def test_a_clean_name_is_plain_and_stays_as_it_is(text):
    try:
        name = clean_name(text)
    except Unfit:
        return
    assert clean_name(name) == name
    assert len(name) <= 60
    assert not set("<>`\n\r\x1b") & set(name)


def test_a_line_may_be_longer_than_a_name():
    assert clean_line("Photos of [many] red bikes, and one car.\n", longest=200) == (
        "Photos of [many] red bikes, and one car."
    )
