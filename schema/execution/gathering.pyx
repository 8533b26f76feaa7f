# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False
"""Texts that lie apart copied one after the other: what `schema.execution.numpy_gathering` does in windows, text by text.

What is asked and answered is said there. The interpreter's lock is held: nobody adds texts meanwhile. Numbers that come
out of the arrays are compared with what is there before anything is read.
"""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize
from cpython.mem cimport PyMem_Free, PyMem_Malloc
from libc.stdint cimport int32_t, int64_t, uint8_t
from libc.string cimport memcpy

cdef extern from *:
    """
    #if defined(__GNUC__) || defined(__clang__)
    #define fetch_soon(place) __builtin_prefetch(place)
    #else
    #define fetch_soon(place) ((void)(place))
    #endif
    """
    void fetch_soon(const void *place) noexcept nogil

# Texts that are asked for from memory before they are copied.
cdef Py_ssize_t AHEAD = 8

cdef struct Block:
    const uint8_t *data
    int64_t begin, end

cdef struct Text:
    const uint8_t *data
    int64_t size


cdef Py_ssize_t find(
    Text *texts, const int32_t[::1] places, const int64_t[::1] begins, const Block *blocks, Py_ssize_t block_count
) except -1:
    """Find where each text lies, and return how many bytes they have together."""
    cdef Py_ssize_t i, total = 0
    cdef int64_t begin, end
    cdef const Block *block = blocks
    for i in range(places.shape[0]):
        if not 0 <= places[i] < begins.shape[0] - 1:
            raise IndexError(f"there is no text at place {places[i]}")
        begin, end = begins[places[i]], begins[places[i] + 1]
        if not block.begin <= begin < block.end:
            block = blocks + block_count - 1
            while block > blocks and begin < block.begin:
                block -= 1
        if not block.begin <= begin <= end <= block.end:
            raise IndexError(f"the text at place {places[i]} is in no block")
        texts[i].data, texts[i].size = block.data + (begin - block.begin), end - begin
        total += end - begin
    return total


cdef bytes copied(const Text *texts, Py_ssize_t count, Py_ssize_t total):
    cdef bytes out = PyBytes_FromStringAndSize(NULL, total)
    cdef char *target = PyBytes_AS_STRING(out)
    cdef Py_ssize_t i
    for i in range(count):
        if i + AHEAD < count:
            fetch_soon(texts[i + AHEAD].data)
        memcpy(target, texts[i].data, texts[i].size)
        target += texts[i].size
    return out


def gathered(const int32_t[::1] places, const int64_t[::1] begins, block_begins, blocks):
    cdef Py_ssize_t i, total, block_count = len(blocks), count = places.shape[0]
    cdef const uint8_t[::1] data
    if not block_count or len(block_begins) != block_count:
        raise IndexError("there is no block")
    cdef Block *found = <Block *>PyMem_Malloc(block_count * sizeof(Block))
    cdef Text *texts = <Text *>PyMem_Malloc(max(count, 1) * sizeof(Text))
    try:
        if found == NULL or texts == NULL:
            raise MemoryError
        for i in range(block_count):
            data = blocks[i]
            found[i].data = NULL
            if data.shape[0]:
                found[i].data = &data[0]
            found[i].begin = block_begins[i]
            found[i].end = found[i].begin + data.shape[0]
            # There may be room behind the last text of a block: its numbers are those of the next.
            if i and found[i - 1].end > found[i].begin:
                found[i - 1].end = found[i].begin
        total = find(texts, places, begins, found, block_count)
        return copied(texts, count, total)
    finally:
        PyMem_Free(found)
        PyMem_Free(texts)


# Bytes of a piece from which on others have the interpreter while it is copied.
cdef Py_ssize_t LARGE = 1 << 20


def joined(pieces):
    cdef Py_ssize_t size, left = sum(map(len, pieces))
    cdef const uint8_t[::1] data
    out = PyBytes_FromStringAndSize(NULL, left)
    cdef char *target = PyBytes_AS_STRING(out)
    for piece in pieces:
        data = piece
        size = data.shape[0]
        if size > left:
            raise BufferError("pieces have grown while they were joined")
        if size >= LARGE:
            with nogil:
                memcpy(target, &data[0], size)
        elif size:
            memcpy(target, &data[0], size)
        target += size
        left -= size
    if left:
        raise BufferError("pieces have shrunk while they were joined")
    return out
