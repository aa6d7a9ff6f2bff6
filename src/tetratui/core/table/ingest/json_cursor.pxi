"""Read JSON token by token: each function moves the cursor on and returns 0 where the line must be refused.

What is accepted is a part of what orjson accepts, and means the same. Anything unusual (a number with an exponent,
a half of a surrogate pair, deep nesting) is refused here and left to the lenient reader.
"""

cdef enum:
    MAX_DEPTH = 60
    # Digits of a number that is only skipped.
    LONGEST_NUMBER = 18
    END_OF_OBJECT = -3
    REFUSED = -4


cdef class JsonCursor:
    """A place in a line of bytes, and the token that was read last."""

    cdef const unsigned char[::1] data
    cdef Py_ssize_t at, end
    # The text that was read last: its bytes between the quotes, and whether it holds escapes.
    cdef Py_ssize_t text_begin, text_end
    cdef bint text_escaped
    cdef long long number

    @cython.final
    cdef int next_byte(self) except -1 nogil:
        """Skip white space and return the next byte, 0 at the end of the line."""
        cdef Py_ssize_t at = self.at
        cdef unsigned char byte
        while at < self.end:
            byte = self.data[at]
            if byte > 0x20 or (byte != 0x20 and byte != 0x09 and byte != 0x0A and byte != 0x0D):
                self.at = at
                return byte
            at += 1
        self.at = at
        return 0

    @cython.final
    cdef bint accept(self, unsigned char byte) except -1 nogil:
        """Read one byte; return whether it is the expected one."""
        if self.next_byte() != byte:
            return False
        self.at += 1
        return True

    @cython.final
    cdef bint read_text(self) except -1 nogil:
        """Read the rest of a text, the cursor being behind its opening quote."""
        cdef Py_ssize_t at = self.at, end = self.end
        cdef int size
        cdef unsigned char byte
        self.text_begin, self.text_escaped = at, False
        while True:
            at = skip_plain(self.data, at, end)
            if at >= end:
                return False
            byte = self.data[at]
            if byte == 0x22:
                self.text_end, self.at = at, at + 1
                return True
            if byte < 0x20:
                return False
            if byte == 0x5C:
                self.text_escaped = True
                size = self.escape_size(at)
            elif byte >= 0x80:
                size = self.character_size(at)
            else:
                size = 1
            if size == 0:
                return False
            at += size

    @cython.final
    cdef int escape_size(self, Py_ssize_t at) except -1 nogil:
        """Return how many bytes the escape at a backslash has, 0 if it must be refused."""
        cdef unsigned char byte
        if at + 1 >= self.end:
            return 0
        byte = self.data[at + 1]
        if byte == 0x75:
            return 6 if self.code_point(at) >= 0 else 0
        return 2 if unescape(byte) else 0

    @cython.final
    cdef int code_point(self, Py_ssize_t at) except -2 nogil:
        """Return the code point of a \\uXXXX at a backslash, -1 for a half of a surrogate pair and for no hex digits."""
        cdef int value = 0, digit, index
        if at + 6 > self.end:
            return -1
        for index in range(2, 6):
            digit = hex_digit(self.data[at + index])
            if digit < 0:
                return -1
            value = value * 16 + digit
        return -1 if 0xD800 <= value <= 0xDFFF else value

    @cython.final
    cdef int character_size(self, Py_ssize_t at) except -1 nogil:
        """Return how many bytes the UTF-8 character at a byte beyond ASCII has, 0 if it is none."""
        cdef unsigned char following[3]
        cdef int index
        for index in range(3):
            following[index] = self.data[at + 1 + index] if at + 1 + index < self.end else 0
        return utf8_size(self.data[at], following[0], following[1], following[2])

    @cython.final
    cdef bint read_word(self, const char *word, int size) except -1 nogil:
        """Read `true`, `false` or `null`."""
        cdef int index
        if size > self.end - self.at:
            return False
        for index in range(size):
            if self.data[self.at + index] != <unsigned char>word[index]:
                return False
        self.at += size
        return True

    @cython.final
    cdef int read_digits(self) except -1 nogil:
        """Read digits; return how many there are."""
        cdef Py_ssize_t at = self.at
        while at < self.end and 0x30 <= self.data[at] <= 0x39:
            at += 1
        cdef int count = <int>min(at - self.at, 1000)
        self.at = at
        return count

    @cython.final
    cdef bint skip_number(self) except -1 nogil:
        """Skip a number without an exponent."""
        cdef Py_ssize_t begin
        cdef int digits
        if self.data[self.at] == 0x2D:
            self.at += 1
        begin = self.at
        digits = self.read_digits()
        if digits == 0 or digits > LONGEST_NUMBER or (digits > 1 and self.data[begin] == 0x30):
            return False
        if self.at < self.end and self.data[self.at] == 0x2E:
            self.at += 1
            digits = self.read_digits()
            if digits == 0 or digits > LONGEST_NUMBER:
                return False
        return self.at >= self.end or (self.data[self.at] | 0x20) != 0x65

    @cython.final
    cdef bint read_integer(self, long long lowest, unsigned long long highest) except -1 nogil:
        """Read a whole number from `lowest` to `highest` into `number`; null is read as -1, which means absent."""
        cdef int byte = self.next_byte()
        cdef bint negative = False
        cdef Py_ssize_t begin
        cdef int digits, index
        cdef unsigned long long value = 0
        if byte == 0x6E:
            self.number = -1
            return self.read_word(b"null", 4)
        if byte == 0x2D and lowest < 0:
            negative = True
            self.at += 1
        begin = self.at
        digits = self.read_digits()
        if digits == 0 or digits > 19 or (self.data[begin] == 0x30 and (digits > 1 or negative)):
            return False
        for index in range(digits):
            value = value * 10 + (self.data[begin + index] - 0x30)
        if self.at < self.end and (self.data[self.at] == 0x2E or (self.data[self.at] | 0x20) == 0x65):
            return False
        if negative:
            self.number = -<long long>min(value, <unsigned long long>1 << 62)
            return self.number >= lowest
        if value > highest:
            return False
        self.number = <long long>value
        return True

    @cython.final
    cdef bint read_flag(self) except -1 nogil:
        """Read true as 1, false as 0 and null as -1 into `number`."""
        cdef int byte = self.next_byte()
        if byte == 0x74:
            self.number = 1
            return self.read_word(b"true", 4)
        if byte == 0x66:
            self.number = 0
            return self.read_word(b"false", 5)
        self.number = -1
        return self.read_word(b"null", 4)

    @cython.final
    cdef bint skip_simple(self, int byte) except -1 nogil:
        """Skip a text, a number or a word that begins with `byte`."""
        if byte == 0x22:
            self.at += 1
            return self.read_text()
        if byte == 0x2D or 0x30 <= byte <= 0x39:
            return self.skip_number()
        return self.read_flag()

    @cython.final
    cdef bint skip_key(self) except -1 nogil:
        """Skip the key of a member and its colon."""
        return self.accept(0x22) and self.read_text() and self.accept(0x3A)

    @cython.final
    cdef bint skip_value(self) except -1 nogil:
        """Skip a value of any form: without recursion, however deep it nests."""
        cdef unsigned long long objects = 0
        cdef int depth = 0
        cdef int byte
        while True:
            byte = self.next_byte()
            if byte == 0x7B or byte == 0x5B:
                self.at += 1
                depth += 1
                if depth > MAX_DEPTH:
                    return False
                objects = objects << 1 | (byte == 0x7B)
                byte = self.next_byte()
                if byte != 0x7D and byte != 0x5D:
                    if objects & 1 and not self.skip_key():
                        return False
                    continue
            elif not self.skip_simple(byte):
                return False
            while True:
                if depth == 0:
                    return True
                byte = self.next_byte()
                if byte == 0x2C:
                    self.at += 1
                    if objects & 1 and not self.skip_key():
                        return False
                    break
                if byte != (0x7D if objects & 1 else 0x5D):
                    return False
                self.at += 1
                depth -= 1
                objects >>= 1

    @cython.final
    cdef int next_member(self, bint first) except -1 nogil:
        """Read the next key of an object and its colon; return its number in KEYS, OTHER_KEY for any other key.

        Return END_OF_OBJECT behind the last member and REFUSED where the line must be refused.
        """
        cdef int byte = self.next_byte()
        if byte == 0x7D:
            self.at += 1
            return END_OF_OBJECT
        if not first:
            if byte != 0x2C:
                return REFUSED
            self.at += 1
        # A key with an escape may be one of ours, spelled otherwise.
        if not self.skip_key() or self.text_escaped:
            return REFUSED
        return find_key(self.data, self.text_begin, self.text_end - self.text_begin)

    @cython.final
    cdef bint read_members(self, int reader, Py_ssize_t row) except -1 nogil:
        """Read an object: give each member, the cursor being at its value, to `read_member`; no key of ours twice."""
        cdef unsigned long long seen = 0
        cdef int key
        cdef bint first = True
        if not self.accept(0x7B):
            return False
        while True:
            key = self.next_member(first)
            first = False
            if key == END_OF_OBJECT:
                return True
            if key == REFUSED:
                return False
            if key < KIND_KEY:
                if seen >> key & 1:
                    return False
                seen |= <unsigned long long>1 << key
            if not self.read_member(reader, row, key):
                return False

    @cython.final
    cdef bint read_members_or_null(self, int reader, Py_ssize_t row) except -1 nogil:
        if self.next_byte() == 0x6E:
            return self.read_word(b"null", 4)
        return self.read_members(reader, row)

    cdef bint read_member(self, int reader, Py_ssize_t row, int key) except -1 nogil:
        """Read the value of a member into its column, or skip it; `reader` tells of which object it is."""
        return self.skip_value()


cdef inline unsigned char unescape(unsigned char byte) noexcept nogil:
    """Return the character that a backslash and this byte stand for, 0 if they stand for none."""
    if byte == 0x22 or byte == 0x5C or byte == 0x2F:
        return byte
    if byte == 0x62:
        return 0x08
    if byte == 0x66:
        return 0x0C
    if byte == 0x6E:
        return 0x0A
    if byte == 0x72:
        return 0x0D
    return 0x09 if byte == 0x74 else 0


cdef inline int hex_digit(unsigned char byte) noexcept nogil:
    if 0x30 <= byte <= 0x39:
        return byte - 0x30
    byte |= 0x20
    return byte - 0x61 + 10 if 0x61 <= byte <= 0x66 else -1


cdef inline bint is_tail(unsigned char byte) noexcept nogil:
    return byte & 0xC0 == 0x80


cdef inline int utf8_size(unsigned char lead, unsigned char b, unsigned char c, unsigned char d) noexcept nogil:
    """Return how many bytes the UTF-8 character has that begins with these bytes, 0 if it is none."""
    if lead < 0x80:
        return 1
    if lead < 0xC2 or not is_tail(b):
        return 0
    if lead < 0xE0:
        return 2
    if lead < 0xF0:
        if not is_tail(c) or (lead == 0xE0 and b < 0xA0) or (lead == 0xED and b > 0x9F):
            return 0
        return 3
    if lead > 0xF4 or not is_tail(c) or not is_tail(d) or (lead == 0xF0 and b < 0x90) or (lead == 0xF4 and b > 0x8F):
        return 0
    return 4
