"""What pages print as text: the variants and compiler flags of a spec, and the size of its binary."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from sys import intern

from graph.model import Flags, Variant
from graph.sources.mismatch import Mismatch
from graph.sources.node import FLAG_NAMES

_DISTINCT_TEXTS = 1 << 14
"""Variants remembered, and lists of them. Some 300 bytes each, a list 1.5 kB."""

_NAME = r"[A-Za-z0-9_][A-Za-z0-9_.-]*"
_BOOLEAN = re.compile(rf"(?P<sigil>\+\+?|~~?|--?)(?P<name>{_NAME})")
_VALUED = re.compile(rf"(?P<name>{_NAME})(?P<operator>:?==?)(?P<value>.*)", re.DOTALL)

_SIZE = re.compile(r"(?P<number>[0-9]{1,18}(?:\.[0-9]{1,18})?) *(?P<unit>[kKMGT]i?B|[bB]|bytes)?")
_UNITS = {
    None: 1,
    "b": 1,
    "B": 1,
    "bytes": 1,
    "kB": 1000,
    "KB": 1000,
    "MB": 1000**2,
    "GB": 1000**3,
    "TB": 1000**4,
    "KiB": 1024,
    "kiB": 1024,
    "MiB": 1024**2,
    "GiB": 1024**3,
    "TiB": 1024**4,
}

Described = tuple[tuple[Variant, ...], tuple[Flags, ...]]


@lru_cache(maxsize=_DISTINCT_TEXTS)
def variants_and_flags(texts: tuple[str, ...]) -> Described:
    """Read the variants of a spec as Spack prints them; both come sorted by name.

        variant = ("+" | "~" | "-") name | name ("=" | ":=") value {"," value}

    The sigil or `=` may be doubled, as where a variant was propagated. A value may be quoted. What is no variant
    raises `Mismatch` with its position.

    >>> variants_and_flags(("+mpi", "cflags='-O3 -g'", "languages:='c,c++'"))
    ((Variant(name='languages', enabled=None, values=('c', 'c++'), exact=True),
      Variant(name='mpi', enabled=True, values=(), exact=False)),
     (Flags(name='cflags', values=('-O3', '-g')),))
    """
    variants, flags = [], []
    for position, text in enumerate(texts):
        read = _variant_or_flags(text)
        if isinstance(read, Variant):
            variants.append(read)
        elif read is not None:
            flags.append(read)
        else:
            expected = "expected a variant such as +mpi, ~mpi or libs=shared,static"
            raise Mismatch(f"{expected}, got {text!r}", path=f"[{position}]")
    variants.sort(key=lambda variant: variant.name)
    flags.sort(key=lambda flag: flag.name)
    return tuple(variants), tuple(flags)


@lru_cache(maxsize=_DISTINCT_TEXTS)
def _variant_or_flags(text: str) -> Variant | Flags | None:
    if (match := _BOOLEAN.fullmatch(text)) is not None:
        return Variant(intern(match["name"]), enabled=match["sigil"].startswith("+"))
    if (match := _VALUED.fullmatch(text)) is None:
        return None
    name, value = intern(match["name"]), _unquoted(match["value"])
    if name in FLAG_NAMES:
        return Flags(name, tuple(value.split()))
    values = tuple(value.split(",")) if value else ()
    return Variant(name, values=values, exact=match["operator"].startswith(":"))


def _unquoted(text: str) -> str:
    if len(text) < 2 or text[0] != text[-1] or text[0] not in "'\"":
        return text
    if text[0] == '"':
        # Spack writes double quotes as JSON does (`spec_parser.quote_if_needed`).
        try:
            return str(json.loads(text))
        except ValueError:
            return text[1:-1].replace('\\"', '"')
    return text[1:-1].replace("\\'", "'")


def size_in_bytes(size: int | float | str | None) -> int | None:
    """Return the size of a binary in bytes; None where the page records none, which it writes as `-`.

    Every page yet has `-`. A number without a unit is bytes; units are taken as printed (KiB 1024, kB 1000), so the
    result is as exact as the page. Anything else raises `Mismatch`.

    >>> [size_in_bytes(size) for size in ("-", None, 1024, "2048", "1.5 KiB", "3 MB")]
    [None, None, 1024, 2048, 1536, 3000000]
    """
    if size is None or size in ("-", ""):
        return None
    match = _SIZE.fullmatch(str(size))
    if match is None:
        raise Mismatch(f"expected a number of bytes, or -, got {size!r}")
    number, unit = match["number"], _UNITS[match["unit"]]
    # A float has no room for every whole number of bytes.
    return int(number) * unit if number.isdecimal() else round(float(number) * unit)
