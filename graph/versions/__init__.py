"""Spack's versions: their total order, and constraints on them as ranges and lists.

The grammar of a constraint (blanks are ignored):

    list     = element { "," element }
    element  = range | "=" ( version | git ) | git | version
    range    = [ version ] ":" [ version ]
    git      = ( "git." ref | 40 lower-case hex digits ) [ "=" version ] | ref "=" version
    version  = { digits | letters | "." | "_" | "-" }

`1.2` alone is the range `1.2:1.2`: 1.2 and all below it, such as 1.2.9. The rules are Spack 1.1's
(`spack/version/version_types.py`, `spack/spec_parser.py`); where we go further, the docstring says so.
"""

from graph.versions.constraint import (
    Element,
    VersionList,
    VersionRange,
    parse_spec_versions,
    parse_version_list,
    spec_version_end,
)
from graph.versions.version import INFINITY_VERSIONS, MAX_TEXT_LENGTH, Key, Version, sort_key

__all__ = [
    "INFINITY_VERSIONS",
    "MAX_TEXT_LENGTH",
    "Element",
    "Key",
    "Version",
    "VersionList",
    "VersionRange",
    "parse_spec_versions",
    "parse_version_list",
    "sort_key",
    "spec_version_end",
]
