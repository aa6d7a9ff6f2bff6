"""Distinct rows of codes and numbers: each is kept once and has a number."""

import os

import numpy as np

from tetratui.core.table.storage.raw_bytes cimport tetratui_fold, uint64_t

cdef uint64_t _SEED = int.from_bytes(os.urandom(8), "little")


cdef class DistinctRows:
    """Rows of a fixed number of codes and numbers; row 0 stands for "none" and is no other row's number.

    A row is staged first, in `codes[count]` and `numbers[count]`; `add_staged` gives it its number.
    One thread adds, any thread may read the rows below `count`.
    """

    def __cinit__(self, int codes, int numbers):
        self._code_array = np.zeros((16, codes), dtype=np.uint32)
        self._number_array = np.full((16, numbers), -1, dtype=np.int64)
        self.codes, self.numbers = self._code_array, self._number_array
        self._hashes = np.zeros(16, dtype=np.uint32)
        self._slots = np.zeros(32, dtype=np.uint32)
        self.count = 1

    def __len__(self):
        return self.count

    def clear(self):
        """Let go of all rows but row 0."""
        self.count = 1
        self._slots[:] = 0

    def add(self, codes, numbers):
        """Return the number of a row, a new one for a new row."""
        self._code_array[self.count] = codes
        self._number_array[self.count] = numbers
        return self.add_staged()

    def add_all(self, const unsigned int[:, :] codes, const long long[:, :] numbers):
        """Return the number of each of many rows, given as one column of codes or numbers after another."""
        cdef Py_ssize_t row, column, rows = codes.shape[1]
        result = np.empty(rows, dtype=np.uint32)
        cdef unsigned int[::1] added = result
        for row in range(rows):
            for column in range(codes.shape[0]):
                self.codes[self.count, column] = codes[column, row]
            for column in range(numbers.shape[0]):
                self.numbers[self.count, column] = numbers[column, row]
            added[row] = self.add_staged()
        return result

    def freeze(self):
        """Return the rows so far as rows that do not grow: nothing is copied, and none may be added."""
        cdef DistinctRows frozen = DistinctRows(self.codes.shape[1], self.numbers.shape[1])
        frozen._code_array, frozen._number_array = self._code_array, self._number_array
        frozen.codes, frozen.numbers, frozen.count = self.codes, self.numbers, self.count
        return frozen

    def code_column(self, int column):
        """Return one column of codes, one a row: a view of the rows that there are now."""
        return self._code_array[: self.count, column]

    def number_column(self, int column):
        """Return one column of numbers, one a row: a view of the rows that there are now."""
        return self._number_array[: self.count, column]

    @property
    def columns(self):
        """All codes and all numbers, one row of these arrays a column, without row 0."""
        return self._code_array[1 : self.count].T, self._number_array[1 : self.count].T

    @property
    def nbytes(self):
        """Memory in use, about."""
        return self.count * (4 * self.codes.shape[1] + 8 * self.numbers.shape[1] + 12)

    cdef unsigned int add_staged(self) except? 0 nogil:
        """Return the number of the staged row, a new one if it is new."""
        cdef uint64_t state = _SEED
        cdef Py_ssize_t column
        cdef unsigned int mask, hashed, slot, known
        for column in range(self.codes.shape[1]):
            state = tetratui_fold(state ^ self.codes[self.count, column], _SEED | 1)
        for column in range(self.numbers.shape[1]):
            state = tetratui_fold(state ^ <uint64_t>self.numbers[self.count, column], _SEED | 1)
        hashed = <unsigned int>(state ^ state >> 32)
        mask = <unsigned int>self._slots.shape[0] - 1
        slot = hashed & mask
        known = self._slots[slot]
        while known:
            if self._hashes[known] == hashed and self._equal(known, self.count):
                return known
            slot = (slot + 1) & mask
            known = self._slots[slot]
        known = <unsigned int>self.count
        self._hashes[known] = hashed
        self._slots[slot] = known
        self.count += 1
        if self.count == self.codes.shape[0]:
            with gil:
                self._make_room()
        if 3 * self.count > 2 * self._slots.shape[0]:
            with gil:
                self._widen_index()
        return known

    cdef bint _equal(self, Py_ssize_t row, Py_ssize_t other) except -1 nogil:
        cdef Py_ssize_t column
        for column in range(self.codes.shape[1]):
            if self.codes[row, column] != self.codes[other, column]:
                return False
        for column in range(self.numbers.shape[1]):
            if self.numbers[row, column] != self.numbers[other, column]:
                return False
        return True

    cdef int _make_room(self) except -1:
        """Give the columns room for half as many rows again: readers keep the arrays that they have."""
        cdef Py_ssize_t rows = self.count + self.count // 2 + 16
        codes = np.zeros((rows, self.codes.shape[1]), dtype=np.uint32)
        numbers = np.zeros((rows, self.numbers.shape[1]), dtype=np.int64)
        hashes = np.zeros(rows, dtype=np.uint32)
        codes[: self.count] = self._code_array[: self.count]
        numbers[: self.count] = self._number_array[: self.count]
        hashes[: self.count] = self._hashes[: self.count]
        self._code_array, self._number_array = codes, numbers
        self.codes, self.numbers, self._hashes = codes, numbers, hashes
        return 0

    cdef int _widen_index(self) except -1:
        """Make the index twice as large."""
        slots = np.zeros(2 * self._slots.shape[0], dtype=np.uint32)
        cdef unsigned int[::1] wider = slots
        cdef unsigned int mask = <unsigned int>wider.shape[0] - 1
        cdef unsigned int row, slot
        for row in range(1, <unsigned int>self.count):
            slot = self._hashes[row] & mask
            while wider[slot]:
                slot = (slot + 1) & mask
            wider[slot] = row
        self._slots = wider
        return 0
