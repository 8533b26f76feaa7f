"""What a reload changed, and who is told."""

import asyncio
from collections.abc import Sequence

import pytest

from graph.build import build
from server.changes import Change, Changes, Inbox, Kind, changes_between
from server.current import CurrentCatalogue
from server.graphql_request import RequestRefused
from tests.graph.small_graphs import NOON, spec_record


def catalogue(**snapshots):
    """Return a catalogue of snapshots, each with specs of the packages that its text names."""
    records = [spec_record(f"{label}", snapshot=name) for name, labels in snapshots.items() for label in labels.split()]
    return build(records, now=NOON).catalogue


def told(before, after):
    return [(change.kind, change.snapshot.name) for change in changes_between(before, after)]


def test_snapshots_are_added_replaced_and_removed():
    before = catalogue(kept="zlib", replaced="zlib", removed="zlib")
    after = catalogue(added="zlib", kept="zlib", replaced="zlib hdf5")
    assert told(before, after) == [(Kind.ADDED, "added"), (Kind.REMOVED, "removed"), (Kind.REPLACED, "replaced")]
    assert told(None, before) == [(Kind.ADDED, name) for name in ("kept", "removed", "replaced")]
    assert told(before, before) == []


def test_a_snapshot_that_was_removed_is_given_as_it_was():
    before, after = catalogue(a="zlib", b="zlib"), catalogue(a="zlib")
    [change] = changes_between(before, after)
    assert change.snapshot is before.snapshot("b")


def test_a_reload_tells_what_it_changed():
    first, second = build([spec_record("zlib")], now=NOON), build([spec_record("hdf5")], now=NOON)
    loads = iter([second, second])
    heard: list[Sequence[Change]] = []
    current = CurrentCatalogue(lambda: next(loads), built=first)
    current.on_change = heard.append
    assert current.refresh()
    assert current.refresh()
    assert [[change.kind for change in changes] for changes in heard] == [[Kind.REPLACED], []]
    assert heard[0][0].snapshot is second.catalogue.snapshot("s")


def test_an_inbox_keeps_the_latest_change_of_each_snapshot():
    async def main():
        inbox = Inbox()
        [added] = changes_between(catalogue(b="zlib"), catalogue(b="zlib", a="zlib"))
        [other] = changes_between(None, catalogue(b="zlib"))
        replaced = Change(Kind.REPLACED, added.snapshot)
        for change in (added, other, replaced):
            inbox.put(change)
        inbox.end()
        return [await inbox.next() for _ in range(3)] == [other, replaced, None]

    assert asyncio.run(main())


def test_everybody_who_listens_is_told_and_nobody_afterwards():
    async def main():
        changes = Changes(most=10)
        found = changes_between(None, catalogue(a="zlib"))
        changes.tell(found)  # nobody listens yet
        with changes.inbox() as one, changes.inbox() as two:
            assert changes.subscriptions == 2
            await asyncio.to_thread(changes.tell, found)
            assert await one.next() is await two.next() is found[0]
        assert changes.subscriptions == 0

    asyncio.run(main())


def test_connections_are_bounded():
    changes = Changes(most=1)
    with changes.connection():
        with pytest.raises(RequestRefused) as refused, changes.connection():
            pass
        assert (refused.value.status, refused.value.code) == (503, "TOO_MANY_SUBSCRIPTIONS")
    with changes.connection():
        assert changes.connections == 1
    changes.end()
    with pytest.raises(RequestRefused), changes.connection():
        pass
