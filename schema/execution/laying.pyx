# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False
"""Sheets to bytes: literals and columns of texts, nested lists in them, copied once into the answer.

What `schema.execution.columns` does with pieces and joins, in two passes: one adds up what all texts take, and looks at
each of them, and the other copies. In between, where there is much to write, other threads are let on: a text never
changes, and a column that is dropped or grows leaves its array to whoever reads it. The second pass looks again all the
same, whether there is a text, and room for it.
"""

from cpython.buffer cimport PyBUF_FORMAT, PyBUF_ND, PyBUF_STRIDES, PyBuffer_Release, PyObject_GetBuffer
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize
from cpython.mem cimport PyMem_Calloc, PyMem_Free
from cpython.object cimport PyObject
from libc.stdint cimport int32_t, int64_t

cdef extern from "Python.h":
    # By pointer: a reference counted up and down for each text would be written to where it lies.
    const char *PyUnicode_AsUTF8AndSize(PyObject *text, Py_ssize_t *size) except NULL
    bint PyUnicode_CheckExact(PyObject *text)
    bint PyUnicode_IS_COMPACT_ASCII(PyObject *text)
    Py_ssize_t PyUnicode_GET_LENGTH(PyObject *text)
    void *PyUnicode_DATA(PyObject *text)
    PyObject *Py_None
    PyObject **PySequence_Fast_ITEMS(PyObject *list)
    Py_ssize_t PyList_GET_SIZE(PyObject *list)

cdef extern from *:
    """
    #include <string.h>
    /* Most texts are short: a call for each copy takes longer than the copy. Ends may overlap. */
    static inline void copy(char *to, const char *from, size_t size) {
        if (size > 64) memcpy(to, from, size);
        else if (size >= 16) {
            memcpy(to, from, 16);
            if (size > 32) { memcpy(to + 16, from + 16, 16); memcpy(to + size - 32, from + size - 32, 16); }
            memcpy(to + size - 16, from + size - 16, 16);
        }
        else if (size >= 8) { memcpy(to, from, 8); memcpy(to + size - 8, from + size - 8, 8); }
        else if (size >= 4) { memcpy(to, from, 4); memcpy(to + size - 4, from + size - 4, 4); }
        else while (size--) to[size] = from[size];
    }
    """
    void copy(char *to, const char *data, size_t size) noexcept nogil

# Bytes that are written, and texts that are measured, before another thread that waits for the interpreter is let on: some
# 2 ms. `graph/walking.pyx` says why it is no less.
cdef Py_ssize_t BYTES_AT_ONCE = 1 << 22
cdef Py_ssize_t TEXTS_AT_ONCE = 1 << 18

cdef enum Kind:
    LISTED   # a text of each object, in a list
    CODED    # a table of texts, and which of them each object has
    LISTS    # items of each object, in a sheet of their own

cdef struct Numbers:
    const char *data             # NULL for none
    Py_ssize_t count
    Py_ssize_t stride
    bint is_wide                 # whether they are of 64 bits, else of 32

cdef struct Column:
    Kind kind
    const char *literal          # what stands before it
    Py_ssize_t literal_size
    PyObject *listed             # LISTED: the list
    PyObject **texts             # CODED: the table
    Py_ssize_t text_count
    PyObject **found             # the text of each object, once measured: those of the list, or CODED: of its own
    Numbers numbers              # CODED: positions in the table; LISTS: how many items each object has
    Numbers through              # CODED: where its data is there, what has the positions at the numbers
    PyObject *items              # LISTS: a `_Sheet`
    Py_buffer views[3]
    int view_count


cdef inline Py_ssize_t number(const Numbers *numbers, Py_ssize_t place) noexcept nogil:
    cdef const char *at = numbers.data + place * numbers.stride
    return (<const int64_t *>at)[0] if numbers.is_wide else (<const int32_t *>at)[0]


cdef inline Py_ssize_t from_end(Py_ssize_t place, Py_ssize_t count) except -1:
    """Return a place that may be counted from the end; raises `IndexError` where there is none."""
    if place < 0:
        place += count
    if place < 0 or place >= count:
        raise IndexError(f"a place is none of {count}")
    return place


cdef inline Py_ssize_t position(const Column *column, Py_ssize_t place) except -1:
    """Return which text of its table an object has."""
    cdef Py_ssize_t at = number(&column.numbers, place)
    if column.through.data is not NULL:
        at = number(&column.through, from_end(at, column.through.count))
    return from_end(at, column.text_count)


class _Unknown(Exception):
    """A text is not known yet."""


cdef inline Py_ssize_t size_of(PyObject *text) except -1:
    """Return how many bytes a text takes in UTF-8; raises `_Unknown` for None, `TypeError` for what else is no text."""
    cdef Py_ssize_t size
    if not PyUnicode_CheckExact(text):
        if text is Py_None or text is NULL:
            raise _Unknown
        raise TypeError(f"a column has {type(<object>text).__name__} where a text belongs")
    if PyUnicode_IS_COMPACT_ASCII(text):
        return PyUnicode_GET_LENGTH(text)
    PyUnicode_AsUTF8AndSize(text, &size)
    return size


cdef inline char *copied(char *to, const char *end, const char *data, Py_ssize_t size) except NULL:
    """Copy bytes that were measured, and return where they end; `end` is where there is no more room.

    Columns may be a mapped file: were it changed between measuring and writing, nothing is to be written behind the end.
    """
    if size > end - to:
        raise BufferError("texts have grown while they were written")
    copy(to, data, size)
    return to + size


cdef inline char *copied_text(char *to, const char *end, PyObject *text) except NULL:
    """Copy a text that was measured, and return where it ends."""
    cdef Py_ssize_t size
    cdef const char *data
    if text is NULL or not PyUnicode_CheckExact(text):
        raise BufferError("texts have gone while they were written")
    if PyUnicode_IS_COMPACT_ASCII(text):
        size, data = PyUnicode_GET_LENGTH(text), <const char *>PyUnicode_DATA(text)
    else:
        data = PyUnicode_AsUTF8AndSize(text, &size)
    return copied(to, end, data, size)


cdef class _Sheet:
    """Literals and columns in turns, with a text or items for each of `count` objects."""

    cdef Py_ssize_t count
    cdef Py_ssize_t width
    cdef Column *columns
    cdef const char *last
    cdef Py_ssize_t last_size
    cdef Py_ssize_t next         # the object that is written next
    cdef object held

    def __cinit__(self, sheet, Py_ssize_t count):
        cdef Py_ssize_t place
        literals, columns = sheet.literals, sheet.columns
        self.count, self.width, self.next = count, len(columns), 0
        self.held = [literals, columns]
        self.columns = <Column *>PyMem_Calloc(max(self.width, 1), sizeof(Column))
        if self.columns is NULL:
            raise MemoryError
        if len(literals) != self.width + 1:
            raise ValueError("there is one literal more than there are columns")
        for place in range(self.width):
            self.fill(&self.columns[place], literals[place], columns[place])
        closing = literals[self.width]
        self.last = PyUnicode_AsUTF8AndSize(<PyObject *>closing, &self.last_size)

    def __dealloc__(self):
        cdef Py_ssize_t place
        cdef int view
        if self.columns is not NULL:
            for place in range(self.width):
                for view in range(self.columns[place].view_count):
                    PyBuffer_Release(&self.columns[place].views[view])
                if self.columns[place].kind == CODED:
                    PyMem_Free(self.columns[place].found)
            PyMem_Free(self.columns)

    cdef int fill(self, Column *column, literal, given) except -1:
        column.literal = PyUnicode_AsUTF8AndSize(<PyObject *>literal, &column.literal_size)
        if type(given) is list:
            column.kind = LISTED
            column.listed = <PyObject *>given
            if PyList_GET_SIZE(column.listed) != self.count:
                raise ValueError("a column has a text for each object")
            return 0
        self.number(column, &column.numbers, given[1])
        if column.numbers.count != self.count:
            raise ValueError("a column has a number for each object")
        if len(given) == 2:
            column.kind = LISTS
            self.nest(column, given[0])
            return 0
        column.kind = CODED
        if given[2] is not None:
            self.number(column, &column.through, given[2])
        self.table(column, given[0])
        return 0

    cdef int number(self, Column *column, Numbers *numbers, given) except -1:
        """Read an array of numbers where it lies; a copy, where they are of another kind than is read here."""
        cdef Py_buffer *view = &column.views[column.view_count]
        PyObject_GetBuffer(given, view, PyBUF_STRIDES | PyBUF_FORMAT)
        if view.format[0] not in b"ilq" or view.format[1] != 0:
            PyBuffer_Release(view)
            given = given.astype("q")
            self.held.append(given)
            PyObject_GetBuffer(given, view, PyBUF_STRIDES | PyBUF_FORMAT)
        column.view_count += 1
        if view.ndim != 1:
            raise ValueError("numbers are of one dimension")
        numbers.data, numbers.count, numbers.stride = <const char *>view.buf, view.shape[0], view.strides[0]
        numbers.is_wide = view.itemsize == 8
        return 0

    cdef int table(self, Column *column, texts) except -1:
        cdef Py_buffer *view = &column.views[column.view_count]
        PyObject_GetBuffer(texts, view, PyBUF_ND | PyBUF_FORMAT)
        column.view_count += 1
        if view.ndim != 1 or view.format[0] != b"O":
            raise ValueError("a table of texts is an array of objects")
        column.texts = <PyObject **>view.buf
        column.text_count = view.shape[0]
        return 0

    cdef int nest(self, Column *column, sheet) except -1:
        cdef Py_ssize_t place, size, total = 0
        for place in range(self.count):
            size = number(&column.numbers, place)
            if size < 0:
                raise ValueError("a list has no fewer than 0 items")
            total += size
        items = _Sheet(sheet, total)
        self.held.append(items)
        column.items = <PyObject *>items
        return 0

    cdef Py_ssize_t measured(self) except -1:
        """Return the bytes of all objects, without what stands between them."""
        cdef Py_ssize_t place, texts = 0, total = self.last_size * self.count
        for place in range(self.width):
            total += self.columns[place].literal_size * self.count + self.column_size(&self.columns[place])
            texts += self.count
            if texts > TEXTS_AT_ONCE:
                texts = 0
                with nogil:
                    pass
        return total

    cdef Py_ssize_t column_size(self, Column *column) except -1:
        cdef Py_ssize_t place, at, total = 0
        if column.kind == LISTS:
            for place in range(self.count):
                at = number(&column.numbers, place)
                total += 2 + (at - 1 if at else 0)
            return total + (<_Sheet>column.items).measured()
        if column.kind == LISTED:
            column.found = PySequence_Fast_ITEMS(column.listed)
        else:
            self.find(column)
        for place in range(self.count):
            total += size_of(column.found[place])
        return total

    cdef int find(self, Column *column) except -1:
        """Look up the text of each object."""
        cdef Py_ssize_t place
        column.found = <PyObject **>PyMem_Calloc(max(self.count, 1), sizeof(PyObject *))
        if column.found is NULL:
            raise MemoryError
        for place in range(self.count):
            column.found[place] = column.texts[position(column, place)]
        return 0

    cdef char *put(self, char *to, const char *end) except NULL:
        """Write the next object."""
        cdef Py_ssize_t place, index = self.next
        cdef Column *column
        for place in range(self.width):
            column = &self.columns[place]
            to = copied(to, end, column.literal, column.literal_size)
            if column.kind != LISTS:
                to = copied_text(to, end, column.found[index])
            else:
                to = copied(to, end, b"[", 1)
                to = (<_Sheet>column.items).put_many(to, end, number(&column.numbers, index))
                to = copied(to, end, b"]", 1)
        self.next = index + 1
        return copied(to, end, self.last, self.last_size)

    cdef char *put_many(self, char *to, const char *end, Py_ssize_t count) except NULL:
        """Write the next objects, of which there are so many, with commas between them."""
        cdef Py_ssize_t place
        if count < 0 or count > self.count - self.next:
            raise BufferError("lists have grown while they were written")
        for place in range(count):
            if place:
                to = copied(to, end, b",", 1)
            to = self.put(to, end)
        return to


def laid(sheet, Py_ssize_t count):
    """Return the objects of a sheet, of which there are so many, as JSON, each behind a comma.

    None where a text is None, which is not known yet; raises `IndexError`, `TypeError` and `ValueError` for columns that are none of so many
    objects.
    """
    return written(_Sheet(sheet, count), count, NULL)


def laid_apart(sheet, Py_ssize_t count):
    """Return the same, and how many bytes each object has."""
    cdef Py_ssize_t place
    cdef Py_ssize_t *ends = <Py_ssize_t *>PyMem_Calloc(count + 1, sizeof(Py_ssize_t))
    if ends is NULL:
        raise MemoryError
    try:
        together = written(_Sheet(sheet, count), count, ends)
        return None if together is None else (together, [ends[place + 1] - ends[place] for place in range(count)])
    finally:
        PyMem_Free(ends)


cdef written(_Sheet sheet, Py_ssize_t count, Py_ssize_t *ends):
    """Write the objects of a sheet, and note in `ends`, where there are any, where each of them ends."""
    cdef Py_ssize_t place, size
    try:
        size = sheet.measured()
    except _Unknown:
        return None
    answer = PyBytes_FromStringAndSize(NULL, size + count)
    cdef char *begin = PyBytes_AS_STRING(answer)
    cdef char *to = begin
    cdef const char *end = begin + size + count
    cdef const char *pause = begin + BYTES_AT_ONCE
    for place in range(count):
        if to > pause:
            pause = to + BYTES_AT_ONCE
            with nogil:
                pass
        to = copied(to, end, b",", 1)
        to = sheet.put(to, end)
        if ends is not NULL:
            ends[place + 1] = to - begin
    if to != end:
        raise BufferError("texts have shrunk while they were written")
    return answer
