"""Two constraints on one dependency, joined into one."""

from __future__ import annotations

import pytest

from graph.speclang import parse
from graph.speclang.intersection import Incompatible, intersection


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ("x@1.2:", "x@:1.4", "x@1.2:1.4"),
        ("x+a", "x~b", "x+a~b"),
        ("x+a", "x a=*", "x+a"),
        ("x a=1", "x a=2", "x a=1,2"),
        ("x a:=1,2", "x a=2", "x a:=1,2"),
        ("x a==1", "x a=1", "x a=1"),
        ("x os=u", "x platform=l target=zen3:", "x platform=l os=u target=zen3:"),
        ("x os=*", "x os=u", "x os=*"),
        ("x cflags=-a", "x cflags='-b -a'", "x cflags='-a -b'"),
        ("x /ab", "x /abc", "x /abc"),
        ("x", "n.x", "n.x"),
    ],
)
def test_what_both_ask_for_is_asked_for(left: str, right: str, expected: str):
    assert str(intersection(parse(left), parse(right))) == expected


@pytest.mark.parametrize(
    ("left", "right", "attribute"),
    [
        ("x@1.2", "x@1.3", "version"),
        ("x+a", "x~a", "variant a"),
        ("x+a", "x a=1", "variant a"),
        ("x a:=1", "x a=2", "variant a"),
        ("x os=u", "x os=v", "os"),
        ("x target=zen3", "x target=zen4:", "target"),
        ("x /ab", "x /ac", "hash"),
        ("n.x", "m.x", "namespace"),
    ],
)
def test_what_cannot_be_is_said(left: str, right: str, attribute: str):
    with pytest.raises(Incompatible, match=f"^{attribute}$"):
        intersection(parse(left), parse(right))
