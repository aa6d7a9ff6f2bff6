"""What a kernel lets policies do, from its build options or from the running system."""

from __future__ import annotations

import gzip
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tetratui.core.errors import SourceError

_OPTION = re.compile(r"(CONFIG_[A-Za-z0-9_]+)=(.*)")
_UNSET = re.compile(r"# (CONFIG_[A-Za-z0-9_]+) is not set")
_MAX_BYTES = 8 << 20


@dataclass(frozen=True, slots=True)
class Kernel:
    """The abilities that decide whether a policy loads; None where it is not known."""

    name: str
    """Where the options were read, for messages."""
    override_return: bool | None = None
    """`bpf_override_return`: Override on syscalls."""
    modify_return: bool | None = None
    """`fmod_ret`: Override on `security_` functions."""
    bpf_lsm: bool | None = None
    """LSM hooks; needs `bpf` among the modules that are on."""
    kprobe_multi: bool | None = None
    """One program for many functions; it cannot override `security_` functions."""


UNKNOWN_KERNEL = Kernel("an unknown kernel")


def parse_kernel_config(text: str, name: str, active_modules: str | None = None) -> Kernel:
    """Return what the build options in `text` allow; `active_modules` is the content of /sys/kernel/security/lsm.

    Raises:
        SourceError: no line of the text is a build option.
    """
    options = {match[1]: match[2].strip().strip('"') for match in map(_OPTION.match, text.splitlines()) if match}
    unset = {match[1] for match in map(_UNSET.match, text.splitlines()) if match}
    if not options and not unset:
        raise SourceError(f"{name}: not a kernel configuration", "name a file such as /boot/config-$(uname -r)")

    def is_on(option: str) -> bool | None:
        if option in options:
            return options[option] == "y"
        # A full configuration names an option that is off, unless what it depends on is off too.
        return False if option in unset or len(options) > len(_NEEDED) * 10 else None

    injection = _every(is_on("CONFIG_FUNCTION_ERROR_INJECTION"))
    modules = active_modules if active_modules is not None else options.get("CONFIG_LSM")
    return Kernel(
        name=name,
        override_return=False if injection is False else _every(is_on("CONFIG_BPF_KPROBE_OVERRIDE")),
        modify_return=_every(is_on("CONFIG_DEBUG_INFO_BTF"), is_on("CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS")),
        bpf_lsm=_every(is_on("CONFIG_BPF_LSM"), None if modules is None else "bpf" in modules.strip().split(",")),
        kprobe_multi=_every(is_on("CONFIG_FPROBE")),
    )


_NEEDED = (
    "CONFIG_BPF_KPROBE_OVERRIDE",
    "CONFIG_FUNCTION_ERROR_INJECTION",
    "CONFIG_DEBUG_INFO_BTF",
    "CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS",
    "CONFIG_BPF_LSM",
    "CONFIG_FPROBE",
)


def _every(*states: bool | None) -> bool | None:
    """Return False if one state is False, else None if one is not known, else True."""
    if False in states:
        return False
    return None if None in states else True


def read_kernel_config(path: Path) -> Kernel:
    """Return what the kernel configuration in a file, gzipped or not, allows.

    Raises:
        SourceError: the file cannot be read or holds no configuration.
    """
    try:
        content = path.read_bytes()[:_MAX_BYTES]
        if content[:2] == b"\x1f\x8b":
            content = gzip.decompress(content)
    except (OSError, EOFError) as error:
        raise SourceError(f"{path}: {getattr(error, 'strerror', None) or error}", "name a readable file") from error
    return parse_kernel_config(content.decode(errors="replace"), str(path))


def find_running_kernel(release: str | None = None, read: Callable[[Path], bytes] = Path.read_bytes) -> Kernel:
    """Return what the running kernel allows, unknown if its configuration is nowhere to be read."""
    release = release or os.uname().release
    try:
        active = read(Path("/sys/kernel/security/lsm")).decode()
    except OSError:
        active = None
    for path in (Path(f"/boot/config-{release}"), Path("/proc/config.gz")):
        try:
            content = read(path)
            text = (gzip.decompress(content) if path.suffix == ".gz" else content).decode(errors="replace")
            return parse_kernel_config(text, f"this kernel ({release})", active)
        except (OSError, EOFError, SourceError):
            continue
    return Kernel(f"this kernel ({release})", bpf_lsm=None if active is None else "bpf" in active.strip().split(","))
