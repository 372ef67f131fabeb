import pytest
from hypothesis import given
from hypothesis import strategies as st

from clusterby.namers.keywords.markup import strip_markup


def plain(text, **options):
    return " ".join(strip_markup(text, **options).split())


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("<p>Fix the <strong>login</strong> page<br/></p><ul><li>one</li></ul>", "Fix the login page one"),
        ('<p class="a b"><span style="color:red" hidden>shoes</span></p>', "shoes"),
        ("<A HREF=http://a.b/c>bike</A>", "bike"),
        ("<img src='a>b.png' alt=x />wine", "wine"),
        ("<!DOCTYPE html><!-- a <b> comment -->wine", "wine"),
        ("<script>alert(1 < 2)</script>red<style>p {color: red}</style> wine", "red wine"),
        ("&lt;p&gt;caf&eacute;&nbsp;&#98;ar&#x21;&lt;/p&gt;", "café bar!"),
        ("<td>one</td><td>two</td>", "one two"),
    ],
)
def test_tags_and_entities_are_not_part_of_a_text(text, left):
    assert plain(text) == left


@pytest.mark.parametrize(
    "text",
    [
        "a < b and c > d",
        "x <y> z",
        "if a <b and c> d then",
        "vector<int>, List<String> and Map<K, V>",
        "write to <jane@example.com> & co; AT&T; 5 &foo; 6",
        "a<b",
        "1 <2> 3 <=> 4",
        "<item>plain XML</item>",
        "<p and then nothing",
    ],
)
def test_what_is_no_tag_stays(text):
    assert strip_markup(text) == text


def test_a_script_that_does_not_end_takes_nothing_with_it():
    assert plain("the <script> element of a page") == "the element of a page"


@pytest.mark.parametrize("end", ["<div class='a b", "<p", "</p", "<script> var x = 1", "<!-- a note"])
def test_a_tag_that_was_cut_is_left_out(end):
    assert plain(f"red bike {end}", broken=True) == "red bike"


@given(st.text("<>/&;ab p='\"! -", max_size=60), st.booleans())
def test_whatever_the_text_no_more_is_left_than_there_was(text, broken):
    left = strip_markup(text, broken=broken)
    assert len(left) <= len(text)
    assert set(left) <= {*text, " ", "\n"}
