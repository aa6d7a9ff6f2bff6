"""Read texts, and what is written in texts, into the arena of a scan."""


cdef class TextReader(JsonCursor):
    """Stages the text that was read last behind all others, without its escapes, and gives it a number."""

    cdef readonly TextArena texts
    # The number of the text that was read last.
    cdef unsigned int text

    @cython.final
    cdef unsigned int stage(self, unsigned int at) except? 0xFFFFFFFF nogil:
        """Write the text that was read last into the arena from `at` on, without its escapes; return where it ends."""
        cdef Py_ssize_t index = self.text_begin
        cdef int point
        cdef unsigned char byte
        if not self.text_escaped:
            copy_bytes(self.texts.bytes, at, self.data, index, self.text_end - index)
            return at + <unsigned int>(self.text_end - index)
        while index < self.text_end:
            byte = self.data[index]
            if byte != 0x5C:
                self.texts.bytes[at] = byte
                index += 1
                at += 1
            elif self.data[index + 1] != 0x75:
                self.texts.bytes[at] = unescape(self.data[index + 1])
                index += 2
                at += 1
            else:
                at = self.stage_point(at, self.code_point(index))
                index += 6
        return at

    @cython.final
    cdef unsigned int stage_point(self, unsigned int at, int point) except? 0xFFFFFFFF nogil:
        """Write a code point in UTF-8; return where it ends."""
        if point < 0x80:
            self.texts.bytes[at] = point
            return at + 1
        if point < 0x800:
            self.texts.bytes[at], self.texts.bytes[at + 1] = 0xC0 | point >> 6, 0x80 | point & 0x3F
            return at + 2
        self.texts.bytes[at], self.texts.bytes[at + 1] = 0xE0 | point >> 12, 0x80 | point >> 6 & 0x3F
        self.texts.bytes[at + 2] = 0x80 | point & 0x3F
        return at + 3

    @cython.final
    cdef bint read_optional(self) except -1 nogil:
        """Read a text into `text`, 0 for null."""
        cdef unsigned int begin = self.texts.used
        self.text = 0
        if self.next_byte() == 0x6E:
            return self.read_word(b"null", 4)
        if not self.accept(0x22) or not self.read_text():
            return False
        self.text = self.texts.add(begin, self.stage(begin) - begin)
        return True

    @cython.final
    cdef bint read_time(self) except -1 nogil:
        """Read a time into `number`, or null as an unknown one."""
        self.number = NO_TIME
        if self.next_byte() == 0x6E:
            return self.read_word(b"null", 4)
        if not self.accept(0x22) or not self.read_text() or self.text_escaped:
            return False
        self.number = read_utc_time(self.data, self.text_begin, self.text_end)
        return self.number != NO_TIME

    @cython.final
    cdef bint is_text(self, Py_ssize_t begin, Py_ssize_t end) except -1 nogil:
        """Return whether staged bytes are UTF-8."""
        cdef unsigned char following[3]
        cdef int index, size
        while begin < end:
            if self.texts.bytes[begin] < 0x80:
                begin += 1
                continue
            for index in range(3):
                following[index] = self.texts.bytes[begin + 1 + index] if begin + 1 + index < end else 0
            size = utf8_size(self.texts.bytes[begin], following[0], following[1], following[2])
            if size == 0:
                return False
            begin += size
        return True
