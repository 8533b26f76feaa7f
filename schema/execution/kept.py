"""What is kept between runs, within budgets in bytes: snapshots never change, so what was found in one stays true.

- Columns: the JSON of a leaf field, by the position that tells it (`schema.columns.varies_with`), in one snapshot; and
  of leaves of a noun that stands at a position, as in `compiler { name version }`.
- Fragments: the JSON of a selection set on one node, in one snapshot, for one plan. These can be switched off.

All of it goes when its snapshot does. Threads may share it: what is read is never changed, and what two threads find at
once is the same.
"""

from __future__ import annotations

import sys
import weakref
from collections import deque
from collections.abc import Hashable, Iterator, Mapping
from itertools import count
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from graph.snapshot import Snapshot
from schema.columns import Integers
from schema.context import Context
from schema.execution.packed import Packed
from schema.execution.pieces import Parts, parts_of
from schema.limits import Limits

if TYPE_CHECKING:
    from schema.execution.recipe import Recipe

DEFAULT_FRAGMENT_BYTES = 64 * 2**20
"""Memory for fragments: those of 100,000 specs in a list of some fields."""

DEFAULT_COLUMN_BYTES = 64 * 2**20
"""Memory for columns: distinct values are few, but for what differs from package to package."""

SCHEMA_BYTES = 4 * 2**20
"""Memory for answers about the schema: the usual question of a tool gives 150 KB."""

ENTRY_BYTES = 140
"""What an entry costs beside its text: its place in a dictionary (half empty at the worst), and a number as its key."""

TABLE_BYTES = 400
"""What a table of fragments costs by itself: each selection set of each operation has one."""

FILLED = 0.9
"""The part of a budget that stays in use when room is made."""

SLOT_BYTES = 9
"""What a position of a column costs beside its text."""

ROW_COLUMN_SHARE = 8
"""The part of the budget for columns that the slots of one may take: no row of a larger universe has one."""

FEWEST_PACKED = 64
"""Rows of a list from which on gathering fragments from a table costs less than looking up each."""

INDEX_BYTES = 4
"""What a row takes in the index of a table of fragments, whether it has one or not."""

ROWS_OF_INDEX = 512
"""Rows of an index for each row of a list that makes it: the list's fragments take an eighth of its memory or more."""

INDEX_SHARE = 16
"""The part of the budget for fragments that an index may take."""

FREED_AT_ONCE_BYTES = 2**20
"""Of what is kept of snapshots that are gone: more is freed in a thread of its own, 64 MB take 80 ms."""

FREED_AT_ONCE = 4_096
"""Texts that such a thread frees before others may go on: less than half a millisecond."""

Scope = int


class Texts(dict[Any, Any]):
    """JSON by position or node, and what it holds of memory; `kept` is False once it was dropped."""

    __slots__ = ("kept", "size", "used")

    def __init__(self) -> None:
        super().__init__()
        self.kept = True
        self.size = 0
        self.used = 0


UNKNOWN = b"\0"
"""The byte of False in an array."""

FIRST_SLOTS = 64
"""Positions that a column has room for at first."""


class Column:
    """The JSON of a field by position, -1 or more, in an array: many are taken at once.

    `texts` has None where there is none yet. Of position -1 it has the last slot. Positions that are names stand beside
    it. What was taken from it stays valid when it grows, or is kept no more.
    """

    __slots__ = ("_known", "_named", "kept", "size", "texts", "used")

    def __init__(self, slots: int = FIRST_SLOTS) -> None:
        self.texts: NDArray[np.object_] = np.full(slots, None, dtype=object)
        self._known = np.zeros(slots, dtype=np.bool_)
        self._named: dict[str, str] = {}
        self.kept = True
        self.size = slots * SLOT_BYTES
        self.used = 0

    def get(self, position: int | str) -> str | None:
        """Return the text of a position, None where it has none yet."""
        if isinstance(position, str):
            return self._named.get(position)
        texts = self.texts
        return texts[position] if position < len(texts) else None

    def has(self, positions: Integers) -> bool:
        """Tell whether all of these have a text."""
        try:
            # Cheaper than `all`: a search through some bytes.
            return UNKNOWN not in self._known.take(positions).tobytes()
        except IndexError:
            return False

    def add_named(self, name: str, text: str) -> int:
        """Add the text of a position that is a name, and return how many bytes it takes."""
        size = 0 if name in self._named else sys.getsizeof(text) + ENTRY_BYTES
        self._named[name] = text
        self.size += size
        return size

    def add(self, found: Mapping[int, str]) -> int:
        """Add texts, and return how many bytes they take."""
        grown = self._grow(max(found, default=-1) + 2)
        texts, known = self.texts, self._known
        new = {position: text for position, text in found.items() if not known[position]}
        for position, text in new.items():
            texts[position] = text
            # Last, for who reads meanwhile.
            known[position] = True
        size = grown * SLOT_BYTES + sum(map(sys.getsizeof, new.values()))
        self.size += size
        return size

    def _grow(self, slots: int) -> int:
        """Make room for so many slots, and return how many are new."""
        texts, known = self.texts, self._known
        more = max(slots, 2 * len(texts)) - len(texts) if slots > len(texts) else 0
        if more:
            # The texts first: who finds one known finds it there.
            self.texts = np.concatenate([texts[:-1], np.full(more, None, dtype=object), texts[-1:]])
            self._known = np.concatenate([known[:-1], np.zeros(more, dtype=np.bool_), known[-1:]])
        return more


class Kept:
    """The texts that plans share, and how much memory they take."""

    def __init__(
        self, *, fragment_bytes: int = DEFAULT_FRAGMENT_BYTES, column_bytes: int = DEFAULT_COLUMN_BYTES
    ) -> None:
        """Keep at most so many bytes of each; 0 fragment bytes keep no fragment."""
        self.max_fragment_bytes = fragment_bytes
        self.max_column_bytes = column_bytes
        self.fragment_bytes = 0
        self.column_bytes = 0
        self.made_room = 0
        """How often something was dropped for something else: answers that were quick may take longer after it."""
        self.schema_texts = Texts()
        self._columns: dict[int, dict[Hashable, Column]] = {}
        self.fewest_packed = FEWEST_PACKED
        self._fragments: dict[tuple[int, int, Scope], Texts | Packed] = {}
        self._scopes: dict[tuple[Limits, str], Scope] = {}
        self._last_scope: tuple[Limits | None, str, Scope] = (None, "", 0)
        self._recipes: weakref.WeakSet[Recipe] = weakref.WeakSet()
        self._watched: set[int] = set()
        self._gone: deque[int] = deque()
        self._clock = count(1)
        self._lock = Lock()

    def scope(self, context: Context) -> Scope:
        """Return a number for what a fragment depends on beside its snapshot: limits, and which is the default."""
        limits, default = context.limits, context.catalogue.default
        last = self._last_scope
        if last[0] is limits and last[1] == default:
            return last[2]
        number = self._scopes.setdefault((limits, default), len(self._scopes))
        self._last_scope = (limits, default, number)
        return number

    def row_column(self, field: Hashable, within: Snapshot) -> Column | None:
        """Return the texts of a leaf field by row; None where there are too many rows for the budget."""
        slots = len(within.universe) + 1
        return self.column(field, within, slots) if slots <= self.most_slots else None

    @property
    def most_slots(self) -> int:
        """How many positions a column may have for the budget."""
        return self.max_column_bytes // (SLOT_BYTES * ROW_COLUMN_SHARE)

    def column(self, field: Hashable, within: Snapshot, slots: int = FIRST_SLOTS) -> Column:
        """Return the texts of a leaf field in a snapshot, by position, with room for so many at first."""
        if self._gone:
            self._forget_gone()
        try:
            found = self._columns[id(within)][field]
        except KeyError:
            found = self._new_column(field, within, slots)
        found.used = next(self._clock)
        return found

    def _new_column(self, field: Hashable, within: Snapshot, slots: int) -> Column:
        with self._lock:
            self._watch(within)
            columns = self._columns.setdefault(id(within), {})
            if field in columns:
                return columns[field]
            column = columns[field] = Column(slots)
            column.used = next(self._clock)
            self._grown(column, column.size)
            return column

    def tick(self) -> int:
        """Return a time of use, later than any before."""
        return next(self._clock)

    def keep_recipe(self, recipe: Recipe) -> None:
        """Have a recipe spoiled once a column is dropped; whoever uses it holds it."""
        with self._lock:
            self._recipes.add(recipe)

    def _spoil_recipes(self) -> None:
        for recipe in self._recipes:
            recipe.spoil()
        self._recipes.clear()

    def add_to_column(self, column: Column, position: int | str, text: str) -> None:
        """Add one text to those of a leaf field."""
        if not isinstance(position, str):
            self.add_column(column, {position: text})
            return
        with self._lock:
            self._grown(column, column.add_named(position, text))

    def add_column(self, column: Column, found: Mapping[int, str]) -> None:
        """Add to the texts of a leaf field."""
        with self._lock:
            self._grown(column, column.add(found))

    def _grown(self, column: Column, size: int) -> None:
        """Count what a column takes more; those used least recently make room once the budget is spent."""
        if column.kept:
            self.column_bytes += size
            if self.column_bytes > self.max_column_bytes:
                self._make_room_for_columns()

    def _make_room_for_columns(self) -> None:
        self.made_room += 1
        self._spoil_recipes()
        oldest_first = sorted(
            ((columns, field) for columns in self._columns.values() for field in columns),
            key=lambda place: place[0][place[1]].used,
        )
        for columns, field in oldest_first:
            if self.column_bytes <= self.max_column_bytes * FILLED:
                break
            self.column_bytes -= _drop(columns.pop(field))

    def fragments(self, selection: int, within: Snapshot, scope: Scope) -> Texts | None:
        """Return the fragments of a selection set in a snapshot; None where fragments are not kept."""
        found = self._fragments_of(selection, within, scope)
        assert not isinstance(found, Packed), "of single nodes"
        return found

    def _fragments_of(self, selection: int, within: Snapshot, scope: Scope) -> Texts | Packed | None:
        if not self.max_fragment_bytes:
            return None
        if self._gone:
            self._forget_gone()
        key = (selection, id(within), scope)
        texts = self._fragments.get(key)
        if texts is None:
            with self._lock:
                self._watch(within)
                texts = self._fragments.get(key)
                if texts is None:
                    texts = self._fragments[key] = Texts()
                    texts.size = TABLE_BYTES
                    self.fragment_bytes += TABLE_BYTES
        texts.used = next(self._clock)
        return texts

    def listed(self, selection: int, within: Snapshot, scope: Scope, *, count: int) -> Texts | Packed | None:
        """Return the fragments of a selection set for a list of so many rows: packed, once a list was long enough.

        An index of all rows is worth its memory where one list takes an eighth of that.
        """
        texts = self._fragments_of(selection, within, scope)
        rows = len(within.universe)
        if not isinstance(texts, Texts) or count < self.fewest_packed or count * ROWS_OF_INDEX < rows:
            return texts
        if rows * INDEX_BYTES * INDEX_SHARE > self.max_fragment_bytes:
            return texts
        with self._lock:
            return self._packed((selection, id(within), scope), texts, rows)

    def _packed(self, key: tuple[int, int, Scope], texts: Texts, rows: int) -> Texts | Packed:
        """Put fragments that were kept one by one together."""
        if not texts.kept:
            return self._fragments.get(key, texts)
        packed = self._fragments[key] = Packed(rows)
        packed.used = texts.used
        packed.add(np.fromiter(texts, dtype=np.int64, count=len(texts)), parts_of(list(texts.values())))
        self.fragment_bytes += packed.size - _drop(texts)
        return packed

    def add_packed(self, packed: Packed, rows: Integers, found: Parts) -> None:
        """Add fragments of rows; they can be read even where there is no room to keep them."""
        with self._lock:
            size = packed.add(rows, found)
            if packed.kept:
                self.fragment_bytes += size
                if self.fragment_bytes > self.max_fragment_bytes:
                    self._make_room()

    def add_fragments(self, texts: Texts, found: Mapping[Any, str | bytes]) -> None:
        """Add fragments; the tables that were used least recently make room once the budget is spent."""
        with self._lock:
            self.fragment_bytes += _add(texts, found)
            if self.fragment_bytes > self.max_fragment_bytes:
                self._make_room()

    def _make_room(self) -> None:
        """Drop the tables that were used least recently, some more than needed, so that it is not done each time."""
        self.made_room += 1
        oldest_first = iter(sorted(self._fragments, key=lambda key: self._fragments[key].used))
        while self.fragment_bytes > self.max_fragment_bytes * FILLED:
            self.fragment_bytes -= _drop(self._fragments.pop(next(oldest_first)))

    @property
    def size(self) -> int:
        """The bytes of all that is kept, without what is of snapshots that nobody reads any more."""
        self._forget_gone()
        return self.fragment_bytes + self.column_bytes + self.schema_texts.size

    def add_schema_text(self, asked: tuple[str, str], text: str) -> None:
        """Keep an answer about the schema; they start anew once they take more than their budget."""
        with self._lock:
            size = sum(map(sys.getsizeof, (*asked, text))) + ENTRY_BYTES
            if self.schema_texts.size + size > SCHEMA_BYTES:
                self.schema_texts = Texts()
            if size <= SCHEMA_BYTES:
                self.schema_texts[asked] = text
                self.schema_texts.size += size

    def _watch(self, within: Snapshot) -> None:
        """Let go of what is kept of a snapshot when nobody reads it any more."""
        if id(within) not in self._watched:
            self._watched.add(id(within))
            # A finalizer may run wherever memory is freed, within the lock too: it notes what there is to do.
            weakref.finalize(within, self._gone.append, id(within)).atexit = False

    def _forget_gone(self) -> None:
        """Drop what is kept of snapshots that are gone, before another one has their identity."""
        gone: list[Texts | Packed | Column] = []
        with self._lock:
            while self._gone:
                gone += self._forget(self._gone.popleft())
        if sum(texts.size for texts in gone) > FREED_AT_ONCE_BYTES:
            Thread(target=_free, args=(gone,), name="specgraph-free", daemon=True).start()

    def _forget(self, within: int) -> Iterator[Texts | Packed | Column]:
        self._watched.discard(within)
        self._spoil_recipes()
        for column in self._columns.pop(within, {}).values():
            self.column_bytes -= _drop(column)
            yield column
        for key in [key for key in self._fragments if key[1] == within]:
            found = self._fragments.pop(key)
            self.fragment_bytes -= _drop(found)
            yield found


def _add(texts: Texts, found: Mapping[Any, str | bytes]) -> int:
    """Add what is not there yet, and return how many bytes that takes: none for texts that nobody finds any more."""
    if not texts.kept:
        return 0
    new = {key: text for key, text in found.items() if key not in texts}
    size = sum(map(sys.getsizeof, new.values())) + ENTRY_BYTES * len(new)
    texts.update(new)
    texts.size += size
    return size


def _drop(texts: Texts | Packed | Column) -> int:
    """Mark texts that are kept no more, and return their bytes."""
    texts.kept = False
    return texts.size


def _free(gone: list[Texts | Packed | Column]) -> None:
    """Free texts that nobody reads any more, some at a time: freeing keeps the interpreter from other threads."""
    while gone:
        texts = gone.pop()
        if isinstance(texts, Texts):
            while texts:
                texts.popitem()
        elif isinstance(texts, Column):
            array = texts.texts
            for start in range(0, len(array), FREED_AT_ONCE):
                array[start : start + FREED_AT_ONCE] = None
