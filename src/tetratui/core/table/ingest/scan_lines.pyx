"""Read lines of Tetragon's own shape into columns of numbers, without the interpreter.

Whatever is not of the usual shape is left to the lenient reader in Python: `LineScan.take_refused` names those lines.
What a line means is said there, and by the slow reader in the tests; a line that is read here means the same.
"""

import os

cimport cython
import numpy as np

from tetratui.core.events.kinds import JSON_KEYS
from tetratui.core.events.lenient_reader import LONGEST_LINE, OTHER_KIND

from tetratui.core.table.storage.distinct_rows cimport DistinctRows
from tetratui.core.table.storage.raw_bytes cimport (
    copy_bytes, equal_bytes, find_byte, hash_bytes, skip_plain, uint64_t,
)

cdef Py_ssize_t _LONGEST_LINE = LONGEST_LINE
cdef uint64_t _SEED = int.from_bytes(os.urandom(8), "little")

include "keys.pxi"
include "text_arena.pxi"

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
    # Which object `read_member` is in; those of a process block follow in block_reader.pxi.
    OF_BODY = 1
    OF_ARGUMENT = 2
    OF_SOCKET = 3
    OF_FILE = 4


include "json_cursor.pxi"
include "exec_ids.pxi"
include "text_reader.pxi"
include "block_reader.pxi"


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
cdef class LineScan(BlockReader):
    """Some lines as columns, with tables of its own; `clear` empties it for the next lines.

    One row a line. The columns of a line that was refused hold nothing.
    """

    cdef readonly object time, kind, process, parent, context, socket
    # Rows of the lines that the lenient reader must read.
    cdef list refused
    cdef readonly DistinctRows contexts, sockets
    cdef long long[::1] times
    cdef unsigned char[::1] kinds
    cdef unsigned int[::1] process_rows, parent_rows, context_rows, socket_rows
    # The fields of the line under reading that are no columns yet.
    # By the columns of a context and by FieldOfLine.
    cdef unsigned int[::1] own
    cdef long long status, dropped, sport, dport, port, own_time, body_time
    cdef int file_from, socket_from
    # Whether the lines come from the lenient reader: only it knows events of an unknown kind.
    cdef bint rewritten
    cdef unsigned int process_row, parent_row
    # Whether the argument under reading had a socket, and a file.
    cdef bint has_socket, has_file

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
        # A line that was rewritten may be a little longer than it was.
        if self.end - self.at > (2 * _LONGEST_LINE if self.rewritten else _LONGEST_LINE):
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
                if not self.read_members(OF_BODY, kind):
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

    cdef bint read_member(self, int reader, Py_ssize_t row, int key) except -1 nogil:
        if reader == OF_BODY:
            return self.read_body_field(key, <int>row)
        if reader == OF_ARGUMENT:
            return self.read_argument_field(key, <int>row)
        if reader == OF_SOCKET:
            return self.read_socket_field(key)
        if reader == OF_FILE:
            return self.read_own(OWN_FILE) if key == KEY_PATH else self.skip_value()
        return BlockReader.read_member(self, reader, row, key)

    cdef bint read_body_field(self, int key, int kind) except -1 nogil:
        if key == KEY_PROCESS:
            if not self.read_block():
                return False
            self.process_row = self.block_row
            return True
        if key == KEY_PARENT:
            if not self.read_block():
                return False
            self.parent_row = self.block_row
            return True
        if key == KEY_STATUS:
            if not self.read_integer(-0x80000000LL, 0xFFFFFFFFULL):
                return False
            self.status = self.number
            return True
        if key == KEY_SIGNAL:
            return self.read_own(CONTEXT_SIGNAL)
        if key == KEY_TIME:
            if not self.read_time():
                return False
            self.body_time = self.number
            return True
        return self.skip_value() if kind == EXEC or kind == EXIT else self.read_hooked(key, kind)

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
        self.has_socket = self.has_file = False
        return self.read_members_or_null(OF_ARGUMENT, source)

    cdef bint read_argument_field(self, int key, int source) except -1 nogil:
        if key == KEY_SOCK_ARG or key == KEY_SKB_ARG or key == KEY_SOCKADDR_ARG:
            if self.has_socket or self.next_byte() != 0x7B:
                return False
            self.has_socket = True
            return self.skip_value() if self.socket_from >= source else self.read_socket(source)
        if key == KEY_FILE_ARG or key == KEY_PATH_ARG or key == KEY_LINUX_BINPRM_ARG:
            if self.has_file or self.next_byte() != 0x7B:
                return False
            self.has_file = True
            return self.skip_value() if self.file_from >= source else self.read_file(source)
        return self.skip_value()

    cdef bint read_socket(self, int source) except -1 nogil:
        cdef int field
        for field in range(OWN_FAMILY, OWN_ADDRESS + 1):
            self.own[field] = 0
        self.sport = self.dport = self.port = -1
        self.socket_from = source
        if not self.read_members(OF_SOCKET, 0):
            return False
        # Only the address of a sockaddr is `addr` and `port`.
        if self.own[OWN_DADDR] == 0:
            self.own[OWN_DADDR] = self.own[OWN_ADDRESS]
        if self.dport == -1:
            self.dport = self.port
        return True

    cdef bint read_socket_field(self, int key) except -1 nogil:
        if key == KEY_FAMILY:
            return self.read_own(OWN_FAMILY)
        if key == KEY_PROTOCOL:
            return self.read_own(OWN_PROTO)
        if key == KEY_SADDR:
            return self.read_own(OWN_SADDR)
        if key == KEY_DADDR:
            return self.read_own(OWN_DADDR)
        if key == KEY_ADDR:
            return self.read_own(OWN_ADDRESS)
        if key != KEY_SPORT and key != KEY_DPORT and key != KEY_PORT:
            return self.skip_value()
        if not self.read_integer(0, 0xFFFFFFFFULL):
            return False
        if key == KEY_SPORT:
            self.sport = self.number
        elif key == KEY_DPORT:
            self.dport = self.number
        else:
            self.port = self.number
        return True

    cdef bint read_file(self, int source) except -1 nogil:
        cdef unsigned int before = self.own[OWN_FILE]
        self.own[OWN_FILE] = 0
        if not self.read_members(OF_FILE, 0):
            return False
        if self.own[OWN_FILE]:
            self.file_from = source
        else:
            self.own[OWN_FILE] = before
        return True

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

    cdef bint read_own(self, int field) except -1 nogil:
        """Read a text, or null, into a field of the line."""
        if not self.read_optional():
            return False
        self.own[field] = self.text
        return True

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
