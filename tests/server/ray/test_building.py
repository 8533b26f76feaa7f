"""Files that are read in parts make the same file, byte for byte, and one that can be updated."""

import pytest

from graph.build import build_batches
from graph.partial import PartialReadings, partial_readings
from graph.sources.bounds import Bounds
from graph.sources.detect import read_batches, read_sources
from graph.sources.records import Batch, SpecRecord
from graph.sources.transfer import Transfer
from graph.store import open_record, save
from server.ray.building import _decoder, _encoder, read_part
from tests.graph.small_graphs import spec_record
from tests.server.ray.conftest import NOON, ROOT

SAMPLE = str(ROOT / "server" / "sample" / "sample.tar.xz")


def in_parts(sources, parts, folder):
    """What comes of the tasks, in the order in which they are joined."""
    transfer = Transfer(cache=folder / "downloads")
    for part in range(parts):
        found = read_part(sources, part, parts, untagged="untagged", transfer=transfer, bounds=Bounds())
        yield from _decoder.decode(found).batches()


@pytest.mark.parametrize("parts", [1, 2, 7, 100])
def test_parts_give_the_bytes_of_the_whole(tmp_path, parts):
    built = build_batches(in_parts([SAMPLE], parts, tmp_path), default="v2025.11.0", now=NOON)
    whole = build_batches(read_batches([SAMPLE]), default="v2025.11.0", now=NOON)
    for name, one in (("parts", built), ("whole", whole)):
        save(one.catalogue, tmp_path / name, record=one.record)
    assert (tmp_path / "parts").read_bytes() == (tmp_path / "whole").read_bytes()
    assert (built.problems, built.sources) == (whole.problems, whole.sources)
    record = open_record(tmp_path / "parts")
    assert record is not None
    assert len(record.ledger.parts) == 17


def test_a_spec_of_several_files_is_handed_over_once(readings):
    specs = [reading for reading in readings if isinstance(reading, SpecRecord)]
    found = partial_readings(Batch(str(place), {}, [record]) for place, record in enumerate(specs))
    assert len(found.specs) == len({record.spec for record in specs}) < len(specs)
    assert [reading for batch in found.batches() for reading in batch.readings or ()] == specs


def test_what_files_say_otherwise_of_one_spec_stays_apart():
    one, other = spec_record("a"), spec_record("a", target="zen3")
    batches = [Batch("x", {"x": "1"}, (one,)), Batch("", {}, (other, one))]
    found = _decoder.decode(_encoder.encode(partial_readings(batches)))
    assert isinstance(found, PartialReadings)
    assert found.specs == (one.spec, other.spec)
    assert list(found.batches()) == batches


def test_a_file_that_two_sources_name_is_read_once_in_all_parts(tmp_path):
    readings = [reading for batch in in_parts([SAMPLE, SAMPLE], 5, tmp_path) for reading in batch.readings or ()]
    assert len(readings) == len(list(read_sources([SAMPLE])))


def test_every_file_is_in_one_part():
    whole = list(read_sources([SAMPLE]))
    for parts in (2, 5):
        shares = [list(read_sources([SAMPLE], share=(part, parts))) for part in range(parts)]
        assert [reading for share in shares for reading in share] == whole
