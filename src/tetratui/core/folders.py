"""Return the paths of the files and folders that tetratui uses, and of Tetragon's default export file.

Nothing is created here: the code that writes a file creates its folder (mode 0700).
"""

from __future__ import annotations

import os
from pathlib import Path

from platformdirs import PlatformDirs

DEFAULT_EXPORT_FILE = "/var/log/tetragon/tetragon.log"
"""The export file of a Tetragon that was installed from a package."""
_DIRS = PlatformDirs("tetratui", appauthor=False)


def config_file() -> Path:
    """Return the operator's configuration file (`$XDG_CONFIG_HOME/tetratui/config.toml`)."""
    return _DIRS.user_config_path / "config.toml"


def user_themes() -> Path:
    """Return the folder of the operator's own themes."""
    return _DIRS.user_config_path / "themes"


def state() -> Path:
    """Return the folder of sessions, and of the sidecar if the operator is not root (`$XDG_STATE_HOME/tetratui`)."""
    return _DIRS.user_state_path


def shared_state() -> Path:
    """Return the folder of the sidecar and the backups that all operators of a host share.

    It is `/var/lib/tetratui`; `$TETRATUI_SHARED_STATE` sets another one, for containers, packagers and tests.
    """
    return Path(os.environ.get("TETRATUI_SHARED_STATE") or "/var/lib/tetratui")


def packaged_themes() -> Path:
    """Return the folder of the bundled themes: inside the wheel, else at the top of the checkout."""
    in_wheel = Path(__file__).parents[1] / "themes"
    return in_wheel if in_wheel.is_dir() else Path(__file__).parents[3] / "themes"
