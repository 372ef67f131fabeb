"""Texts without the markup of web pages."""

from __future__ import annotations

import html
import re

__all__ = ["strip_markup"]

_INLINE = "a|abbr|b|big|cite|code|em|font|i|kbd|mark|q|s|samp|small|span|strike|strong|sub|sup|tt|u|var"
"""Elements that part no words."""

_OTHERS = (
    "address|area|article|aside|audio|base|blockquote|body|br|button|canvas|caption|center|col|colgroup|dd|del|details|dfn|dialog|div|dl|"
    "dt|embed|fieldset|figcaption|figure|footer|form|h[1-6]|head|header|hr|html|iframe|img|input|ins|label|legend|li|link|main|map|meta|"
    "nav|noscript|object|ol|optgroup|option|p|param|path|picture|pre|script|section|select|source|style|summary|svg|table|tbody|td|"
    "template|textarea|tfoot|th|thead|time|title|tr|track|ul|video|wbr"
)
"""What stands in these is a line of its own."""

_ATTRIBUTE = r"""[a-z_:@][\w:.@-]*\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'<>`]+)"""
_FLAG = "async|autoplay|checked|controls|defer|disabled|hidden|loop|muted|open|readonly|required|selected"
_TAG = re.compile(
    rf"""
    <!--.*?-->
    | <(?P<unread>script|style)\b[^<>]*>.*?</(?P=unread)\s*>
    | <!doctype[^<>]*>
    | </?(?:(?P<inline>{_INLINE})|{_OTHERS})(?:\s+(?:{_ATTRIBUTE}|{_FLAG}))*\s*/?>
    """,
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)
_BROKEN = re.compile(
    rf"(?:<!--(?:(?!-->).)*|<(?P<unread>script|style)\b(?:(?!</(?P=unread)).)*|</?(?:{_INLINE}|{_OTHERS})(?:\s[^<>]*)?)\Z",
    re.IGNORECASE | re.DOTALL,
)
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,31});", re.IGNORECASE)


def strip_markup(text: str, *, broken: bool = False) -> str:
    r"""Return a text without the tags of HTML, and with the characters that its entities stand for.

    Only what is written as the tag of an element that HTML has is taken for one, so that ``a < b`` and ``x <y> z`` stay.

    Parameters
    ----------
    text : str
        Any text.
    broken : bool
        Whether the text ends where it was cut, maybe within a tag.

    Examples
    --------
    >>> strip_markup('<p class="x">red <b>bikes</b> &amp; caf&eacute;s<br/>a < b, x <y> z')
    '\nred  bikes  & cafés\na < b, x <y> z'
    """
    if "&" in text:
        text = _ENTITY.sub(lambda found: html.unescape(found[0]), text)
    if "<" not in text:
        return text
    text = _BROKEN.sub("\n", text) if broken else text
    return _TAG.sub(lambda found: " " if found["inline"] else "\n", text)
