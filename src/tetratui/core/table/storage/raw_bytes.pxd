"""Compare, copy, find and hash bytes of typed memoryviews: the only place where compiled code uses pointers.

Each function checks that the bytes lie inside the view before it takes their address.
"""

from libc.string cimport memchr, memcmp, memmove

cdef extern from *:
    """
    #include <stdint.h>
    #include <string.h>
    static inline uint64_t tetratui_word(const unsigned char *at) {
        uint64_t word;
        memcpy(&word, at, 8);
        return word;
    }
    /* The product of two words, folded to one word. */
    static inline uint64_t tetratui_fold(uint64_t a, uint64_t b) {
        unsigned __int128 product = (unsigned __int128)a * b;
        return (uint64_t)product ^ (uint64_t)(product >> 64);
    }
    /* Of the bytes of a word whose high bit is set, the number of the one that comes first in memory. */
    static inline int tetratui_first(uint64_t word) {
    #if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
        return __builtin_clzll(word) >> 3;
    #else
        return __builtin_ctzll(word) >> 3;
    #endif
    }
    """
    ctypedef unsigned long long uint64_t
    uint64_t tetratui_word(const unsigned char *at) noexcept nogil
    uint64_t tetratui_fold(uint64_t a, uint64_t b) noexcept nogil
    int tetratui_first(uint64_t word) noexcept nogil


cdef inline int check_inside(Py_ssize_t size, Py_ssize_t begin, Py_ssize_t length) except -1 nogil:
    """Raise IndexError unless the bytes lie inside a view of `size` bytes."""
    if begin < 0 or length < 0 or begin > size or length > size - begin:
        with gil:
            raise IndexError("bytes outside the view")
    return 0


cdef inline uint64_t hash_pointer(const unsigned char *at, Py_ssize_t length, uint64_t seed) noexcept nogil:
    """Return a hash of bytes that are known to be readable; `seed` is secret, so that nobody can make hashes meet."""
    cdef uint64_t state = seed ^ <uint64_t>length
    cdef uint64_t last = 0
    cdef Py_ssize_t index = 0
    while length - index >= 8:
        state = tetratui_fold(state ^ tetratui_word(at + index), seed | 1)
        index += 8
    while index < length:
        last = last << 8 | at[index]
        index += 1
    state = tetratui_fold(state ^ last, 0x9E3779B97F4A7C15)
    return tetratui_fold(state ^ (seed >> 7), seed | 1)


cdef inline uint64_t hash_bytes(
    const unsigned char[::1] view, Py_ssize_t begin, Py_ssize_t length, uint64_t seed
) except? 0 nogil:
    """Return a hash of bytes of a view."""
    check_inside(view.shape[0], begin, length)
    if length == 0:
        return hash_pointer(b"", 0, seed)
    return hash_pointer(&view[begin], length, seed)


cdef inline bint equal_bytes(
    const unsigned char[::1] view, Py_ssize_t begin, const unsigned char[::1] other, Py_ssize_t other_begin,
    Py_ssize_t length,
) except -1 nogil:
    """Return whether as many bytes of two views are the same."""
    check_inside(view.shape[0], begin, length)
    check_inside(other.shape[0], other_begin, length)
    return length == 0 or memcmp(&view[begin], &other[other_begin], length) == 0


cdef inline int copy_bytes(
    unsigned char[::1] view, Py_ssize_t begin, const unsigned char[::1] source, Py_ssize_t source_begin,
    Py_ssize_t length,
) except -1 nogil:
    """Copy bytes of one view to another, or within one."""
    check_inside(view.shape[0], begin, length)
    check_inside(source.shape[0], source_begin, length)
    if length:
        memmove(&view[begin], &source[source_begin], length)
    return 0


cdef inline Py_ssize_t find_byte(
    const unsigned char[::1] view, Py_ssize_t begin, Py_ssize_t end, unsigned char byte
) except -2 nogil:
    """Return where a byte first stands in view[begin:end], -1 where it does not."""
    cdef const unsigned char *found
    check_inside(view.shape[0], begin, end - begin)
    if begin == end:
        return -1
    found = <const unsigned char *>memchr(&view[begin], byte, end - begin)
    return -1 if found == NULL else begin + (found - &view[begin])


cdef inline Py_ssize_t skip_plain(const unsigned char[::1] view, Py_ssize_t begin, Py_ssize_t end) except -1 nogil:
    """Return where the first byte stands in view[begin:end] that is a quote, a backslash, below 0x20 or not ASCII.

    Eight bytes are tested together: where fewer are left, the position of the first of these.
    """
    cdef const unsigned char *at
    cdef uint64_t word, quote, backslash, special
    cdef uint64_t ones = 0x0101010101010101
    cdef uint64_t high = 0x8080808080808080
    check_inside(view.shape[0], begin, end - begin)
    if end - begin < 8:
        return begin
    at = &view[begin]
    while end - begin >= 8:
        word = tetratui_word(at)
        quote = word ^ (ones * 0x22)
        backslash = word ^ (ones * 0x5C)
        # The high bit of such a byte is set. A borrow may set that of a byte above it too, never of one below.
        special = ((word - ones * 0x20) | (quote - ones) | (backslash - ones) | word) & high
        if special:
            return begin + tetratui_first(special)
        begin += 8
        at += 8
    return begin
