"""The operator's configuration: one TOML file, typed, with every key documented where it is defined.

| caller | asks | reads |
|---|---|---|
| `load()` | the effective values | `$TETRATUI_CONFIG_FILE`, else `folders.config_file()`; then the environment |
| `Config.settings()` | each key, its value and where it comes from | nothing more |
| `documented()` | each key with its type, default and text | the source of `model` |
"""

from tetratui.core.config.load import FILE_VARIABLE, ConfigError, load
from tetratui.core.config.model import Config, ConfigKey, Keys, Memory, Terminal, Tetragon, Time, Wazuh
from tetratui.core.config.reference import Documented, documented

__all__ = [
    "FILE_VARIABLE",
    "Config",
    "ConfigError",
    "ConfigKey",
    "Documented",
    "Keys",
    "Memory",
    "Terminal",
    "Tetragon",
    "Time",
    "Wazuh",
    "documented",
    "load",
]
