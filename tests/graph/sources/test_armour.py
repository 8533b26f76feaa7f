"""Clear signatures, which are taken off and not verified."""

from __future__ import annotations

import pytest

from graph.sources.armour import without_armour

SIGNATURE = b"-----BEGIN PGP SIGNATURE-----\n\niQEzBAEBCgAdFiEE\n=AbCd\n-----END PGP SIGNATURE-----\n"


def signed(text: bytes, *, header: bytes = b"Hash: SHA512\n") -> bytes:
    return b"-----BEGIN PGP SIGNED MESSAGE-----\n" + header + b"\n" + text + b"\n" + SIGNATURE


@pytest.mark.parametrize("text", [b'{"a": 1}', b'{\n"a":\n1\n}', b""])
def test_the_text_is_what_is_signed(text: bytes) -> None:
    assert without_armour(signed(text)) == b"\n\n\n" + text + b"\n"


@pytest.mark.parametrize("data", [b"{}", b"", b"-----BEGIN", b"x" + signed(b"{}")])
def test_other_data_stay_as_they_are(data: bytes) -> None:
    assert without_armour(data) == data


def test_lines_that_begin_with_a_dash_lose_their_escape() -> None:
    assert (
        without_armour(signed(b"- -1\n- -----BEGIN PGP SIGNATURE-----")).strip() == b"-1\n-----BEGIN PGP SIGNATURE-----"
    )


def test_several_headers_or_none() -> None:
    assert without_armour(signed(b"{}", header=b"Hash: SHA1\nHash: SHA256\n")) == b"\n\n\n\n{}\n"
    assert without_armour(signed(b"{}", header=b"")) == b"\n\n{}\n"


def test_windows_line_ends_and_a_byte_order_mark() -> None:
    data = b"\xef\xbb\xbf" + signed(b"{}").replace(b"\n", b"\r\n")
    assert without_armour(data).strip() == b"{}"


def test_lines_keep_their_numbers() -> None:
    data = signed(b'{\n"a": nul\n}')
    assert without_armour(data).split(b"\n").index(b'"a": nul') == data.split(b"\n").index(b'"a": nul')


def test_of_a_text_that_is_cut_off_all_is_there() -> None:
    text = b'{"a": 1}'
    assert without_armour(signed(text).partition(text)[0] + text[:5]).strip() == text[:5]
