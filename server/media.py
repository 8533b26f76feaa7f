"""Media types: what a request's body is, and which type its answer has.

GraphQL over HTTP, sections "Media Types", "Accept" and "Body"; RFC 9110, section 12.5.1, for the header's grammar:

    accept      = [ range *( "," range ) ]
    range       = ( "*/*" / type "/*" / type "/" subtype ) *( ";" name "=" value )
    weight      = the parameter "q", from 0 to 1, 1 where it is left out; 0 is "not acceptable"
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

GRAPHQL_RESPONSE = "application/graphql-response+json"
JSON = "application/json"
HTML = "text/html"
EVENT_STREAM = "text/event-stream"

NAMED_FIRST = (HTML, GRAPHQL_RESPONSE, JSON)
"""Preference among types that a client names with equal weight: what carries more meaning comes first."""

WILDCARD_FIRST = (JSON, GRAPHQL_RESPONSE, HTML)
"""Preference where a client takes anything, or says nothing: every client reads JSON, and old ones nothing else."""

_ELEMENT = re.compile(r'(?:[^,"]|"(?:[^"\\]|\\.)*")+')
_PARAMETER = re.compile(r';\s*([^\s=;]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^;]*)')
_UTF8 = frozenset({"utf-8", "utf8"})


@dataclass(frozen=True, slots=True)
class MediaType:
    """A media type or range, lower-case; `charset` None where it is not said, `weight` from 0 to 1."""

    kind: str
    subtype: str
    charset: str | None = None
    weight: float = 1.0

    @property
    def name(self) -> str:
        """Type and subtype."""
        return f"{self.kind}/{self.subtype}"

    @property
    def is_utf8(self) -> bool:
        """Tell whether the text is UTF-8, as it is where no charset is said."""
        return self.charset is None or self.charset in _UTF8

    def specificity(self, offer: str) -> int | None:
        """Return how closely the range names the offer (2, 1, 0 for a wildcard), or None where it does not match."""
        if not self.is_utf8:
            return None
        if self.name == offer:
            return 2
        if self.subtype != "*":
            return None
        if self.kind == offer.partition("/")[0]:
            return 1
        return 0 if self.kind == "*" else None


def parse_media_type(text: str) -> MediaType | None:
    """Parse one media type with its parameters; None where the text is not one.

    >>> parse_media_type('Application/JSON; charset="UTF-8"')
    MediaType(kind='application', subtype='json', charset='utf-8', weight=1.0)
    """
    name, _, rest = text.strip().partition(";")
    if name.strip() == "*":
        name = "*/*"  # what Java's HttpURLConnection sends
    kind, slash, subtype = name.strip().lower().partition("/")
    if not (kind and slash and subtype):
        return None
    parameters = {key.lower(): value.strip().strip('"').lower() for key, value in _PARAMETER.findall(";" + rest)}
    try:
        weight = float(parameters.get("q", "1"))
    except ValueError:
        return None
    return MediaType(kind, subtype, parameters.get("charset"), weight) if 0 <= weight <= 1 else None


def accepted(header: str) -> Iterator[MediaType]:
    """Yield the media ranges of an Accept header; what is not one is left out."""
    for element in _ELEMENT.findall(header):
        media_type = parse_media_type(element)
        if media_type is not None:
            yield media_type


def negotiated(header: str | None, offers: Sequence[str]) -> str | None:
    """Choose the offer that the Accept header wants most, or None where it wants none of them.

    Per offer the most specific range counts, as RFC 9110 says. Of offers with equal weight the more closely named
    one wins. No header, or an empty one, takes anything.

    >>> negotiated("application/json, text/plain, */*", [GRAPHQL_RESPONSE, JSON])
    'application/json'
    >>> negotiated("application/json, application/graphql-response+json", [GRAPHQL_RESPONSE, JSON])
    'application/graphql-response+json'
    """
    ranges = list(accepted(header)) if header and header.strip() else [MediaType("*", "*")]
    best = max((_rank(offer, ranges) for offer in offers), default=None)
    return best[-1] if best is not None and best[0] > 0 else None


def _rank(offer: str, ranges: Sequence[MediaType]) -> tuple[float, int, int, str]:
    """Return weight, specificity and preference, each the greater the better, and the offer."""
    matches = [(s, r.weight) for r in ranges if (s := r.specificity(offer)) is not None]
    if not matches:
        return (0.0, 0, 0, offer)
    specificity, weight = max(matches)
    preference = NAMED_FIRST if specificity == 2 else WILDCARD_FIRST
    return (weight, specificity, -preference.index(offer), offer)
