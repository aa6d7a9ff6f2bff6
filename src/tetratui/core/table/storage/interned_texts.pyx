"""The distinct texts of one column: each is kept once and has a small number, its code."""

import os
import sys

import numpy as np
from cpython.unicode cimport PyUnicode_DecodeUTF8
from libc.string cimport memcmp

from tetratui.core.table.storage.raw_bytes cimport check_inside, hash_pointer, uint64_t

cdef extern from "Python.h":
    const char *PyUnicode_AsUTF8AndSize(object text, Py_ssize_t *size) except NULL

ABSENT = 0
_BYTES_PER_ENTRY = 24
"""What the list and the index take for each text, about."""
cdef uint64_t _SEED = int.from_bytes(os.urandom(8), "little")


cdef class Texts:
    """Distinct texts by code. A code never changes its text. One thread adds, any thread may read."""

    def __cinit__(self):
        self._texts = [""]
        self._hashes = np.zeros(64, dtype=np.uint32)
        self._slots = np.zeros(64, dtype=np.uint32)

    def code(self, text):
        """Return the code of a text, a new one for a new text; 0 for None."""
        cdef Py_ssize_t size
        cdef const char *data
        if text is None:
            return 0
        data = PyUnicode_AsUTF8AndSize(text, &size)
        return self._code_of(<const unsigned char *>data, size, text)

    def codes(self, texts):
        """Return the codes of many texts."""
        return [self.code(text) for text in texts]

    cdef unsigned int _code_of(self, const unsigned char *data, Py_ssize_t size, text) except? 0:
        """Return the code of the text with these bytes; `text` is that text, None where it was not made yet."""
        cdef unsigned int mask = <unsigned int>self._slots.shape[0] - 1
        cdef unsigned int hashed = <unsigned int>hash_pointer(data, size, _SEED)
        cdef unsigned int slot = hashed & mask
        cdef unsigned int code = self._slots[slot]
        cdef Py_ssize_t known_size
        cdef const char *known
        while code:
            if self._hashes[code] == hashed:
                known = PyUnicode_AsUTF8AndSize(self._texts[code], &known_size)
                if known_size == size and memcmp(known, data, size) == 0:
                    return code
            slot = (slot + 1) & mask
            code = self._slots[slot]
        code = <unsigned int>len(self._texts)
        if text is None:
            text = PyUnicode_DecodeUTF8(<const char *>data, size, NULL)
        # The list first: a thread that finds the code must find the text.
        self._texts.append(text)
        self._text_bytes += sys.getsizeof(text)
        if code >= self._hashes.shape[0]:
            hashes = np.zeros(2 * self._hashes.shape[0], dtype=np.uint32)
            hashes[:code] = self._hashes
            self._hashes = hashes
        self._hashes[code] = hashed
        self._slots[slot] = code
        if 3 * code > 2 * self._slots.shape[0]:
            self._widen()
        return code

    cdef int _widen(self) except -1:
        """Make the index twice as large."""
        slots = np.zeros(2 * self._slots.shape[0], dtype=np.uint32)
        cdef unsigned int[::1] wider = slots
        cdef unsigned int mask = <unsigned int>wider.shape[0] - 1
        cdef unsigned int code, slot
        for code in range(1, <unsigned int>len(self._texts)):
            slot = self._hashes[code] & mask
            while wider[slot]:
                slot = (slot + 1) & mask
            wider[slot] = code
        self._slots = wider
        return 0

    def find(self, text):
        """Return the code of a text, None for a text that has none."""
        cdef Py_ssize_t size
        cdef const char *data
        cdef unsigned int mask = <unsigned int>self._slots.shape[0] - 1
        cdef unsigned int hashed, slot
        try:
            data = PyUnicode_AsUTF8AndSize(text, &size)
        except UnicodeEncodeError:
            return None
        hashed = <unsigned int>hash_pointer(<const unsigned char *>data, size, _SEED)
        slot = hashed & mask
        while self._slots[slot]:
            if self._hashes[self._slots[slot]] == hashed and self._texts[self._slots[slot]] == text:
                return self._slots[slot]
            slot = (slot + 1) & mask
        return None

    def __getitem__(self, code):
        return self._texts[code]

    def get(self, code):
        """Return the text of a code, None for code 0."""
        return self._texts[code] if code else None

    def __len__(self):
        return len(self._texts)

    def values(self):
        """Return the texts so far by code, an empty text for code 0; the list does not grow."""
        return self._texts[:]

    def select(self, codes):
        """Return new texts that hold only those of these codes, and the new code of each, in the same order."""
        selected = Texts()
        distinct, inverse = np.unique(codes, return_inverse=True)
        new_codes = np.array(selected.codes([self.get(code) for code in distinct.tolist()]), dtype=np.uint32)
        return selected, new_codes[inverse]

    @property
    def nbytes(self):
        """Memory in use, about: the texts, their list and their index."""
        return self._text_bytes + len(self._texts) * _BYTES_PER_ENTRY


def join_texts(
    list columns, const unsigned char[::1] arena, const unsigned int[::1] starts, const long long[:, :] numbers
):
    """Return the codes of texts of another table: one row of numbers, and of codes, for each of the columns.

    The n-th text is arena[starts[n]:starts[n + 1]]; 0 is no text in both.
    """
    cdef Py_ssize_t index, column, begin, length, count = numbers.shape[1]
    cdef long long number
    cdef Texts texts
    codes = np.zeros((numbers.shape[0], count), dtype=np.uint32)
    cdef unsigned int[:, ::1] result = codes
    # By number, the column in which a text was last met, counted from 1, and its code there.
    met = np.zeros((2, starts.shape[0]), dtype=np.uint32)
    cdef unsigned int[:, ::1] known = met
    for column in range(numbers.shape[0]):
        texts = columns[column]
        for index in range(count):
            number = numbers[column, index]
            if number == 0:
                continue
            if known[0, number] != column + 1:
                begin = starts[number]
                length = <Py_ssize_t>starts[number + 1] - begin
                check_inside(arena.shape[0], begin, length)
                known[0, number] = <unsigned int>column + 1
                known[1, number] = texts._code_of(&arena[0] + begin, length, None)
            result[column, index] = known[1, number]
    return codes
