"""The distinct texts of a scan, whatever their columns: one after another in an array of bytes."""


@cython.final
cdef class TextArena:
    """Texts by number; 0 stands for no text. A text is staged behind the last one before it gets its number."""

    cdef unsigned char[::1] bytes
    cdef unsigned int[::1] begins
    cdef unsigned int[::1] hashes
    cdef unsigned int[::1] slots
    # Texts, and where the bytes of the last one end.
    cdef unsigned int count, used
    cdef readonly object data
    cdef object begins_array

    def __cinit__(self):
        self.data = np.empty(4096, dtype=np.uint8)
        self.begins_array = np.zeros(256, dtype=np.uint32)
        self.bytes, self.begins = self.data, self.begins_array
        self.hashes = np.empty(256, dtype=np.uint32)
        self.slots = np.zeros(512, dtype=np.uint32)
        self.count = 1

    @property
    def starts(self):
        """By number, where each text begins in `data`, and behind the last where that one ends."""
        self.begins[self.count] = self.used
        return self.begins_array[: self.count + 1]

    cdef int clear(self) except -1:
        self.count, self.used = 1, 0
        self.slots[:] = 0
        return 0

    cdef int reserve(self, Py_ssize_t texts, Py_ssize_t size) except -1 nogil:
        """Make room for so many more texts and bytes."""
        if self.used + size > self.bytes.shape[0] or self.count + texts >= self.begins.shape[0]:
            with gil:
                self.widen(texts, size)
        return 0

    cdef int widen(self, Py_ssize_t texts, Py_ssize_t size) except -1:
        cdef Py_ssize_t room = 2 * (self.used + size)
        if room >= 1 << 31:
            raise MemoryError("one batch of lines holds more than 2 GiB of texts")
        data = np.empty(room, dtype=np.uint8)
        data[: self.used] = self.data[: self.used]
        self.data = data
        self.bytes = data
        starts = np.zeros(2 * (self.count + texts), dtype=np.uint32)
        hashes = np.empty(2 * (self.count + texts), dtype=np.uint32)
        starts[: self.count] = self.begins_array[: self.count]
        hashes[: self.count] = self.hashes[: self.count]
        self.begins_array = starts
        self.begins, self.hashes = starts, hashes
        return 0

    cdef unsigned int add(self, unsigned int begin, unsigned int length) except? 0 nogil:
        """Return the number of the text data[begin:begin + length], which lies behind all texts."""
        cdef unsigned int hashed = <unsigned int>hash_bytes(self.bytes, begin, length, _SEED)
        cdef unsigned int mask = <unsigned int>self.slots.shape[0] - 1
        cdef unsigned int slot = hashed & mask
        cdef unsigned int number = self.slots[slot]
        cdef unsigned int start, end
        while number:
            if self.hashes[number] == hashed:
                start = self.begins[number]
                end = self.begins[number + 1] if number + 1 < self.count else self.used
                if end - start == length and equal_bytes(self.bytes, start, self.bytes, begin, length):
                    return number
            slot = (slot + 1) & mask
            number = self.slots[slot]
        number = self.count
        if begin != self.used:
            copy_bytes(self.bytes, self.used, self.bytes, begin, length)
        self.begins[number], self.hashes[number], self.slots[slot] = self.used, hashed, number
        self.used += length
        self.count += 1
        if 3 * self.count > 2 * <unsigned int>self.slots.shape[0]:
            with gil:
                self.widen_index()
        return number

    cdef int widen_index(self) except -1:
        slots = np.zeros(4 * self.slots.shape[0], dtype=np.uint32)
        cdef unsigned int[::1] wider = slots
        cdef unsigned int mask = <unsigned int>wider.shape[0] - 1
        cdef unsigned int number, slot
        for number in range(1, self.count):
            slot = self.hashes[number] & mask
            while wider[slot]:
                slot = (slot + 1) & mask
            wider[slot] = number
        self.slots = wider
        return 0

    cdef bint is_empty(self, unsigned int number) except -1 nogil:
        """Return whether a text has no bytes; no text counts as an empty one."""
        if number == 0:
            return True
        return (self.begins[number + 1] if number + 1 < self.count else self.used) == self.begins[number]
