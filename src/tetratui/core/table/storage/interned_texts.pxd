cdef class Texts:
    cdef list _texts
    cdef unsigned int[::1] _hashes
    cdef unsigned int[::1] _slots
    cdef Py_ssize_t _text_bytes

    cdef unsigned int _code_of(self, const unsigned char *data, Py_ssize_t size, text) except? 0
    cdef int _widen(self) except -1
