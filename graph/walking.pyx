# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False
"""Walks over compressed sparse rows, compiled: an edge at a time, where `graph.numpy_walking` takes a level at a time.

What is asked and answered is said in `walking.pyi`. Rows wait in one queue, in the order in which they are found, and
a set of bits says which were. Nothing that is changed belongs to the walker, so that many threads may walk at once.
Positions that come out of the arrays are compared with their lengths before anything is read there.
"""

from cpython.buffer cimport PyBUF_SIMPLE, PyBUF_WRITABLE, PyBuffer_Release, PyObject_GetBuffer
from cpython.mem cimport PyMem_RawCalloc, PyMem_RawFree, PyMem_RawRealloc
from libc.stdint cimport int32_t, int64_t, uint8_t, uint32_t, uint64_t
from libc.string cimport memset

import numpy

cdef extern from *:
    """
    #if defined(__GNUC__) || defined(__clang__)
    #define lowest_bit(word) __builtin_ctzll(word)
    #define bits_in(word) __builtin_popcountll(word)
    #else
    static int lowest_bit(unsigned long long word) { int at = 0; while (!(word >> at & 1)) at++; return at; }
    static int bits_in(unsigned long long word) { int count = 0; for (; word; word &= word - 1) count++; return count; }
    #endif
    """
    int lowest_bit(uint64_t word) noexcept nogil
    int bits_in(uint64_t word) noexcept nogil

cdef enum Status:
    DONE, TOO_MANY, PAUSED, NO_MEMORY, NO_START, NO_EDGES, NO_HEAD

# Edges that are followed before another thread that waits for the interpreter is let on: some 2 ms. It is given away for
# that moment alone: walks that went on without it had whoever holds it wait for a processor, where there are few. More
# often than each switch interval (1 ms in a server) it must not be: who waits asks for it only when nobody has let go of
# it for as long (`take_gil` in CPython's ceval_gil.h), and else finds it taken again.
cdef Py_ssize_t EDGES_AT_ONCE = 1 << 19

# Rows up to which it is quicker to sort them than to look through the bits.
cdef Py_ssize_t FEW = 48

cdef object empty = numpy.empty, int64 = numpy.int64


cdef struct Walk:
    # The graph.
    const int64_t *start
    const int32_t *head
    const uint8_t *deptypes  # NULL: edges of any type
    const uint8_t *allowed  # NULL: all rows
    Py_ssize_t rows, edges
    # The bounds; a depth below 0 is none.
    int wanted
    Py_ssize_t max_depth, max_nodes
    # How far it has come. The first `starts` of the queue are not found; `depth` and `edge` are NULL where not asked.
    uint64_t *seen
    uint64_t *begun  # where there are several starts: those
    int32_t *queue
    int32_t *depth
    int64_t *edge
    Py_ssize_t starts, taken, count, capacity
    # What does not fit, where something does not.
    int64_t bad


cdef inline bint has(const uint64_t *bits, uint32_t row) noexcept nogil:
    return (bits[row >> 6] >> (row & 63)) & 1


cdef inline void put(uint64_t *bits, uint32_t row) noexcept nogil:
    bits[row >> 6] |= <uint64_t>1 << (row & 63)


cdef inline void drop(uint64_t *bits, uint32_t row) noexcept nogil:
    bits[row >> 6] &= ~(<uint64_t>1 << (row & 63))


cdef bint make_room(Walk *walk, Py_ssize_t more, bint with_edges) noexcept nogil:
    """Make room for so many rows more; say whether there was memory."""
    if walk.count + more <= walk.capacity:
        return True
    cdef Py_ssize_t capacity = max(walk.count + more, 2 * walk.capacity)
    cdef void *grown = PyMem_RawRealloc(walk.queue, capacity * sizeof(int32_t))
    if grown == NULL:
        return False
    walk.queue = <int32_t *>grown
    if with_edges:
        grown = PyMem_RawRealloc(walk.depth, capacity * sizeof(int32_t))
        if grown == NULL:
            return False
        walk.depth = <int32_t *>grown
        grown = PyMem_RawRealloc(walk.edge, capacity * sizeof(int64_t))
        if grown == NULL:
            return False
        walk.edge = <int64_t *>grown
    walk.capacity = capacity
    return True


cdef Status begin(Walk *walk, const int64_t *starts, Py_ssize_t count, bint with_edges) noexcept nogil:
    cdef size_t words = <size_t>walk.rows // 64 + 1
    cdef Py_ssize_t i
    walk.seen = <uint64_t *>PyMem_RawCalloc(words, sizeof(uint64_t))
    if walk.seen == NULL or not make_room(walk, max(count, 1024), with_edges):
        return NO_MEMORY
    if count > 1:
        walk.begun = <uint64_t *>PyMem_RawCalloc(words, sizeof(uint64_t))
        if walk.begun == NULL:
            return NO_MEMORY
    for i in range(count):
        if not 0 <= starts[i] < walk.rows:
            walk.bad = starts[i]
            return NO_START
        # A lone start is never found; one of several is when another reaches it, and not walked from again.
        put(walk.seen if count == 1 else walk.begun, <uint32_t>starts[i])
        walk.queue[i] = <int32_t>starts[i]
        if with_edges:
            walk.depth[i] = 0
    walk.starts = walk.count = count
    return DONE


cdef Status follow(Walk *walk, Py_ssize_t at_once) noexcept nogil:
    """Walk on until nothing is left, a bound is met, or about so many edges are followed."""
    cdef const int32_t *heads = walk.head
    cdef const uint8_t *deptypes = walk.deptypes
    cdef const uint8_t *allowed = walk.allowed
    cdef uint64_t *seen = walk.seen
    cdef uint64_t rows = walk.rows
    cdef bint with_edges = walk.edge != NULL
    cdef Py_ssize_t count
    cdef int64_t edge, first, end
    cdef uint32_t row, head
    cdef int32_t *queue
    while walk.taken < walk.count:
        row = <uint32_t>walk.queue[walk.taken]
        if with_edges and walk.depth[walk.taken] == walk.max_depth:
            return DONE
        if walk.begun != NULL and walk.taken >= walk.starts and has(walk.begun, row):
            walk.taken += 1
            continue
        first, end = walk.start[row], walk.start[row + 1]
        if not 0 <= first <= end <= walk.edges:
            walk.bad = row
            return NO_EDGES
        if not make_room(walk, end - first, with_edges):
            return NO_MEMORY
        count, queue = walk.count, walk.queue
        for edge in range(first, end):
            head = <uint32_t>heads[edge]
            if head >= rows:
                walk.bad = edge
                return NO_HEAD
            if has(seen, head):
                continue
            if deptypes != NULL and not deptypes[edge] & walk.wanted:
                continue
            if allowed != NULL and not allowed[head]:
                continue
            put(seen, head)
            queue[count] = <int32_t>head
            if with_edges:
                walk.depth[count] = walk.depth[walk.taken] + 1
                walk.edge[count] = edge
            count += 1
        walk.count = count
        walk.taken += 1
        if count - walk.starts > walk.max_nodes:
            return TOO_MANY
        at_once -= end - first + 1
        if at_once < 0:
            return PAUSED
    return DONE


cdef void ascending(Walk *walk, const int64_t *members, int64_t *into) noexcept nogil:
    """Lay what was found in ascending order, as members where there are some."""
    cdef Py_ssize_t count = walk.count - walk.starts, at, place
    cdef int32_t *found = walk.queue + walk.starts
    cdef int64_t row
    cdef uint64_t word
    if count <= FEW:
        for at in range(count):
            row = found[at]
            place = at
            while place > 0 and into[place - 1] > row:
                into[place] = into[place - 1]
                place -= 1
            into[place] = row
    else:
        if walk.starts == 1:
            drop(walk.seen, <uint32_t>walk.queue[0])
        at = place = 0
        while at < count:
            word = walk.seen[place]
            while word:
                into[at] = (place << 6) + lowest_bit(word)
                at += 1
                word &= word - 1
            place += 1
    if members != NULL:
        for at in range(count):
            into[at] = members[into[at]]


cdef Status number_words(Walk *walk, int32_t **before) noexcept nogil:
    """Count for each word of the bits how many were found in the words before it."""
    cdef Py_ssize_t words = walk.rows // 64 + 1, word
    cdef int32_t count = 0
    before[0] = <int32_t *>PyMem_RawRealloc(NULL, words * sizeof(int32_t))
    if before[0] == NULL:
        return NO_MEMORY
    for word in range(words):
        before[0][word] = count
        count += bits_in(walk.seen[word])
    return DONE


cdef Status in_row_order(
    Walk *walk, Py_ssize_t count, const int64_t *members, int64_t *rows, int64_t *depths, int64_t *edges
) noexcept nogil:
    """Lay the first so many of what was found in ascending order, with the depth and the first edge of each."""
    cdef int32_t *before
    cdef Py_ssize_t at, place
    cdef uint32_t row
    if walk.starts == 1:
        drop(walk.seen, <uint32_t>walk.queue[0])
    for at in range(walk.starts + count, walk.count):
        drop(walk.seen, <uint32_t>walk.queue[at])
    if number_words(walk, &before) != DONE:
        return NO_MEMORY
    for at in range(walk.starts, walk.starts + count):
        row = <uint32_t>walk.queue[at]
        place = before[row >> 6] + bits_in(walk.seen[row >> 6] & ((<uint64_t>1 << (row & 63)) - 1))
        rows[place] = row if members == NULL else members[row]
        depths[place] = walk.depth[at]
        edges[place] = walk.edge[at]
    PyMem_RawFree(before)
    return DONE


cdef class Walker:
    cdef const int64_t[::1] _start
    cdef const int32_t[::1] _head
    cdef const uint8_t[::1] _deptypes
    cdef const int64_t[::1] _members
    cdef Py_ssize_t _rows

    def __init__(self, start, head, deptypes, members=None):
        self._start, self._head, self._deptypes, self._members = start, head, deptypes, members
        self._rows = len(start) - 1
        if self._rows < 0 or self._rows >= 1 << 31 or len(deptypes) != len(head):
            raise ValueError("a graph has one start more than rows, and types for each edge")
        if members is not None and len(members) != self._rows:
            raise ValueError(f"there are {self._rows} rows and {len(members)} members")

    cdef walk(self, Walk *walk, starts, allowed, deptypes, bint with_edges):
        """Walk to the end; return whether it is that of the graph. Whoever calls frees what the walk has taken."""
        cdef Py_buffer begun, open_
        cdef Status status
        memset(&open_, 0, sizeof(Py_buffer))
        walk.start, walk.head, walk.rows, walk.edges = &self._start[0], &self._head[0], self._rows, len(self._head)
        if deptypes is not None:
            walk.deptypes, walk.wanted = &self._deptypes[0], deptypes
        if starts.dtype != int64:
            raise TypeError(f"starts are of 64 bits, not {starts.dtype}")
        PyObject_GetBuffer(starts, &begun, PyBUF_SIMPLE)
        try:
            if allowed is not None:
                PyObject_GetBuffer(allowed, &open_, PyBUF_SIMPLE)
                if open_.len != self._rows:
                    raise ValueError(f"there are {self._rows} rows, and {open_.len} are allowed or not")
                walk.allowed = <const uint8_t *>open_.buf
            status = begin(walk, <const int64_t *>begun.buf, begun.len // <Py_ssize_t>sizeof(int64_t), with_edges)
            if status == DONE:
                status = follow(walk, EDGES_AT_ONCE)
            while status == PAUSED:
                with nogil:
                    pass
                status = follow(walk, EDGES_AT_ONCE)
        finally:
            PyBuffer_Release(&begun)
            PyBuffer_Release(&open_)
        if status == NO_MEMORY:
            raise MemoryError
        if status == NO_START:
            raise ValueError(f"no start at row {walk.bad}: there are {walk.rows}")
        if status == NO_EDGES:
            raise ValueError(f"the edges of row {walk.bad} are not among the {walk.edges} that there are")
        if status == NO_HEAD:
            raise ValueError(f"edge {walk.bad} leads to no row: there are {walk.rows}")
        return status == DONE

    def found(self, starts, *, allowed, deptypes, Py_ssize_t max_nodes):
        cdef Walk walk
        cdef Py_buffer into
        memset(&walk, 0, sizeof(Walk))
        walk.max_depth, walk.max_nodes = -1, max_nodes
        try:
            if not self.walk(&walk, starts, allowed, deptypes, False):
                return None
            rows = empty(walk.count - walk.starts, int64)
            PyObject_GetBuffer(rows, &into, PyBUF_WRITABLE)
            ascending(&walk, self.members(), <int64_t *>into.buf)
            PyBuffer_Release(&into)
            return rows
        finally:
            release(&walk)

    def traced(self, starts, *, allowed, deptypes, max_depth, Py_ssize_t max_nodes):
        cdef Walk walk
        cdef Py_ssize_t count
        cdef Status status = DONE
        cdef int64_t[::1] rows, depths, edges
        memset(&walk, 0, sizeof(Walk))
        walk.max_depth, walk.max_nodes = -1 if max_depth is None else max_depth, max_nodes
        try:
            whole = self.walk(&walk, starts, allowed, deptypes, True)
            count = min(walk.count - walk.starts, max_nodes)
            answer = empty(count, int64), empty(count, int64), empty(count, int64), not whole
            rows, depths, edges, _ = answer
            if count:
                status = in_row_order(&walk, count, self.members(), &rows[0], &depths[0], &edges[0])
            if status != DONE:
                raise MemoryError
            return answer
        finally:
            release(&walk)

    cdef const int64_t *members(self) noexcept nogil:
        if self._members is None:
            return NULL
        return &self._members[0]


cdef void release(Walk *walk) noexcept:
    PyMem_RawFree(walk.seen)
    PyMem_RawFree(walk.begun)
    PyMem_RawFree(walk.queue)
    PyMem_RawFree(walk.depth)
    PyMem_RawFree(walk.edge)
