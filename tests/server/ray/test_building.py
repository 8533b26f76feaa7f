"""Files that are read and joined in parts make the same universe, byte for byte."""

import pytest

from graph.build import build
from graph.partial import partly_joined
from graph.sources.bounds import Bounds
from graph.sources.detect import read_sources
from graph.sources.records import SpecRecord
from graph.sources.transfer import Transfer
from graph.store import save
from server.ray.building import _decoder, read_part
from tests.server.ray.conftest import NOON, ROOT

SAMPLE = str(ROOT / "server" / "sample" / "sample.tar.xz")


@pytest.mark.parametrize("parts", [1, 2, 7, 100])
def test_parts_give_the_bytes_of_the_whole(undivided, tmp_path, parts):
    transfer = Transfer(cache=tmp_path / "downloads")
    encoded = [
        read_part([SAMPLE], part, parts, untagged="untagged", transfer=transfer, bounds=Bounds())
        for part in range(parts)
    ]
    built = build((r for part in encoded for r in _decoder.decode(part).all()), default="v2025.11.0", now=NOON)
    save(built.catalogue, tmp_path / "parts")
    save(undivided.catalogue, tmp_path / "whole")
    assert (tmp_path / "parts").read_bytes() == (tmp_path / "whole").read_bytes()
    assert (built.problems, built.sources) == (undivided.problems, undivided.sources)


def test_a_part_holds_each_spec_of_a_snapshot_once(readings):
    specs = [reading for reading in readings if isinstance(reading, SpecRecord)]
    joined = partly_joined(specs).specs
    keys = [(record.snapshot, record.spec.hash, record.authority) for record in joined]
    assert len(keys) == len(set(keys)) < len(specs)
    assert set(keys) == {(record.snapshot, record.spec.hash, record.authority) for record in specs}


def test_every_file_is_in_one_part():
    whole = list(read_sources([SAMPLE]))
    for parts in (2, 5):
        shares = [list(read_sources([SAMPLE], share=(part, parts))) for part in range(parts)]
        assert [reading for share in shares for reading in share] == whole
