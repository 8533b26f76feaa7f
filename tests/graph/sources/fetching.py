"""Downloads into one cache, each with connections and a memory of their own."""

from __future__ import annotations

import gzip
import hashlib
from pathlib import Path
from typing import Any

import pytest

from graph.errors import SourceError
from graph.sources.bounds import Bounds
from graph.sources.download import Downloads, Fetched
from graph.sources.receive import Absent
from graph.sources.transfer import Transfer

BODY = bytes(range(256)) * 400
SUM = hashlib.sha256(BODY).hexdigest()
NAME = "/m/index.json"


class Fetching:
    """Downloads into one cache, each with connections and a memory of their own."""

    def __init__(self, cache: Path) -> None:
        self.cache = cache
        self.options: dict[str, Any] = {"allow_private": True, "first_pause_seconds": 0.01, "attempts": 3}
        self.bounds = Bounds()
        self.amounts = (0, 0)

    def __call__(self, address: str, **options: Any) -> Fetched | Absent:
        transfer = Transfer(cache=self.cache, **self.options)
        downloads = Downloads(transfer, bounds=self.bounds, tell=lambda: None)
        try:
            return downloads.fetch(address, **options)
        finally:
            self.amounts = downloads.amounts()
            downloads.close()

    def bytes(self, address: str, **options: Any) -> bytes:
        fetched = self(address, **options)
        assert isinstance(fetched, Fetched)
        data = fetched.path.read_bytes()
        return gzip.decompress(data) if fetched.encoding else data

    def refusal(self, address: str, **options: Any) -> str:
        with pytest.raises(SourceError) as refused:
            self(address, **options)
        return str(refused.value)

    def files(self) -> list[str]:
        """The endings of the files in the cache, but for locks."""
        names = (path.name for path in (self.cache / "downloads-1").iterdir())
        return sorted(name.partition(".")[2] for name in names if not name.endswith(".lock"))
