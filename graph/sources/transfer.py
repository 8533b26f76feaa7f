"""How sources are fetched from servers: where to, and every limit with its unit and its reason."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct


class Transfer(Struct, frozen=True, kw_only=True):
    """The cache that downloads go to, and the limits of the transfer; all times are in seconds.

    Proxies and certificates come from the environment (`HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`, `NO_PROXY`;
    `SSL_CERT_FILE`, `SSL_CERT_DIR`). How many bytes a file may have is `Bounds.file_bytes`.
    """

    cache: Path
    """The folder of the download cache; it is made where it is not there. What lies in it may be deleted."""

    cache_bytes: int = 16 * 2**30
    """How much the cache may take between readings: the indexes of all public build caches several times over. What
    was used longest ago makes room; what a reading uses stays to its end, also where it is more."""

    allow_private: bool = False
    """Whether addresses of this machine and of private networks are connected to. A catalogue or a redirect of a
    public server must not lead a server's process to what only that machine can reach."""

    parallel: int = 4
    """Files that are fetched at a time: what browsers and mirrors' operators take for polite."""

    attempts: int = 5
    """How often a file is asked for before it is given up."""

    connect_seconds: float = 10.0
    """How long a connection may take to be made."""

    read_seconds: float = 30.0
    """How long a server may send nothing."""

    file_seconds: float = 3600.0
    """How long one file may take, all attempts and pauses together: 250 MB at 70 kB a second."""

    first_pause_seconds: float = 0.5
    """How long to wait before the second attempt; before each further one twice as long, give or take a half."""

    longest_pause_seconds: float = 60.0
    """The longest wait between two attempts, also where a server asks for more (`Retry-After`)."""

    lock_seconds: float = 3600.0
    """How long to wait for another process that fetches the same file."""

    redirects: int = 5
    """How many redirects of one request are followed."""
