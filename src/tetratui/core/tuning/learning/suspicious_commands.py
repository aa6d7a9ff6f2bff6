"""Commands that look like an attack, so that a draft does not learn from them unless a person includes them.

Nothing here proves an attack. These are forms that attacks have and that a query can select without anybody having
looked: what runs from folders where others may write, what is fetched to be run, code in arguments.
"""

from __future__ import annotations

import posixpath
import re
from enum import IntFlag
from functools import cache

import orjson

from tetratui.core.lineage.programs import DOWNLOADERS, is_writable_path, name_of
from tetratui.core.tuning.learning.script_arguments import Command, command_of, runs_itself
from tetratui.core.tuning.safety.attack_samples import recorded


class Suspicion(IntFlag):
    """Why an event that a query selects is left out of its draft; an event may have several reasons."""

    MENTION = 1
    SHELL_CODE = 2
    WRITABLE = 4
    DOWNLOAD = 8
    ATTACK_SAMPLE = 16

    @property
    def word(self) -> str:
        """The word by which `--include` names this single reason."""
        return str(self.name).lower().replace("_", "-")

    @property
    def words(self) -> tuple[str, ...]:
        """The words of all its reasons, the gravest first."""
        return tuple(reason.word for reason in sorted(Suspicion, reverse=True) if reason & self)

    @property
    def sentence(self) -> str:
        """All its reasons in words, the gravest first."""
        return "; ".join(_SENTENCES[reason] for reason in sorted(Suspicion, reverse=True) if reason & self)


_SENTENCES = {
    Suspicion.MENTION: "only mentions the text in its arguments: neither it nor its parent is the script",
    Suspicion.SHELL_CODE: "a shell or interpreter that runs code from its arguments or input, or what that started",
    Suspicion.WRITABLE: "runs from a folder where others may write, or puts a program there",
    Suspicion.DOWNLOAD: "fetches a file",
    Suspicion.ATTACK_SAMPLE: "resembles an attack sample",
}
"""What each reason says of an event."""

NONE = Suspicion(0)
EVERY = Suspicion(31)

_SIGNS = re.compile(
    r"/etc/g?shadow|\.ssh/|authorized_keys|\bid_(?:rsa|dsa|ecdsa|ed25519)\b|/dev/(?:tcp|udp)/|/etc/ld\.so\.preload"
    r"|/etc/sudoers|\|\s*(?:\S*/)?(?:ba|da|z|k|a)?sh\b|\|\s*(?:\S*/)?(?:python|perl|ruby|php)[0-9.]*\b"
    r"|base64 (?:-d|--decode)|\{base64,-d\}|memfd_create|pty\.spawn|socket\.socket|169\.254\.169\.254"
    r"|\.bash_history|LD_PRELOAD=|(?:nc|ncat|netcat|nc\.traditional|nc\.openbsd) (?:\S+ )*-\w*[ec] "
    r"|\bchmod (?:\S+ )*(?:[ug]\+\w*s|[2467][0-7]{3})\b"
)
"""Texts in a command line, with the name of the binary, that attack samples have and everyday commands do not."""
_SSH = frozenset({"ssh", "scp", "sftp"})
_OWN_KEY = re.compile(r"(?:^| )-(?:i ?|o ?(?:IdentityFile|UserKnownHostsFile|CertificateFile)=)[^ ]+")
"""A key file that an ssh client uses to log in."""
_HIDDEN = re.compile(r"(?:^|[ \"'=:>])/(?:tmp|var/tmp|dev/shm|run/user)/(?:[^ \"'/]+/)*\.[^ \"'/.]")
"""A hidden file or folder where anybody may write."""
_COPIERS = frozenset({"cp", "mv", "install", "ln", "dd", "tee", "rsync", "scp", "sftp"})
_MADE_TO_RUN = re.compile(r"(?:^| )(?:[ugoa]*[+=][rwst]*x|[ugoa]*\+[rwx]*s|0?[0-7]*[1357][0-7]*)(?: |$)")
_DISCARDED = re.compile(
    r"(?:^| )(?:-[A-Za-z]*[oO]|--output(?:-document)?)[ =]?(?:/dev/null|-)(?: |$)|(?:^| )--spider(?: |$)"
)
_SAVED = re.compile(r"(?:^| )(?:-[A-Za-z]*[oOJ](?: |/|$)|--(?:output|remote-name|output-document|remote-header-name))")
_TO_RUN = re.compile(r"://[^ ]*\.(?:sh|bash|py|pl|rb|php|elf|bin|so|ko|deb|rpm|run|jar|exe|ps1)(?:[?#\" ]|$)")
_FETCHERS = frozenset({"curl", "wget", "fetch", "aria2c", "ftp", "tftp", "lwp-download", "lwp-request", "axel"})
_SAVERS = frozenset({"wget", "aria2c", "axel", "lwp-download"})
"""Downloaders that write a file by default."""
_EVERYDAY = frozenset({"discovery"})
"""Tactics whose samples are everyday commands; only who starts them makes them an attack."""


def suspect_command(binary: str, arguments: str, cwd: str, started_by_script: bool) -> Suspicion:
    """Return the reasons why a command looks like an attack; `NONE` without any.

    `cwd` is the working folder of the process, empty when unknown. `started_by_script` means that its parent is a
    script: a shell with code is then part of what that script does.
    """
    if _of_kernel(binary):
        return NONE
    command = command_of(binary, arguments)
    reasons = NONE
    if (command.code or command.stdin) and not started_by_script:
        reasons |= Suspicion.SHELL_CODE
    if _runs_writable(binary, command, cwd) or _prepares(binary, arguments):
        reasons |= Suspicion.WRITABLE
    if _fetches(binary, arguments):
        reasons |= Suspicion.DOWNLOAD
    if _resembles_sample(binary, arguments):
        reasons |= Suspicion.ATTACK_SAMPLE
    return reasons


def suspect_children(binary: str, arguments: str, cwd: str) -> Suspicion:
    """Return the reasons why all that this parent started looks like an attack."""
    if _of_kernel(binary):
        return NONE
    command = command_of(binary, arguments)
    reasons = Suspicion.SHELL_CODE if command.code else NONE
    if _runs_writable(binary, command, cwd):
        reasons |= Suspicion.WRITABLE
    if _resembles_sample(binary, arguments):
        reasons |= Suspicion.ATTACK_SAMPLE
    return reasons


def _of_kernel(binary: str) -> bool:
    """Return whether it is no file: a kernel thread (`[kthreadd]`), the kernel itself, or a process without binary."""
    return not binary or (binary[0] in "[<" and binary[-1] in "]>")


def _runs_writable(binary: str, command: Command, cwd: str) -> bool:
    if not runs_itself(binary) and (is_writable_path(binary) or binary.endswith(" (deleted)")):
        return True
    if not command.script:
        return False
    script = posixpath.join(cwd or "/", command.script)
    return is_writable_path(posixpath.normpath(script))


def _prepares(binary: str, arguments: str) -> bool:
    """Return whether it puts a file where others may write, or makes one there ready to run."""
    if _HIDDEN.search(arguments):
        return True
    name, words = name_of(binary), arguments.split(" ")
    if name in _COPIERS:
        targets = [word.removeprefix("of=") for word in (words if name in {"dd", "tee"} else words[-1:])]
        return any(word.startswith("/") and is_writable_path(word) for word in targets)
    if name in {"chmod", "setcap", "chown"}:
        ready = name != "chmod" or _MADE_TO_RUN.search(arguments) is not None
        return ready and any(word.startswith("/") and is_writable_path(word) for word in words)
    return False


def _fetches(binary: str, arguments: str) -> bool:
    """Return whether it fetches something to run: it saves a file, or the file is named like a program."""
    name = name_of(binary)
    if name not in DOWNLOADERS | _FETCHERS:
        return False
    if _TO_RUN.search(arguments):
        return True
    if name not in _FETCHERS:
        return False
    rest, discarded = _DISCARDED.subn(" ", arguments)
    return _SAVED.search(rest) is not None or (name in _SAVERS and not discarded)


def _resembles_sample(binary: str, arguments: str) -> bool:
    if (name_of(binary), arguments) in _samples():
        return True
    name = binary.rsplit("/", 1)[-1]
    relevant = _OWN_KEY.sub(" ", arguments) if name in _SSH else arguments
    return _SIGNS.search(f"{name} {relevant} ") is not None


@cache
def _samples() -> frozenset[tuple[str, str]]:
    """Return the recorded attack samples, name and arguments, that are an attack whoever starts them."""
    commands = set()
    for sample in recorded():
        body = next(value for value in orjson.loads(sample.line).values() if isinstance(value, dict))
        process = body.get("process") or {}
        arguments = str(process.get("arguments", ""))
        binary = str(process.get("binary", ""))
        more_than_flags = any(not word.startswith("-") for word in arguments.split())
        if sample.tactic not in _EVERYDAY and more_than_flags and not command_of(binary, arguments).script:
            commands.add((name_of(binary), arguments))
    return frozenset(commands)
