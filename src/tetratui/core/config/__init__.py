"""Read the operator's configuration: one TOML file and the environment.

| call | returns | reads |
|---|---|---|
| `load()` | the effective values | `$TETRATUI_CONFIG_FILE`, else `folders.config_file()`; then the environment |
| `Config.settings()` | each key, its value and where it comes from | nothing more |
| `document_keys()` | each key with its type, default and text | the source of `model` |
"""

from tetratui.core.config.load import FILE_VARIABLE, ConfigError, load
from tetratui.core.config.model import Config, ConfigKey, Keys, Memory, Terminal, Tetragon, Time, Wazuh
from tetratui.core.config.reference import KeyDocumentation, document_keys

__all__ = [
    "FILE_VARIABLE",
    "Config",
    "ConfigError",
    "ConfigKey",
    "KeyDocumentation",
    "Keys",
    "Memory",
    "Terminal",
    "Tetragon",
    "Time",
    "Wazuh",
    "document_keys",
    "load",
]
