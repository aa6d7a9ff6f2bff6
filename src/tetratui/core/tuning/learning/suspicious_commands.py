"""Commands that a draft must not learn unless a person asks for them by name: why, in one word each.

Nothing here proves an attack. These are the forms that attacks have and that a query can select without anybody having
looked: what runs from places where others may write, what is fetched to be run, code in arguments.
"""

from __future__ import annotations

import posixpath
import re
from enum import IntFlag
from functools import cache

import orjson

from tetratui.core.tuning.learning.script_arguments import Command, command_of, runs_itself
from tetratui.core.tuning.safety.attack_samples import recorded
from tetratui.core.tuning.safety.risky_binaries import DOWNLOADERS, name_of, writable_place


class Reason(IntFlag):
    """Why an event that a query selects is left out of its draft; an event may have several."""

    MENTION = 1
    SHELL_CODE = 2
    WRITABLE = 4
    DOWNLOAD = 8
    ATTACK_SAMPLE = 16

    @property
    def word(self) -> str:
        """The word by which `--include` names it; for one reason."""
        return str(self.name).lower().replace("_", "-")

    @property
    def words(self) -> tuple[str, ...]:
        """The words of all its reasons, the gravest first."""
        return tuple(one.word for one in sorted(Reason, reverse=True) if one & self)

    @property
    def sentence(self) -> str:
        """All its reasons in words, the gravest first."""
        return "; ".join(_SENTENCES[one] for one in sorted(Reason, reverse=True) if one & self)


_SENTENCES = {
    Reason.MENTION: "merely mentions the text in its arguments: neither it nor its parent is the script",
    Reason.SHELL_CODE: "a shell or interpreter that runs code from its arguments or input, or what that started",
    Reason.WRITABLE: "runs from, or puts something to run into, a folder where others may write",
    Reason.DOWNLOAD: "fetches a file",
    Reason.ATTACK_SAMPLE: "like an attack sample",
}
"""What each reason says of an event."""

NONE = Reason(0)
EVERY = Reason(31)

_SIGNS = re.compile(
    r"/etc/g?shadow|\.ssh/|authorized_keys|\bid_(?:rsa|dsa|ecdsa|ed25519)\b|/dev/(?:tcp|udp)/|/etc/ld\.so\.preload"
    r"|/etc/sudoers|\|\s*(?:\S*/)?(?:ba|da|z|k|a)?sh\b|\|\s*(?:\S*/)?(?:python|perl|ruby|php)[0-9.]*\b"
    r"|base64 (?:-d|--decode)|\{base64,-d\}|memfd_create|pty\.spawn|socket\.socket|169\.254\.169\.254"
    r"|\.bash_history|LD_PRELOAD=|(?:nc|ncat|netcat|nc\.traditional|nc\.openbsd) (?:\S+ )*-\w*[ec] "
    r"|\bchmod (?:\S+ )*(?:[ug]\+\w*s|[2467][0-7]{3})\b"
)
"""Texts in a command line, its binary's name included, that attack samples have and everyday commands lack."""
_SSH = frozenset({"ssh", "scp", "sftp"})
_OWN_KEY = re.compile(r"(?:^| )-(?:i ?|o ?(?:IdentityFile|UserKnownHostsFile|CertificateFile)=)[^ ]+")
"""A key that an ssh client uses for itself."""
_HIDDEN = re.compile(r"(?:^|[ \"'=:>])/(?:tmp|var/tmp|dev/shm|run/user)/(?:[^ \"'/]+/)*\.[^ \"'/.]")
"""A hidden file or folder in a place where anybody may write."""
_COPIERS = frozenset({"cp", "mv", "install", "ln", "dd", "tee", "rsync", "scp", "sftp"})
_MADE_TO_RUN = re.compile(r"(?:^| )(?:[ugoa]*[+=][rwst]*x|[ugoa]*\+[rwx]*s|0?[0-7]*[1357][0-7]*)(?: |$)")
_NOWHERE = re.compile(
    r"(?:^| )(?:-[A-Za-z]*[oO]|--output(?:-document)?)[ =]?(?:/dev/null|-)(?: |$)|(?:^| )--spider(?: |$)"
)
_SAVED = re.compile(r"(?:^| )(?:-[A-Za-z]*[oOJ](?: |/|$)|--(?:output|remote-name|output-document|remote-header-name))")
_TO_RUN = re.compile(r"://[^ ]*\.(?:sh|bash|py|pl|rb|php|elf|bin|so|ko|deb|rpm|run|jar|exe|ps1)(?:[?#\" ]|$)")
_FETCHERS = frozenset({"curl", "wget", "fetch", "aria2c", "ftp", "tftp", "lwp-download", "lwp-request", "axel"})
_SAVERS = frozenset({"wget", "aria2c", "axel", "lwp-download"})
"""Those that write a file unless told otherwise."""
_EVERYDAY = frozenset({"discovery"})
"""Tactics whose samples are everyday commands, attacks only by who starts them."""


def suspicion(binary: str, arguments: str, cwd: str, started_by_script: bool) -> Reason:
    """Say why this command must not be learned by itself; `NONE` if nothing speaks against it.

    `cwd` is the process's working folder, empty when unknown. `started_by_script` says that its parent is a script: a
    shell with code is then part of what that script does.
    """
    if _of_kernel(binary):
        return NONE
    what = command_of(binary, arguments)
    found = NONE
    if (what.code or what.stdin) and not started_by_script:
        found |= Reason.SHELL_CODE
    if _runs_writable(binary, what, cwd) or _prepares(binary, arguments):
        found |= Reason.WRITABLE
    if _fetches(binary, arguments):
        found |= Reason.DOWNLOAD
    if _like_sample(binary, arguments):
        found |= Reason.ATTACK_SAMPLE
    return found


def suspicion_of_child(binary: str, arguments: str, cwd: str) -> Reason:
    """Say why nothing that this parent started may be learned by itself."""
    if _of_kernel(binary):
        return NONE
    what = command_of(binary, arguments)
    found = Reason.SHELL_CODE if what.code else NONE
    if _runs_writable(binary, what, cwd):
        found |= Reason.WRITABLE
    if _like_sample(binary, arguments):
        found |= Reason.ATTACK_SAMPLE
    return found


def _of_kernel(binary: str) -> bool:
    """Say whether it is no file: a kernel thread (`[kthreadd]`), the kernel itself, or a process without binary."""
    return not binary or (binary[0] in "[<" and binary[-1] in "]>")


def _runs_writable(binary: str, what: Command, cwd: str) -> bool:
    if not runs_itself(binary) and (writable_place(binary) or binary.endswith(" (deleted)")):
        return True
    if not what.script:
        return False
    script = what.script if what.script.startswith("/") else posixpath.join(cwd or "/", what.script)
    return writable_place(posixpath.normpath(script))


def _prepares(binary: str, arguments: str) -> bool:
    """Say whether it puts something into a writable place, or makes something there ready to run."""
    if _HIDDEN.search(arguments):
        return True
    name, words = name_of(binary), arguments.split(" ")
    if name in _COPIERS:
        targets = [word.removeprefix("of=") for word in (words if name in {"dd", "tee"} else words[-1:])]
        return any(word.startswith("/") and writable_place(word) for word in targets)
    if name in {"chmod", "setcap", "chown"}:
        ready = name != "chmod" or _MADE_TO_RUN.search(arguments) is not None
        return ready and any(word.startswith("/") and writable_place(word) for word in words)
    return False


def _fetches(binary: str, arguments: str) -> bool:
    """Say whether it fetches something to be run: into a file, or a file that is named like a program."""
    name = name_of(binary)
    if name not in DOWNLOADERS | _FETCHERS:
        return False
    if _TO_RUN.search(arguments):
        return True
    if name not in _FETCHERS:
        return False
    rest, nowhere = _NOWHERE.subn(" ", arguments)
    return _SAVED.search(rest) is not None or (name in _SAVERS and not nowhere)


def _like_sample(binary: str, arguments: str) -> bool:
    if (name_of(binary), arguments) in _samples():
        return True
    name = binary.rsplit("/", 1)[-1]
    read = _OWN_KEY.sub(" ", arguments) if name in _SSH else arguments
    return _SIGNS.search(f"{name} {read} ") is not None


@cache
def _samples() -> frozenset[tuple[str, str]]:
    """The commands of the recorded attack samples that say something without who started them."""
    found = set()
    for attack_sample in recorded():
        body = next(value for value in orjson.loads(attack_sample.line).values() if isinstance(value, dict))
        process = body.get("process") or {}
        arguments = str(process.get("arguments", ""))
        binary = str(process.get("binary", ""))
        telling = any(not word.startswith("-") for word in arguments.split())
        if attack_sample.tactic not in _EVERYDAY and telling and not command_of(binary, arguments).script:
            found.add((name_of(binary), arguments))
    return frozenset(found)
