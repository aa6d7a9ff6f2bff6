"""Exec ids and times: texts of a fixed form that become numbers."""


cdef inline int base64_digit(unsigned char byte) noexcept nogil:
    if 0x41 <= byte <= 0x5A:
        return byte - 0x41
    if 0x61 <= byte <= 0x7A:
        return byte - 0x61 + 26
    if 0x30 <= byte <= 0x39:
        return byte - 0x30 + 52
    if byte == 0x2B:
        return 62
    return 63 if byte == 0x2F else -1


cdef Py_ssize_t decode_base64(unsigned char[::1] data, Py_ssize_t begin, Py_ssize_t length) except -2 nogil:
    """Decode data[begin:begin + length], write the result behind it and return its length, -1 if it is no base64.

    Only what an encoder would write is read: with padding, and with zeros in the bits that are spare.
    """
    cdef Py_ssize_t read, written = begin + length
    cdef int padding = 0, value, digit, index
    if length == 0 or length % 4:
        return -1
    if data[begin + length - 1] == 0x3D:
        padding = 2 if data[begin + length - 2] == 0x3D else 1
    for read in range(begin, begin + length, 4):
        value = 0
        for index in range(4):
            digit = base64_digit(data[read + index])
            if digit < 0:
                if read + 4 < begin + length or index < 4 - padding:
                    return -1
                digit = 0
            value = value << 6 | digit
        data[written], data[written + 1], data[written + 2] = value >> 16, value >> 8 & 0xFF, value & 0xFF
        written += 3
    for index in range(padding):
        if data[written - 1 - index]:
            return -1
    return written - padding - begin - length


cdef long long read_decimal(
    const unsigned char[::1] data, Py_ssize_t begin, Py_ssize_t end, unsigned long long highest
) except -2 nogil:
    """Return the number in data[begin:end], -1 unless it is plain decimal without leading zeros, up to `highest`."""
    cdef unsigned long long value = 0
    cdef Py_ssize_t index
    if end <= begin or end - begin > 19 or (data[begin] == 0x30 and end - begin > 1):
        return -1
    for index in range(begin, end):
        if not 0x30 <= data[index] <= 0x39:
            return -1
        value = value * 10 + (data[index] - 0x30)
    return -1 if value > highest else <long long>value


cdef inline int two_digits(const unsigned char[::1] data, Py_ssize_t at) except -2 nogil:
    """Return the number of two digits, -1 if they are none."""
    if not (0x30 <= data[at] <= 0x39 and 0x30 <= data[at + 1] <= 0x39):
        return -1
    return (data[at] - 0x30) * 10 + data[at + 1] - 0x30


cdef long long read_utc_time(const unsigned char[::1] data, Py_ssize_t begin, Py_ssize_t end) except -2 nogil:
    """Return the nanoseconds of a time as Tetragon writes it; -1 for any other text, and for one beyond 64 bits."""
    cdef int century = 0, year, month, day, hour, minute, second, length
    cdef long long fraction = 0, seconds
    cdef Py_ssize_t index
    if end - begin < 20 or end - begin > 30 or end - begin == 21 or data[end - 1] != 0x5A:
        return -1
    if data[begin + 4] != 0x2D or data[begin + 7] != 0x2D or data[begin + 10] != 0x54:
        return -1
    if data[begin + 13] != 0x3A or data[begin + 16] != 0x3A or (end - begin > 20 and data[begin + 19] != 0x2E):
        return -1
    century, year = two_digits(data, begin), two_digits(data, begin + 2)
    month, day = two_digits(data, begin + 5), two_digits(data, begin + 8)
    hour, minute, second = two_digits(data, begin + 11), two_digits(data, begin + 14), two_digits(data, begin + 17)
    if year < 0 or not 19 <= century <= 22 or hour > 23 or minute > 59 or second > 59:
        return -1
    if hour < 0 or minute < 0 or second < 0:
        return -1
    year += 100 * century
    if year < 1970 or year > 2262 or month < 1 or month > 12 or day < 1:
        return -1
    length = 31 - (month == 4 or month == 6 or month == 9 or month == 11)
    if month == 2:
        length = 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28
    if day > length:
        return -1
    for index in range(begin + 20, end - 1):
        if not 0x30 <= data[index] <= 0x39:
            return -1
        fraction = fraction * 10 + data[index] - 0x30
    for index in range(end - begin, 30 if end - begin > 20 else 0):
        fraction *= 10
    # Days since 1970 by the calendar that begins a year in March.
    year -= month <= 2
    month = month - 3 if month > 2 else month + 9
    seconds = 365 * year + year // 4 - year // 100 + year // 400 + (153 * month + 2) // 5 + day - 1 - 719_468
    seconds = ((seconds * 24 + hour) * 60 + minute) * 60 + second
    if seconds > 9_223_372_036LL or (seconds == 9_223_372_036LL and fraction > 854_775_807):
        return -1
    return seconds * 1_000_000_000LL + fraction
