cdef class DistinctRows:
    cdef Py_ssize_t count
    cdef unsigned int[:, ::1] codes
    cdef long long[:, ::1] numbers
    cdef unsigned int[::1] _hashes
    cdef unsigned int[::1] _slots
    cdef object _code_array
    cdef object _number_array

    cdef unsigned int add_staged(self) except? 0 nogil
    cdef bint _equal(self, Py_ssize_t row, Py_ssize_t other) except -1 nogil
    cdef int _make_room(self) except -1
    cdef int _widen_index(self) except -1
