"""Read lines of Tetragon's own shape into columns of numbers, without the interpreter.

Whatever is not of the usual shape is left to the lenient reader in Python: `LineScan.take_refused` names those lines.
What a line means is said there, and by the slow reader in the tests; a line that is read here means the same.
"""

import secrets

cimport cython
import numpy as np

from tetratui.core.events.kinds import JSON_KEYS
from tetratui.core.events.lenient_reader import OTHER_KIND

from tetratui.core.table.storage.distinct_rows cimport DistinctRows
from tetratui.core.table.storage.raw_bytes cimport (
    copy_bytes, equal_bytes, find_byte, hash_bytes, skip_plain, uint64_t,
)

cdef uint64_t _SEED = secrets.randbits(64)

include "keys.pxi"
include "text_arena.pxi"
include "json_cursor.pxi"
include "exec_ids.pxi"

# The columns of a context: texts, and behind them numbers.
cpdef enum:
    CONTEXT_NODE
    CONTEXT_FUNCTION
    CONTEXT_POLICY
    CONTEXT_ACTION
    CONTEXT_SIGNAL
    CONTEXT_FILE
    CONTEXT_CLUSTER
    CONTEXT_MESSAGE
    CONTEXT_TAGS
    CONTEXT_STATUS
    CONTEXT_DROPPED

# The columns of a socket: texts, and behind them numbers.
cpdef enum:
    SOCKET_FAMILY
    SOCKET_PROTO
    SOCKET_SADDR
    SOCKET_DADDR
    SOCKET_SPORT
    SOCKET_DPORT

# The columns of a process block: texts, and behind them numbers.
cpdef enum:
    BLOCK_BINARY
    BLOCK_ARGUMENTS
    BLOCK_CWD
    BLOCK_NODE
    BLOCK_PARENT_NODE
    BLOCK_USER
    BLOCK_FLAGS
    BLOCK_NAMESPACE
    BLOCK_WORKLOAD
    BLOCK_WORKLOAD_KIND
    BLOCK_POD
    BLOCK_CONTAINER
    BLOCK_CONTAINER_ID
    BLOCK_IMAGE
    BLOCK_DOCKER
    BLOCK_LABELS
    BLOCK_UNUSUAL
    BLOCK_PARENT_UNUSUAL
    BLOCK_KTIME
    BLOCK_PID
    BLOCK_START
    BLOCK_PARENT_KTIME
    BLOCK_PARENT_PID
    BLOCK_UID
    BLOCK_AUID
    BLOCK_IN_INIT_TREE
    BLOCK_EXEC_PROBE

# Texts of a line that are not, or not always, a column of its context.
cdef enum:
    OWN_PATH = CONTEXT_STATUS
    OWN_SYMBOL
    OWN_NAME
    OWN_SUBSYS
    OWN_EVENT
    OWN_TYPE
    OWN_CGROUP
    OWN_FILE
    OWN_FAMILY
    OWN_PROTO
    OWN_SADDR
    OWN_DADDR
    OWN_ADDRESS
    FIELDS_OF_A_LINE

cdef enum:
    CONTEXT_TEXTS = CONTEXT_STATUS
    CONTEXT_WIDTH = CONTEXT_DROPPED + 1
    SOCKET_TEXTS = SOCKET_SPORT
    SOCKET_WIDTH = SOCKET_DPORT + 1
    BLOCK_TEXTS = BLOCK_KTIME
    BLOCK_WIDTH = BLOCK_EXEC_PROBE + 1
    EXEC = 1
    EXIT = 2
    TRACEPOINT = 4
    UPROBE = 6
    THROTTLE = 7
    USDT = 9
    RATE_LIMIT = 11
    # More than the texts that a line can bring.
    TEXTS_OF_A_LINE = 256
    # Blocks that begin alike and are compared with a new one: nobody can make us compare with all.
    CANDIDATES = 8
    LONGEST_BEGINNING = 512
    NO_TIME = -1
    OF_RETURN = 1
    OF_ARGS = 2


def find_lines(const unsigned char[::1] data):
    """Return where each line of some bytes begins and ends: at line feeds only; the last one may lack its own."""
    cdef Py_ssize_t count = 0, at = 0, size = data.shape[0], next
    with nogil:
        while at < size:
            next = find_byte(data, at, size, 0x0A)
            count += 1
            at = size if next < 0 else next + 1
    bounds = np.empty((2, count), dtype=np.int64)
    cdef long long[:, ::1] view = bounds
    count = at = 0
    with nogil:
        while at < size:
            next = find_byte(data, at, size, 0x0A)
            view[0, count], view[1, count] = at, size if next < 0 else next
            count += 1
            at = size if next < 0 else next + 1
    return bounds


@cython.final
cdef class LineScan(JsonCursor):
    """Some lines as columns, with tables of its own; `clear` empties it for the next lines.

    One row a line. The columns of a line that was refused hold nothing.
    """

    cdef readonly object time, kind, process, parent, context, socket
    # Rows of the lines that the lenient reader must read.
    cdef list refused
    cdef readonly TextArena texts
    cdef readonly DistinctRows contexts, sockets
    cdef object block_array
    cdef long long[::1] times
    cdef unsigned char[::1] kinds
    cdef unsigned int[::1] process_rows, parent_rows, context_rows, socket_rows
    cdef long long[:, ::1] block_rows
    # Where the bytes of each block begin, how many there are, the block before it with the same hash, the hash.
    cdef long long[:, ::1] block_places
    # By hash of its beginning, the newest block.
    cdef unsigned int[::1] block_heads
    cdef Py_ssize_t block_count
    # The fields of the line under reading that are no columns yet.
    # By the columns of a context and by FieldOfLine.
    cdef unsigned int[::1] own
    cdef long long status, dropped, sport, dport, own_time, body_time
    cdef int file_from, socket_from
    # Whether the lines come from the lenient reader: only it knows events of an unknown kind.
    cdef bint rewritten
    cdef unsigned int text, block_row, process_row, parent_row
    # Of the block under reading: its pid, and the text of its exec id.
    cdef long long own_pid
    cdef Py_ssize_t id_begin, id_end
    cdef bint id_escaped

    def __cinit__(self):
        register_keys()
        self.texts = TextArena()
        self.contexts = DistinctRows(CONTEXT_TEXTS, CONTEXT_WIDTH - CONTEXT_TEXTS)
        self.sockets = DistinctRows(SOCKET_TEXTS, SOCKET_WIDTH - SOCKET_TEXTS)
        self.block_array = np.empty((16, BLOCK_WIDTH), dtype=np.int64)
        self.block_rows = self.block_array
        self.block_places = np.empty((16, 4), dtype=np.int64)
        self.own = np.zeros(FIELDS_OF_A_LINE, dtype=np.uint32)
        self.clear(0)

    def clear(self, Py_ssize_t rows):
        """Begin anew, with room for so many rows."""
        self.texts.clear()
        self.contexts.clear()
        self.sockets.clear()
        self.block_count = 1
        self.block_array[0] = 0
        self.block_array[0, BLOCK_TEXTS:] = -1
        self.refused = []
        self.time = np.full(rows, NO_TIME, dtype=np.int64)
        self.kind = np.zeros(rows, dtype=np.uint8)
        numbers = np.zeros((4, rows), dtype=np.uint32)
        self.process, self.parent, self.context, self.socket = numbers
        self.times, self.kinds = self.time, self.kind
        self.process_rows, self.parent_rows = self.process, self.parent
        self.context_rows, self.socket_rows = self.context, self.socket

    def scan(self, const unsigned char[::1] data, const long long[::1] begins, const long long[::1] ends, rows=None):
        """Read lines, each data[begins[n]:ends[n]], one into each row; `rows` names them for lines that were rewritten."""
        cdef Py_ssize_t index, row
        cdef bint in_order = rows is None
        self.rewritten = not in_order
        cdef const long long[::1] places = begins if in_order else rows
        self.data = data
        # Blocks are compared with those before them in the same bytes.
        self.block_heads = np.zeros(min(max(64, 1 << int(2 * begins.shape[0]).bit_length()), 1 << 16), dtype=np.uint32)
        with nogil:
            for index in range(begins.shape[0]):
                row = index if in_order else places[index]
                self.at, self.end = begins[index], ends[index]
                if not self.read_line(row):
                    with gil:
                        self.refused.append(row)
        self.data = None

    def take_refused(self):
        """Return the rows of the lines that were refused since this was last called."""
        refused, self.refused = self.refused, []
        return refused

    @property
    def blocks(self):
        """The columns of all blocks, in the order of the constants BLOCK_…; the first block is no block."""
        return self.block_array[: self.block_count].T

    cdef bint read_line(self, Py_ssize_t row) except -1 nogil:
        """Read one line; return whether it was of the usual shape."""
        cdef Py_ssize_t blocks = self.block_count
        if self.end < self.at or self.end > self.data.shape[0]:
            return False
        self.texts.reserve(TEXTS_OF_A_LINE, 3 * (self.end - self.at) + 64)
        if self.block_count + 2 > self.block_rows.shape[0]:
            with gil:
                self.make_room_for_blocks()
        self.forget_line()
        if self.read_top(row) and self.next_byte() == 0 and self.at == self.end:
            self.finish_line(row)
            return True
        # What a refused line said must not stay.
        self.drop_blocks(blocks)
        self.kinds[row] = 0
        return False

    cdef int forget_line(self) except -1 nogil:
        cdef int index
        for index in range(FIELDS_OF_A_LINE):
            self.own[index] = 0
        self.process_row = self.parent_row = 0
        self.file_from = self.socket_from = 0
        self.status = self.dropped = self.sport = self.dport = -1
        self.own_time = self.body_time = NO_TIME
        return 0

    cdef bint read_top(self, Py_ssize_t row) except -1 nogil:
        cdef unsigned long long seen = 0
        cdef int key
        cdef int kind = -1
        if not self.accept(0x7B):
            return False
        while True:
            key = self.next_member(seen == 0 and kind < 0)
            if key == END_OF_OBJECT:
                return kind >= 0
            if key >= KIND_KEY and key < OTHER_KEY:
                if kind >= 0 or (key == KIND_KEY and not self.rewritten):
                    return False
                kind = key - KIND_KEY
                self.kinds[row] = kind
                if not self.read_body(kind):
                    return False
                continue
            # Bit 63 only tells that a member was read.
            seen |= <unsigned long long>1 << 63
            if key == REFUSED or (key != OTHER_KEY and seen >> key & 1):
                return False
            if key == KEY_NODE_NAME:
                if not self.read_own(CONTEXT_NODE):
                    return False
            elif key == KEY_CLUSTER_NAME:
                if not self.read_own(CONTEXT_CLUSTER):
                    return False
            elif key == KEY_TIME:
                if not self.read_time():
                    return False
                self.own_time = self.number
            elif not self.skip_value():
                return False
            if key != OTHER_KEY:
                seen |= <unsigned long long>1 << key

    cdef bint read_body(self, int kind) except -1 nogil:
        cdef unsigned long long seen = 0
        cdef int key
        cdef bint first = True
        cdef bint hooked = kind != EXEC and kind != EXIT
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
            if key == KEY_PROCESS:
                if not self.read_block():
                    return False
                self.process_row = self.block_row
            elif key == KEY_PARENT:
                if not self.read_block():
                    return False
                self.parent_row = self.block_row
            elif key == KEY_STATUS:
                if not self.read_integer(-0x80000000LL, 0xFFFFFFFFULL):
                    return False
                self.status = self.number
            elif key == KEY_SIGNAL:
                if not self.read_own(CONTEXT_SIGNAL):
                    return False
            elif key == KEY_TIME:
                if not self.read_time():
                    return False
                self.body_time = self.number
            elif not (self.read_hooked(key, kind) if hooked else self.skip_value()):
                return False

    cdef bint read_hooked(self, int key, int kind) except -1 nogil:
        """Read a field that only events of a policy have."""
        if key == KEY_FUNCTION_NAME:
            return self.read_own(CONTEXT_FUNCTION)
        if key == KEY_POLICY_NAME:
            return self.read_own(CONTEXT_POLICY)
        if key == KEY_ACTION:
            return self.read_own(CONTEXT_ACTION)
        if key == KEY_MESSAGE:
            return self.read_own(CONTEXT_MESSAGE)
        if key == KEY_TAGS:
            return self.read_tags()
        if key == KEY_PATH:
            return self.read_own(OWN_PATH)
        if key == KEY_SYMBOL:
            return self.read_own(OWN_SYMBOL)
        if key == KEY_NAME:
            return self.read_own(OWN_NAME)
        if key == KEY_SUBSYS:
            return self.read_own(OWN_SUBSYS)
        if key == KEY_EVENT:
            return self.read_own(OWN_EVENT)
        if key == KEY_TYPE:
            return self.read_own(OWN_TYPE)
        if key == KEY_CGROUP:
            return self.read_own(OWN_CGROUP)
        if key == KEY_ARGS:
            return self.read_arguments()
        if key == KEY_RETURN:
            return self.read_argument(OF_RETURN)
        if key == KEY_NUMBER_OF_DROPPED_PROCESS_EVENTS and kind == RATE_LIMIT:
            if not self.read_integer(0, 0x7FFFFFFFFFFFFFFFULL):
                return False
            self.dropped = self.number
            return True
        return self.skip_value()

    cdef bint read_arguments(self) except -1 nogil:
        cdef int byte
        if self.next_byte() == 0x6E:
            return self.read_word(b"null", 4)
        if not self.accept(0x5B):
            return False
        if self.next_byte() == 0x5D:
            self.at += 1
            return True
        while True:
            if self.next_byte() != 0x7B or not self.read_argument(OF_ARGS):
                return False
            byte = self.next_byte()
            self.at += 1
            if byte != 0x2C:
                return byte == 0x5D

    cdef bint read_argument(self, int source) except -1 nogil:
        """Read one argument of a call, or what it returned: the first socket and the first file count."""
        cdef int key
        cdef bint first = True, has_socket = False, has_file = False
        if self.next_byte() == 0x6E:
            return self.read_word(b"null", 4)
        if not self.accept(0x7B):
            return False
        while True:
            key = self.next_member(first)
            first = False
            if key == END_OF_OBJECT:
                return True
            if key == REFUSED:
                return False
            if key == KEY_SOCK_ARG or key == KEY_SKB_ARG or key == KEY_SOCKADDR_ARG:
                if has_socket or not self.read_socket(source):
                    return False
                has_socket = True
            elif key == KEY_FILE_ARG or key == KEY_PATH_ARG or key == KEY_LINUX_BINPRM_ARG:
                if has_file or not self.read_file(source):
                    return False
                has_file = True
            elif not self.skip_value():
                return False

    cdef bint read_socket(self, int source) except -1 nogil:
        cdef unsigned long long seen = 0
        cdef int key
        cdef bint first = True
        cdef long long port = -1
        if not self.accept(0x7B):
            return False
        if self.socket_from >= source:
            self.at -= 1
            return self.skip_value()
        self.socket_from = source
        self.sport = self.dport = -1
        for key in range(OWN_FAMILY, OWN_ADDRESS + 1):
            self.own[key] = 0
        while True:
            key = self.next_member(first)
            first = False
            if key == END_OF_OBJECT:
                if self.own[OWN_DADDR] == 0:
                    self.own[OWN_DADDR] = self.own[OWN_ADDRESS]
                if self.dport == -1:
                    self.dport = port
                return True
            if key == REFUSED:
                return False
            if key < KIND_KEY:
                if seen >> key & 1:
                    return False
                seen |= <unsigned long long>1 << key
            if key == KEY_FAMILY:
                if not self.read_own(OWN_FAMILY):
                    return False
            elif key == KEY_PROTOCOL:
                if not self.read_own(OWN_PROTO):
                    return False
            elif key == KEY_SADDR:
                if not self.read_own(OWN_SADDR):
                    return False
            elif key == KEY_DADDR:
                if not self.read_own(OWN_DADDR):
                    return False
            elif key == KEY_ADDR:
                if not self.read_own(OWN_ADDRESS):
                    return False
            elif key == KEY_SPORT or key == KEY_DPORT or key == KEY_PORT:
                if not self.read_integer(0, 0xFFFFFFFFULL):
                    return False
                if key == KEY_SPORT:
                    self.sport = self.number
                elif key == KEY_DPORT:
                    self.dport = self.number
                else:
                    port = self.number
            elif not self.skip_value():
                return False

    cdef bint read_file(self, int source) except -1 nogil:
        cdef int key
        cdef bint first = True, has_path = False
        cdef unsigned int before = self.own[OWN_FILE]
        if not self.accept(0x7B):
            return False
        if self.file_from >= source:
            self.at -= 1
            return self.skip_value()
        self.own[OWN_FILE] = 0
        while True:
            key = self.next_member(first)
            first = False
            if key == END_OF_OBJECT:
                if self.own[OWN_FILE]:
                    self.file_from = source
                else:
                    self.own[OWN_FILE] = before
                return True
            if key == REFUSED:
                return False
            if key == KEY_PATH:
                if has_path or not self.read_own(OWN_FILE):
                    return False
                has_path = True
            elif not self.skip_value():
                return False

    cdef bint read_tags(self) except -1 nogil:
        """Read a list of texts as one text, joined by commas."""
        cdef unsigned int end = self.texts.used
        cdef int byte
        if self.next_byte() == 0x6E:
            return self.read_word(b"null", 4)
        if not self.accept(0x5B):
            return False
        if self.next_byte() == 0x5D:
            self.at += 1
            return True
        while True:
            if not self.accept(0x22) or not self.read_text():
                return False
            end = self.stage(end)
            byte = self.next_byte()
            self.at += 1
            if byte != 0x2C:
                break
            self.texts.bytes[end] = 0x2C
            end += 1
        self.own[CONTEXT_TAGS] = self.texts.add(self.texts.used, end - self.texts.used)
        return byte == 0x5D

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

    cdef int drop_blocks(self, Py_ssize_t count) except -1 nogil:
        """Forget the blocks behind the first `count`: newest first, which is how they were linked."""
        while self.block_count > count:
            self.block_count -= 1
            self.block_heads[self.block_places[self.block_count, 3]] = <unsigned int>self.block_places[
                self.block_count, 2
            ]
        return 0

    cdef int make_room_for_blocks(self) except -1:
        cdef Py_ssize_t rows = 2 * self.block_rows.shape[0] + 16
        blocks, places = np.empty((rows, BLOCK_WIDTH), dtype=np.int64), np.empty((rows, 4), dtype=np.int64)
        blocks[: self.block_count] = self.block_array[: self.block_count]
        places[: self.block_count] = self.block_places[: self.block_count]
        self.block_array = blocks
        self.block_rows, self.block_places = blocks, places
        return 0

    cdef bint read_new_block(self, Py_ssize_t row) except -1 nogil:
        cdef unsigned long long seen = 0
        cdef int key
        cdef bint first = True
        for key in range(BLOCK_TEXTS):
            self.block_rows[row, key] = 0
        for key in range(BLOCK_TEXTS, BLOCK_WIDTH):
            self.block_rows[row, key] = -1
        self.own_pid = -1
        if not self.accept(0x7B):
            return False
        while True:
            key = self.next_member(first)
            first = False
            if key == END_OF_OBJECT:
                return self.check_own_pid(row)
            if key == REFUSED:
                return False
            if key < KIND_KEY:
                if seen >> key & 1:
                    return False
                seen |= <unsigned long long>1 << key
            if not self.read_block_field(row, key):
                return False

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
            return self.read_named(row, BLOCK_USER)
        if key == KEY_POD:
            return self.read_pod(row)
        return self.skip_value()

    cdef bint read_block_text(self, Py_ssize_t row, int column) except -1 nogil:
        if not self.read_optional():
            return False
        self.block_rows[row, column] = self.text
        return True

    cdef bint read_block_number(self, Py_ssize_t row, int column) except -1 nogil:
        if not self.read_integer(0, 0xFFFFFFFFULL):
            return False
        self.block_rows[row, column] = self.number
        return True

    cdef bint read_named(self, Py_ssize_t row, int column) except -1 nogil:
        """Read the name of a user or of an image."""
        cdef int key
        cdef bint first = True, has_name = False
        if self.next_byte() == 0x6E:
            return self.read_word(b"null", 4)
        if not self.accept(0x7B):
            return False
        while True:
            key = self.next_member(first)
            first = False
            if key == END_OF_OBJECT:
                return True
            if key == REFUSED or (key == KEY_NAME and has_name):
                return False
            if key == KEY_NAME:
                has_name = True
            if not (self.read_block_text(row, column) if key == KEY_NAME else self.skip_value()):
                return False

    cdef bint read_pod(self, Py_ssize_t row) except -1 nogil:
        cdef unsigned long long seen = 0
        cdef int key
        cdef bint first = True
        if self.next_byte() == 0x6E:
            return self.read_word(b"null", 4)
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
            if not self.read_pod_field(row, key):
                return False

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
            return self.read_container(row)
        return self.skip_value()

    cdef bint read_container(self, Py_ssize_t row) except -1 nogil:
        cdef unsigned long long seen = 0
        cdef int key
        cdef bint first = True
        if self.next_byte() == 0x6E:
            return self.read_word(b"null", 4)
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
            if not self.read_container_field(row, key):
                return False

    cdef bint read_container_field(self, Py_ssize_t row, int key) except -1 nogil:
        if key == KEY_NAME:
            return self.read_block_text(row, BLOCK_CONTAINER)
        if key == KEY_ID:
            return self.read_block_text(row, BLOCK_CONTAINER_ID)
        if key == KEY_IMAGE:
            return self.read_named(row, BLOCK_IMAGE)
        if key == KEY_MAYBE_EXEC_PROBE:
            if not self.read_flag():
                return False
            self.block_rows[row, BLOCK_EXEC_PROBE] = self.number
            return True
        return self.skip_value()

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

    cdef bint check_own_pid(self, Py_ssize_t row) except -1 nogil:
        """Give the row its own pid. It has room for one: an exec id that names another pid is kept as a text."""
        cdef unsigned int begin = self.texts.used
        if self.block_rows[row, BLOCK_KTIME] >= 0 and self.block_rows[row, BLOCK_PID] != self.own_pid:
            self.text_begin, self.text_end, self.text_escaped = self.id_begin, self.id_end, self.id_escaped
            self.block_rows[row, BLOCK_UNUSUAL] = self.texts.add(begin, self.stage(begin) - begin)
        self.block_rows[row, BLOCK_PID] = self.own_pid
        return True

    cdef bint read_time(self) except -1 nogil:
        """Read a time into `number`, or null as an unknown one."""
        self.number = NO_TIME
        if self.next_byte() == 0x6E:
            return self.read_word(b"null", 4)
        if not self.accept(0x22) or not self.read_text() or self.text_escaped:
            return False
        self.number = read_utc_time(self.data, self.text_begin, self.text_end)
        return self.number != NO_TIME

    cdef bint read_own(self, int field) except -1 nogil:
        """Read a text, or null, into a field of the line."""
        if not self.read_optional():
            return False
        self.own[field] = self.text
        return True

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

    cdef int finish_line(self, Py_ssize_t row) except -1 nogil:
        """Write the columns of a line that was read to its end."""
        cdef int kind = self.kinds[row]
        self.times[row] = self.own_time if self.own_time != NO_TIME else self.body_time
        self.process_rows[row], self.parent_rows[row] = self.process_row, self.parent_row
        if kind != EXEC and kind != EXIT:
            self.settle_texts(kind)
        self.stage_context()
        self.context_rows[row] = self.contexts.add_staged()
        if self.socket_from:
            self.stage_socket()
            self.socket_rows[row] = self.sockets.add_staged()
        return 0

    cdef int settle_texts(self, int kind) except -1 nogil:
        """Choose the function, the action and the file of an event, by its kind."""
        if self.texts.is_empty(self.own[CONTEXT_FUNCTION]):
            if kind == UPROBE:
                self.own[CONTEXT_FUNCTION] = self.own[OWN_SYMBOL]
            elif kind == USDT:
                self.own[CONTEXT_FUNCTION] = self.own[OWN_NAME]
            else:
                self.own[CONTEXT_FUNCTION] = self.join_tracepoint() if kind == TRACEPOINT else 0
        if kind == THROTTLE:
            self.own[CONTEXT_ACTION], self.own[CONTEXT_FILE] = self.own[OWN_TYPE], self.own[OWN_CGROUP]
        else:
            self.own[CONTEXT_FILE] = self.own[OWN_FILE if self.texts.is_empty(self.own[OWN_PATH]) else OWN_PATH]
        return 0

    cdef unsigned int join_tracepoint(self) except? 0 nogil:
        """Return the text `subsys/event`, one of them alone where the other is empty."""
        cdef unsigned int begin = self.texts.used, end = self.texts.used
        cdef unsigned int text
        cdef Py_ssize_t length
        cdef int field
        if self.texts.is_empty(self.own[OWN_SUBSYS]):
            return 0 if self.texts.is_empty(self.own[OWN_EVENT]) else self.own[OWN_EVENT]
        if self.texts.is_empty(self.own[OWN_EVENT]):
            return self.own[OWN_SUBSYS]
        for field in range(OWN_SUBSYS, OWN_EVENT + 1):
            text = self.own[field]
            length = (self.texts.begins[text + 1] if text + 1 < self.texts.count else begin) - self.texts.begins[text]
            if field == OWN_EVENT:
                self.texts.bytes[end] = 0x2F
                end += 1
            copy_bytes(self.texts.bytes, end, self.texts.bytes, self.texts.begins[text], length)
            end += <unsigned int>length
        return self.texts.add(begin, end - begin)

    cdef int stage_context(self) except -1 nogil:
        cdef Py_ssize_t row = self.contexts.count
        cdef int column
        for column in range(CONTEXT_TEXTS):
            self.contexts.codes[row, column] = self.own[column]
        self.contexts.numbers[row, CONTEXT_STATUS - CONTEXT_TEXTS] = self.status
        self.contexts.numbers[row, CONTEXT_DROPPED - CONTEXT_TEXTS] = self.dropped
        return 0

    cdef int stage_socket(self) except -1 nogil:
        cdef Py_ssize_t row = self.sockets.count
        cdef int column
        for column in range(SOCKET_TEXTS):
            self.sockets.codes[row, column] = self.own[OWN_FAMILY + column]
        self.sockets.numbers[row, SOCKET_SPORT - SOCKET_TEXTS] = self.sport
        self.sockets.numbers[row, SOCKET_DPORT - SOCKET_TEXTS] = self.dport
        return 0
