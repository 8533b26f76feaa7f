"""Nodes and their ids.

An id is base64url, without padding, of `Type:snapshot:key`, where each part is percent-encoded (as UTF-8) but for
ASCII letters, digits and ` -./=@_~+`; the key is a spec's hash and every other noun's name, and a snapshot's own id
has no third part. The form never changes.
"""

from __future__ import annotations

import binascii
from abc import abstractmethod
from base64 import urlsafe_b64decode, urlsafe_b64encode
from urllib.parse import quote, unquote

import strawberry

from schema.columns import varies_with
from schema.errors import InvalidId

_UNESCAPED = "/@+-_.~ ="


def encode_id(*parts: str) -> str:
    """Return the id of a type name, a snapshot's name and a key.

    >>> encode_id("Package", "develop", "py-build")
    'UGFja2FnZTpkZXZlbG9wOnB5LWJ1aWxk'
    """
    text = ":".join(quote(part, safe=_UNESCAPED) for part in parts)
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode_id(node_id: str) -> tuple[str, ...]:
    """Return the parts of an id; raises `InvalidId` for a text that no id has the form of.

    >>> decode_id("UGFja2FnZTpkZXZlbG9wOnB5LWJ1aWxk")
    ('Package', 'develop', 'py-build')
    """
    try:
        padded = node_id + "=" * (-len(node_id) % 4)
        parts = tuple(map(unquote, urlsafe_b64decode(padded.encode("ascii")).decode().split(":")))
    except (ValueError, binascii.Error):
        parts = ()
    if encode_id(*parts) != node_id:
        raise InvalidId(f"{node_id!r} is not a node id; ids come from the `id` field of a node")
    return parts


@strawberry.interface(description="Anything that is listed, with an id that identifies it for ever.")
class Node:
    """What every listed noun is: it knows the parts of its id."""

    @strawberry.field(
        description="Opaque and stable: it stands for this noun in this snapshot. Give it to `node` to come back."
    )
    @varies_with(lambda node: node.place)
    def id(self) -> strawberry.ID:
        """Return the node's id."""
        return strawberry.ID(encode_id(type(self).__name__, *self.id_parts()))

    @abstractmethod
    def id_parts(self) -> tuple[str, ...]:
        """Return the snapshot's name and the key of the noun in it."""
