"""A sensor that runs in a container of this machine: its files as the container sees them, where mounts lead to ours.

What the agent reads is laid out once more in a folder of ours: a mounted folder as a link to what is mounted, and
everything else as a copy. So a file that a change may write is one behind a link; a copy is never written.
"""

from __future__ import annotations

import os
import shlex
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

from tetratui.core.apply.agent_control import DockerAgent
from tetratui.core.apply.machine import LocalMachine, Machine
from tetratui.core.tetragon.agent.agent_config import CONF_FOLDERS, ETC_FOLDER, ETC_YAML, POLICY_FOLDER

_READ = (*CONF_FOLDERS, ETC_FOLDER, ETC_YAML, POLICY_FOLDER)
_UNIT = "etc/systemd/system/tetragon.service"


class ContainerMachine(LocalMachine):
    """This machine, with the files of one container as its root; markers are started outside of the container."""

    def __init__(self, engine: str, name: str, machine: Machine | None = None) -> None:
        host = machine or LocalMachine()
        self._folder = tempfile.TemporaryDirectory(prefix="tetratui-container-")
        super().__init__(Path(self._folder.name))
        self.programs, self._host = host.programs, host
        self.name = f"{engine}://{name}"
        self.agent = DockerAgent(host, name, engine)
        self.mounts: dict[str, Path] = {}
        """Paths in the container that are mounted, with what is mounted there."""
        self._lay_out(self.agent.inspect())
        self.run = host.run  # type: ignore[method-assign]

    def _lay_out(self, container: dict[str, Any]) -> None:
        for mount in container.get("Mounts") or ():
            if mount.get("Source") and mount.get("Destination"):
                self.mounts[str(mount["Destination"]).rstrip("/")] = Path(str(mount["Source"]))
        for name in _READ:
            self._copy(name)
        # From the top, so that a mount within a mount comes after it.
        for destination in sorted(self.mounts):
            self._link(destination)
        self._write_unit(container)

    def _copy(self, name: str) -> None:
        target = self.root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        # What is not there in the container is no layer of its configuration.
        self._host.run([self.agent.engine, "cp", f"{self.agent.unit}:/{name}", str(target)])

    def _link(self, destination: str) -> None:
        target = self.root / destination.lstrip("/")
        if any(parent.is_symlink() for parent in target.relative_to(self.root).parents if str(parent) != "."):
            return
        with suppress(OSError):
            target.parent.mkdir(parents=True, exist_ok=True)
            if target.is_dir() and not target.is_symlink():
                for left in sorted(target.rglob("*"), reverse=True):
                    left.rmdir() if left.is_dir() and not left.is_symlink() else left.unlink()
                target.rmdir()
            else:
                target.unlink(missing_ok=True)
            target.symlink_to(self.mounts[destination])

    def _write_unit(self, container: dict[str, Any]) -> None:
        """Write environment and command line as a unit, which is where the reader of options looks for them."""
        config = container.get("Config") or {}
        words = [str(container.get("Path") or "tetragon"), *map(str, container.get("Args") or ())]
        lines = ["[Service]", f"ExecStart={shlex.join(words)}"]
        lines += [f"Environment={shlex.quote(str(setting))}" for setting in config.get("Env") or ()]
        path = self.root / _UNIT
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(lines) + "\n")

    def staging(self, real: Path) -> Path:
        """Return the folder above what is mounted: the agent reads every file of the mounted one, whatever its name."""
        above = real.parent.parent
        if not real.parent.is_dir():
            return real.parent
        is_same_disk = above.stat().st_dev == real.parent.stat().st_dev
        return above if is_same_disk and os.access(above, os.W_OK) else super().staging(real)

    def is_mounted(self, path: Path) -> bool:
        """Return whether a path of the container lies behind a mount, so that it can be written from outside."""
        try:
            return not path.resolve().is_relative_to(self.root.resolve())
        except OSError:
            return False
