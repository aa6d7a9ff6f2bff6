"""Call Wazuh's own PCRE2 as Wazuh does, if it is installed here, for comparison in tests."""

from __future__ import annotations

import ctypes

from tetratui.core.wazuh.engine.patterns.pcre_changes import MANAGER_VERSION

_CONFIG_VERSION = 11


def load_library() -> ctypes.CDLL | None:
    """Return the system's library if it has the manager's version, else None."""
    try:
        library = ctypes.CDLL("libpcre2-8.so.0")
    except OSError:
        return None
    version = ctypes.create_string_buffer(64)
    library.pcre2_config_8(_CONFIG_VERSION, version)
    if version.value.split()[0].decode() != MANAGER_VERSION:
        return None
    pointer, size, flags = ctypes.c_void_p, ctypes.c_size_t, ctypes.c_uint32
    library.pcre2_compile_8.restype = pointer
    library.pcre2_compile_8.argtypes = [ctypes.c_char_p, size, flags, pointer, pointer, pointer]
    library.pcre2_match_data_create_from_pattern_8.restype = pointer
    library.pcre2_match_data_create_from_pattern_8.argtypes = [pointer, pointer]
    library.pcre2_match_8.argtypes = [pointer, ctypes.c_char_p, size, size, flags, pointer, pointer]
    library.pcre2_code_free_8.argtypes = [pointer]
    library.pcre2_match_data_free_8.argtypes = [pointer]
    return library


class ManagerPattern:
    """A pattern in the manager's library, without options and without its compiled form."""

    def __init__(self, library: ctypes.CDLL, pattern: bytes) -> None:
        self._library = library
        error, offset = ctypes.c_int(), ctypes.c_size_t()
        self._code = library.pcre2_compile_8(pattern, len(pattern), 0, ctypes.byref(error), ctypes.byref(offset), None)
        self.is_accepted = self._code is not None
        self._data = library.pcre2_match_data_create_from_pattern_8(self._code, None) if self.is_accepted else None

    def matches(self, text: bytes) -> bool:
        """Return whether the pattern matches in a text; an error is no match, as in Wazuh."""
        return int(self._library.pcre2_match_8(self._code, text, len(text), 0, 0, self._data, None)) > 0

    def close(self) -> None:
        """Free its memory."""
        if self.is_accepted:
            self._library.pcre2_match_data_free_8(self._data)
            self._library.pcre2_code_free_8(self._code)
