"""The JSON keys that are read, by number: a kind of event is KIND_KEY + its number."""

cdef enum:
    KIND_KEY = 64
    OTHER_KEY = 127
    KEY_SLOTS = 512

cpdef enum:
    KEY_NODE_NAME
    KEY_CLUSTER_NAME
    KEY_TIME
    KEY_PROCESS
    KEY_PARENT
    KEY_STATUS
    KEY_SIGNAL
    KEY_FUNCTION_NAME
    KEY_POLICY_NAME
    KEY_ACTION
    KEY_PATH
    KEY_SYMBOL
    KEY_NAME
    KEY_SUBSYS
    KEY_EVENT
    KEY_ARGS
    KEY_RETURN
    KEY_TYPE
    KEY_CGROUP
    KEY_NUMBER_OF_DROPPED_PROCESS_EVENTS
    KEY_MESSAGE
    KEY_TAGS
    KEY_SOCK_ARG
    KEY_SKB_ARG
    KEY_SOCKADDR_ARG
    KEY_FILE_ARG
    KEY_PATH_ARG
    KEY_LINUX_BINPRM_ARG
    KEY_FAMILY
    KEY_PROTOCOL
    KEY_SADDR
    KEY_DADDR
    KEY_ADDR
    KEY_SPORT
    KEY_DPORT
    KEY_PORT
    KEY_EXEC_ID
    KEY_PARENT_EXEC_ID
    KEY_PID
    KEY_UID
    KEY_AUID
    KEY_BINARY
    KEY_ARGUMENTS
    KEY_CWD
    KEY_FLAGS
    KEY_START_TIME
    KEY_IN_INIT_TREE
    KEY_DOCKER
    KEY_USER
    KEY_POD
    KEY_NAMESPACE
    KEY_WORKLOAD
    KEY_WORKLOAD_KIND
    KEY_POD_LABELS
    KEY_CONTAINER
    KEY_ID
    KEY_IMAGE
    KEY_MAYBE_EXEC_PROBE


cdef const unsigned char[::1] _key_bytes
# By number of the key: where its name begins in `_key_bytes`; it ends where the next one begins.
cdef unsigned short[::1] _key_begins = np.zeros(129, dtype=np.uint16)
cdef unsigned char[::1] _key_slots = np.full(KEY_SLOTS, OTHER_KEY, dtype=np.uint8)


cdef inline int key_slot(unsigned char first, unsigned char middle, unsigned char last, Py_ssize_t length) noexcept nogil:
    return <int>(first * 5 + middle * 37 + last * 11 + length * 71) & (KEY_SLOTS - 1)


cdef int find_key(const unsigned char[::1] data, Py_ssize_t begin, Py_ssize_t length) except -1 nogil:
    """Return the number of the key in data[begin:begin + length], OTHER_KEY if it is none of ours."""
    cdef int slot, key, own
    if length == 0:
        return OTHER_KEY
    slot = key_slot(data[begin], data[begin + length // 2], data[begin + length - 1], length)
    while True:
        key = _key_slots[slot]
        if key == OTHER_KEY:
            return OTHER_KEY
        own = _key_begins[key]
        if _key_begins[key + 1] - own == length and equal_bytes(data, begin, _key_bytes, own, length):
            return key
        slot = (slot + 1) & (KEY_SLOTS - 1)


def numbered(prefix):
    """Return the names and numbers of the constants that begin with a prefix; the names without it."""
    return [(name.removeprefix(prefix), number) for name, number in globals().items() if name.startswith(prefix)]


cdef int register_keys() except -1:
    """Fill the tables that `find_key` looks into, once: the constants have their names when the module is complete."""
    global _key_bytes
    if _key_begins[128]:
        return 0
    names = {key: name.lower() for name, key in numbered("KEY_")}
    names |= {KIND_KEY + kind: key or OTHER_KIND for kind, key in JSON_KEYS.items()}
    everything = b""
    for key in range(128):
        name = names.get(key, "").encode()
        _key_begins[key] = len(everything)
        everything += name
        if not name:
            continue
        slot = key_slot(name[0], name[len(name) // 2], name[len(name) - 1], len(name))
        while _key_slots[slot] != OTHER_KEY:
            slot = (slot + 1) % KEY_SLOTS
        _key_slots[slot] = key
    _key_begins[128] = len(everything)
    _key_bytes = everything
    return 0

