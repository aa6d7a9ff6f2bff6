"""Where tetratui keeps its files, and where Tetragon writes by default.

The functions only name a folder. Whoever writes there creates it (mode 0700).
"""

from __future__ import annotations

import os
from pathlib import Path

from platformdirs import PlatformDirs

DEFAULT_EXPORT_FILE = "/var/log/tetragon/tetragon.log"
"""The export file of a Tetragon that was installed from a package."""
_DIRS = PlatformDirs("tetratui", appauthor=False)


def config_file() -> Path:
    """Name the operator's configuration file (`$XDG_CONFIG_HOME/tetratui/config.toml`)."""
    return _DIRS.user_config_path / "config.toml"


def user_themes() -> Path:
    """Name the folder of the operator's own themes."""
    return _DIRS.user_config_path / "themes"


def state() -> Path:
    """Name the folder of sessions and of the sidecar for operators who are not root (`$XDG_STATE_HOME/tetratui`)."""
    return _DIRS.user_state_path


def shared_state() -> Path:
    """Name the folder of the sidecar and the backups that all operators of a host share.

    `/var/lib/tetratui`; `$TETRATUI_SHARED_STATE` names another one, for containers, packagers and tests.
    """
    return Path(os.environ.get("TETRATUI_SHARED_STATE") or "/var/lib/tetratui")


def packaged_themes() -> Path:
    """Find the themes that came with tetratui: inside the wheel, else at the top of the checkout."""
    inside = Path(__file__).parents[1] / "themes"
    return inside if inside.is_dir() else Path(__file__).parents[3] / "themes"
