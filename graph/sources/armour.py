"""Text in PGP's clear-signature armour, as Spack signs spec files and manifests (RFC 9580, section 7).

    -----BEGIN PGP SIGNED MESSAGE-----
    Hash: SHA512

    <the text; a line that begins with "-" is written with "- " before it>
    -----BEGIN PGP SIGNATURE-----
    ...

The armour is taken off and the signature is not verified: that needs the mirror's keys, and `spack buildcache` does
it before anything is installed. What is read here is shown, never run.
"""

from __future__ import annotations

import re

from graph.sources.mismatch import BYTE_ORDER_MARK

_HEADER = re.compile(rb"-----BEGIN PGP SIGNED MESSAGE-----[ \t]*\r?\n(?:[A-Za-z-]+: [^\n]*\n)*[ \t]*\r?\n")
_SIGNATURE = re.compile(rb"^-----BEGIN PGP SIGNATURE-----", re.MULTILINE)
_DASH_ESCAPED = re.compile(rb"^- ", re.MULTILINE)


def without_armour(data: bytes) -> bytes:
    r"""Return the text that a clear signature is about; other data come back as they are.

    Lines keep their numbers: those of the armour's head are left empty. Of text that is cut off before the
    signature, all is returned, and whoever reads it finds that it ends too early.

    >>> signed = b"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\n{}\n-----BEGIN PGP SIGNATURE-----\n"
    >>> without_armour(signed), without_armour(b"{}")
    (b'\n\n\n{}\n', b'{}')
    """
    text = data.removeprefix(BYTE_ORDER_MARK)
    header = _HEADER.match(text)
    if header is None:
        return data
    signature = _SIGNATURE.search(text, header.end())
    body = text[header.end() : signature.start() if signature is not None else len(text)]
    return b"\n" * header[0].count(b"\n") + _DASH_ESCAPED.sub(b"", body)
