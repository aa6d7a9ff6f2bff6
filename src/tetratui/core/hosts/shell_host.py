"""What all hosts have in common: they differ only in the command that starts a program there."""

from __future__ import annotations

import atexit
import contextlib
import os
import secrets
import signal
import subprocess
from abc import ABC, abstractmethod
from collections.abc import Sequence

from tetratui.core.errors import TetratuiError
from tetratui.core.hosts.failures import explain_failure, is_missing_program
from tetratui.core.hosts.interface import (
    COMMAND_TIMEOUT,
    CommandResult,
    HostError,
    HostFileMissing,
    HostWriteError,
)
from tetratui.core.hosts.quoting import quote_words
from tetratui.core.hosts.scripts import READ, SHELL, WRITE

_NEW_FILE_MODE = 0o600
"""What a file that was not there before gets: command lines may hold secrets."""
_running: set[subprocess.Popen[bytes]] = set()
"""The processes of all hosts that have not been ended yet."""
_NO_FILE = b"No such file or directory"


class ShellHost(ABC):
    """A host on which programs are started by a command of this machine; `FollowingHost` makes it a `Host`."""

    def __init__(self, name: str, url: str) -> None:
        self.name = name
        self.url = url
        self._processes: set[subprocess.Popen[bytes]] = set()

    @abstractmethod
    def command(self, argv: Sequence[str]) -> list[str]:
        """Return the command of this machine that runs `argv` on the host, its standard streams connected."""

    def explain(self, argv: Sequence[str]) -> str:
        """Return the command line that `run` would run on this machine, as text for a POSIX shell; nothing is run."""
        return quote_words(self.command(argv))

    def start(self, argv: Sequence[str]) -> subprocess.Popen[bytes]:
        """Start a command on the host with pipes as its standard streams. Raise HostError."""
        process = start_process(self.name, self.command(argv), in_own_group=self.is_silent)
        self._processes = {running for running in self._processes if running.poll() is None} | {process}
        return process

    def interrupt(self) -> None:
        """End what runs on the host, so that whoever waits for it gets a HostError; any thread may call it."""
        for process in self._processes:
            terminate(process)

    @property
    def is_silent(self) -> bool:
        """Whether the command never asks anything at the terminal."""
        return True

    def run(self, argv: Sequence[str], *, stdin: bytes = b"", timeout: float = COMMAND_TIMEOUT) -> CommandResult:
        """Run a command on the host and return how it ended, whatever its exit code; see `Host.run`."""
        result = self._finish(self.start(argv), argv[0], stdin, timeout)
        failure = self.find_failure(result)
        if failure is not None:
            raise failure
        if is_missing_program(result):
            raise HostError(f"{self.name}: {argv[0]} is not installed there, or may not be run", result.reason)
        return result

    def run_here(self, command: Sequence[str], timeout: float = COMMAND_TIMEOUT) -> CommandResult:
        """Run a command of this machine that asks about the host, and return how it ended. Raise HostError."""
        result = self._finish(start_process(self.name, command), command[0], b"", timeout)
        if not result.ok:
            raise self.find_failure(result) or HostError(f"{self.name}: {command[0]}: {result.reason}")
        return result

    def _finish(self, process: subprocess.Popen[bytes], program: str, stdin: bytes, timeout: float) -> CommandResult:
        try:
            stdout, stderr = process.communicate(stdin, timeout)
        except subprocess.TimeoutExpired:
            raise HostError(f"{self.name}: {program} did not end within {timeout:g} s") from None
        finally:
            end_process(process)
        return CommandResult(process.returncode, stdout, stderr)

    def find_failure(self, result: CommandResult) -> TetratuiError | None:
        """Return why the host could not be reached; None if the command ran there."""
        return explain_failure(self.name, result)

    def run_script(
        self, script: str, *words: str, stdin: bytes = b"", timeout: float = COMMAND_TIMEOUT
    ) -> CommandResult:
        """Run a script of `scripts` in a POSIX shell of the host, with words as its parameters."""
        return self.run([SHELL, "-c", script, "tetratui", *words], stdin=stdin, timeout=timeout)

    def read_file(self, path: str) -> bytes:
        """Return the bytes of a file; see `Host.read_file`."""
        token = secrets.token_hex(16)
        result = self.run_script(READ, path, token)
        if not result.ok:
            if _NO_FILE in result.stderr:
                raise HostFileMissing(f"{self.name}: {path}: no such file")
            raise HostError(f"{self.name}: {path} cannot be read: {result.reason}")
        return result.stdout.partition(f"{token}\n".encode())[2]

    def write_file(self, path: str, data: bytes, *, mode: int | None = None) -> None:
        """Make a file hold these bytes, all of them or none; see `Host.write_file`."""
        octal = f"{_NEW_FILE_MODE if mode is None else mode:o}"
        result = self.run_script(WRITE, path, octal, str(len(data)), stdin=data)
        if not result.ok:
            raise HostWriteError(
                f"{self.name}: {path} could not be written: {result.reason}", "what stood there before still stands"
            )


def start_process(name: str, command: Sequence[str], *, in_own_group: bool = True) -> subprocess.Popen[bytes]:
    """Start a program of this machine with pipes as its standard streams; `end_process` ends it. Raise HostError.

    In a group of its own, a ctrl+c at the terminal does not end it in the middle of its work; but it cannot ask there.
    """
    try:
        # Each word was chosen here or passed through quote_words; no shell of this machine reads the command.
        process = subprocess.Popen(  # noqa: S603
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            process_group=0 if in_own_group else None,
        )
    except FileNotFoundError:
        raise HostError(f"{name}: {command[0]} is not installed here", f"install {command[0]}") from None
    except OSError as error:
        raise HostError(f"{name}: {command[0]}: {error.strerror or error}") from None
    _running.add(process)
    return process


def end_process(process: subprocess.Popen[bytes]) -> None:
    """End a process that was started by `start_process`, and close its pipes."""
    _running.discard(process)
    if process.poll() is None:
        terminate(process)
        try:
            process.wait(1.0)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream is not None:
            with contextlib.suppress(OSError):
                stream.close()


def terminate(process: subprocess.Popen[bytes]) -> None:
    """Ask a process that was started by `start_process` to end, with the programs that it has started."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if process.poll() is not None:
            return
        if os.getpgid(process.pid) == process.pid:
            # A ProxyCommand keeps the pipes open.
            os.killpg(process.pid, signal.SIGTERM)
        else:
            process.terminate()


@atexit.register
def end_all_processes() -> None:
    """End what still runs when tetratui ends; a thread may be waiting for it."""
    for process in list(_running):
        terminate(process)
