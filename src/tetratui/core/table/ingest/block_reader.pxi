"""Read process blocks: each distinct one of the bytes of a scan becomes a row of numbers."""

cdef enum:
    # Which object `read_member` is in.
    OF_BLOCK = 10
    OF_POD
    OF_CONTAINER
    OF_USER
    OF_IMAGE


cdef class BlockReader(TextReader):
    """The process blocks of some lines, by column; one is known again by its bytes."""

    cdef object block_array
    cdef long long[:, ::1] block_rows
    # Where the bytes of each block begin, how many there are, the block before it with the same hash, the hash.
    cdef long long[:, ::1] block_places
    # By hash of its beginning, the newest block.
    cdef unsigned int[::1] block_heads
    cdef Py_ssize_t block_count
    cdef unsigned int block_row
    # Of the block under reading: its pid, and the text of its exec id.
    cdef long long own_pid
    cdef Py_ssize_t id_begin, id_end
    cdef bint id_escaped

    @cython.final
    cdef bint read_block(self) except -1 nogil:
        """Read a process block into a row, `block_row`; one whose bytes were read before is known by them."""
        cdef Py_ssize_t begin, length
        cdef unsigned int known
        cdef uint64_t hashed
        cdef int tries = 0
        if self.next_byte() != 0x7B:
            return False
        begin = self.at
        hashed = self.hash_beginning()
        known = self.block_heads[hashed & <uint64_t>(self.block_heads.shape[0] - 1)]
        while known and tries < CANDIDATES:
            length = self.block_places[known, 1]
            # Equal bytes end at the same place: no look is needed at what follows.
            if length <= self.end - begin and equal_bytes(
                self.data, begin, self.data, self.block_places[known, 0], length
            ):
                self.at = begin + length
                self.block_row = known
                return True
            known = <unsigned int>self.block_places[known, 2]
            tries += 1
        if not self.read_new_block(self.block_count):
            return False
        known = <unsigned int>self.block_count
        self.block_places[known, 0], self.block_places[known, 1] = begin, self.at - begin
        self.block_places[known, 2] = self.block_heads[hashed & <uint64_t>(self.block_heads.shape[0] - 1)]
        self.block_places[known, 3] = <long long>(hashed & <uint64_t>(self.block_heads.shape[0] - 1))
        self.block_heads[self.block_places[known, 3]] = known
        self.block_count += 1
        self.block_row = known
        return True

    @cython.final
    cdef uint64_t hash_beginning(self) except? 0 nogil:
        """Return a hash of the block up to its fourth quotation mark: its first key and value, mostly the exec id."""
        cdef Py_ssize_t at = self.at, end = min(self.end, self.at + LONGEST_BEGINNING)
        cdef int quotes
        for quotes in range(4):
            at = find_byte(self.data, at, end, 0x22) + 1
            if at == 0:
                at = end
                break
        return hash_bytes(self.data, self.at, at - self.at, _SEED)

    @cython.final
    cdef int drop_blocks(self, Py_ssize_t count) except -1 nogil:
        """Forget the blocks behind the first `count`: newest first, which is how they were linked."""
        while self.block_count > count:
            self.block_count -= 1
            self.block_heads[self.block_places[self.block_count, 3]] = <unsigned int>self.block_places[
                self.block_count, 2
            ]
        return 0

    @cython.final
    cdef int make_room_for_blocks(self) except -1:
        cdef Py_ssize_t rows = 2 * self.block_rows.shape[0] + 16
        blocks, places = np.empty((rows, BLOCK_WIDTH), dtype=np.int64), np.empty((rows, 4), dtype=np.int64)
        blocks[: self.block_count] = self.block_array[: self.block_count]
        places[: self.block_count] = self.block_places[: self.block_count]
        self.block_array = blocks
        self.block_rows, self.block_places = blocks, places
        return 0

    @cython.final
    cdef bint read_new_block(self, Py_ssize_t row) except -1 nogil:
        cdef int column
        for column in range(BLOCK_WIDTH):
            self.block_rows[row, column] = 0 if column < BLOCK_TEXTS else -1
        self.own_pid = -1
        return self.read_members(OF_BLOCK, row) and self.check_own_pid(row)

    cdef bint read_member(self, int reader, Py_ssize_t row, int key) except -1 nogil:
        if reader == OF_BLOCK:
            return self.read_block_field(row, key)
        if reader == OF_POD:
            return self.read_pod_field(row, key)
        if reader == OF_CONTAINER:
            return self.read_container_field(row, key)
        if key == KEY_NAME:
            return self.read_block_text(row, BLOCK_USER if reader == OF_USER else BLOCK_IMAGE)
        return self.skip_value()

    @cython.final
    cdef bint read_block_field(self, Py_ssize_t row, int key) except -1 nogil:
        if key == KEY_BINARY:
            return self.read_block_text(row, BLOCK_BINARY)
        if key == KEY_ARGUMENTS:
            return self.read_block_text(row, BLOCK_ARGUMENTS)
        if key == KEY_CWD:
            return self.read_block_text(row, BLOCK_CWD)
        if key == KEY_FLAGS:
            return self.read_block_text(row, BLOCK_FLAGS)
        if key == KEY_DOCKER:
            return self.read_block_text(row, BLOCK_DOCKER)
        if key == KEY_EXEC_ID:
            return self.read_exec_id(row, BLOCK_NODE, BLOCK_KTIME, BLOCK_PID, BLOCK_UNUSUAL)
        if key == KEY_PARENT_EXEC_ID:
            return self.read_exec_id(row, BLOCK_PARENT_NODE, BLOCK_PARENT_KTIME, BLOCK_PARENT_PID, BLOCK_PARENT_UNUSUAL)
        if key == KEY_PID:
            # The column holds the pid of the exec id until both are known.
            if not self.read_integer(0, 0x7FFFFFFFULL):
                return False
            self.own_pid = self.number
            return True
        if key == KEY_UID:
            return self.read_block_number(row, BLOCK_UID)
        if key == KEY_AUID:
            return self.read_block_number(row, BLOCK_AUID)
        if key == KEY_START_TIME:
            if not self.read_time():
                return False
            self.block_rows[row, BLOCK_START] = self.number
            return True
        if key == KEY_IN_INIT_TREE:
            if not self.read_flag():
                return False
            self.block_rows[row, BLOCK_IN_INIT_TREE] = self.number
            return True
        if key == KEY_USER:
            return self.read_members_or_null(OF_USER, row)
        if key == KEY_POD:
            return self.read_members_or_null(OF_POD, row)
        return self.skip_value()

    @cython.final
    cdef bint read_block_text(self, Py_ssize_t row, int column) except -1 nogil:
        if not self.read_optional():
            return False
        self.block_rows[row, column] = self.text
        return True

    @cython.final
    cdef bint read_block_number(self, Py_ssize_t row, int column) except -1 nogil:
        if not self.read_integer(0, 0xFFFFFFFFULL):
            return False
        self.block_rows[row, column] = self.number
        return True

    @cython.final
    cdef bint read_pod_field(self, Py_ssize_t row, int key) except -1 nogil:
        if key == KEY_NAMESPACE:
            return self.read_block_text(row, BLOCK_NAMESPACE)
        if key == KEY_NAME:
            return self.read_block_text(row, BLOCK_POD)
        if key == KEY_WORKLOAD:
            return self.read_block_text(row, BLOCK_WORKLOAD)
        if key == KEY_WORKLOAD_KIND:
            return self.read_block_text(row, BLOCK_WORKLOAD_KIND)
        if key == KEY_POD_LABELS:
            return self.read_labels(row)
        if key == KEY_CONTAINER:
            return self.read_members_or_null(OF_CONTAINER, row)
        return self.skip_value()

    @cython.final
    cdef bint read_container_field(self, Py_ssize_t row, int key) except -1 nogil:
        if key == KEY_NAME:
            return self.read_block_text(row, BLOCK_CONTAINER)
        if key == KEY_ID:
            return self.read_block_text(row, BLOCK_CONTAINER_ID)
        if key == KEY_IMAGE:
            return self.read_members_or_null(OF_IMAGE, row)
        if key == KEY_MAYBE_EXEC_PROBE:
            if not self.read_flag():
                return False
            self.block_rows[row, BLOCK_EXEC_PROBE] = self.number
            return True
        return self.skip_value()

    @cython.final
    cdef bint read_labels(self, Py_ssize_t row) except -1 nogil:
        """Read labels as one text, `key=value` joined by commas; the keys must rise, as they do in Tetragon's lines."""
        cdef unsigned int begin = self.texts.used, end = self.texts.used
        cdef unsigned int key_begin, key_end, last_begin = 0, last_end = 0
        cdef int byte
        if self.next_byte() == 0x6E:
            return self.read_word(b"null", 4)
        if not self.accept(0x7B):
            return False
        if self.next_byte() == 0x7D:
            self.at += 1
            return True
        while True:
            if not self.accept(0x22) or not self.read_text():
                return False
            key_begin = end
            key_end = end = self.stage(end)
            if last_end and not self.rises(last_begin, last_end, key_begin, key_end):
                return False
            last_begin, last_end = key_begin, key_end
            self.texts.bytes[end] = 0x3D
            if not self.accept(0x3A) or not self.accept(0x22) or not self.read_text():
                return False
            end = self.stage(end + 1)
            byte = self.next_byte()
            self.at += 1
            if byte != 0x2C:
                break
            self.texts.bytes[end] = 0x2C
            end += 1
        self.block_rows[row, BLOCK_LABELS] = self.texts.add(begin, end - begin)
        return byte == 0x7D

    @cython.final
    cdef bint rises(
        self, Py_ssize_t begin, Py_ssize_t end, Py_ssize_t next_begin, Py_ssize_t next_end
    ) except -1 nogil:
        """Return whether the staged text before comes before the next one."""
        while begin < end and next_begin < next_end:
            if self.texts.bytes[begin] != self.texts.bytes[next_begin]:
                return self.texts.bytes[begin] < self.texts.bytes[next_begin]
            begin += 1
            next_begin += 1
        return begin == end and next_begin < next_end

    @cython.final
    cdef bint read_exec_id(
        self, Py_ssize_t row, int node_column, int ktime_column, int pid_column, int unusual_column
    ) except -1 nogil:
        """Read an exec id, base64 of `node:ktime:pid`; one of another form is kept as a text."""
        cdef unsigned int length
        cdef unsigned int begin = self.texts.used
        if self.next_byte() == 0x6E:
            return self.read_word(b"null", 4)
        if not self.accept(0x22) or not self.read_text():
            return False
        if unusual_column == BLOCK_UNUSUAL:
            self.id_begin, self.id_end, self.id_escaped = self.text_begin, self.text_end, self.text_escaped
        length = self.stage(begin) - begin
        if length and not self.split_exec_id(row, length, node_column, ktime_column, pid_column):
            self.block_rows[row, unusual_column] = self.texts.add(begin, length)
        return True

    @cython.final
    cdef bint split_exec_id(
        self, Py_ssize_t row, unsigned int length, int node_column, int ktime_column, int pid_column
    ) except -1 nogil:
        """Split the staged exec id; return whether its parts tell exactly this exec id."""
        cdef Py_ssize_t begin = self.texts.used + length, end, second, first
        cdef Py_ssize_t size = decode_base64(self.texts.bytes, self.texts.used, length)
        cdef long long ktime, pid
        if size < 0:
            return False
        end = begin + size
        # The last two colons separate the parts: a node may hold colons.
        second = end - 1
        while second >= begin and self.texts.bytes[second] != 0x3A:
            second -= 1
        first = second - 1
        while first >= begin and self.texts.bytes[first] != 0x3A:
            first -= 1
        if first < begin:
            return False
        ktime = read_decimal(self.texts.bytes, first + 1, second, 0x7FFFFFFFFFFFFFFFULL)
        pid = read_decimal(self.texts.bytes, second + 1, end, 0x7FFFFFFFULL)
        if ktime < 0 or pid < 0 or not self.is_text(begin, first):
            return False
        self.block_rows[row, node_column] = self.texts.add(<unsigned int>begin, <unsigned int>(first - begin))
        self.block_rows[row, ktime_column], self.block_rows[row, pid_column] = ktime, pid
        return True

    @cython.final
    cdef bint check_own_pid(self, Py_ssize_t row) except -1 nogil:
        """Give the row its own pid. It has room for one: an exec id that names another pid is kept as a text."""
        cdef unsigned int begin = self.texts.used
        if self.block_rows[row, BLOCK_KTIME] >= 0 and self.block_rows[row, BLOCK_PID] != self.own_pid:
            self.text_begin, self.text_end, self.text_escaped = self.id_begin, self.id_end, self.id_escaped
            self.block_rows[row, BLOCK_UNUSUAL] = self.texts.add(begin, self.stage(begin) - begin)
        self.block_rows[row, BLOCK_PID] = self.own_pid
        return True
