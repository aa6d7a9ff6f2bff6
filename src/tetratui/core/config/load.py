"""Read the configuration.

The environment overrides the file, and the file overrides the defaults. An unknown key is an error.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import msgspec

from tetratui.core.config.model import PREFIX, Config, iter_keys, resolve_types, to_variable
from tetratui.core.config.reference import describe_type
from tetratui.core.errors import UsageError
from tetratui.core.folders import config_file
from tetratui.core.nearest import did_you_mean

FILE_VARIABLE = "TETRATUI_CONFIG_FILE"
"""Names another configuration file, which must exist."""


class ConfigError(UsageError):
    """A configuration that cannot be used: names the file (or variable) and the key."""


def _parse_path(value: Any) -> Path:
    if isinstance(value, str) and value:
        return Path(value).expanduser()
    raise ValueError(f"Expected a path as a string, got {value!r}")


def _convert(value: Any, kind: Any, where: str, *, strict: bool) -> Any:
    try:
        if kind == Path | None:
            return _parse_path(value)
        converted = msgspec.convert(value, kind, strict=strict)
    except (msgspec.ValidationError, ValueError) as error:
        raise ConfigError(f"{where}: {error}", f"give {describe_type(kind)}") from error
    return MappingProxyType(converted) if isinstance(converted, dict) else converted


def _flatten(values: Mapping[str, Any], known: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the file's values under dotted keys; a table that is not a section counts as one value."""
    sections = {key.partition(".")[0] for key in known if "." in key}
    for name, value in values.items():
        if name in sections and isinstance(value, dict):
            yield from ((f"{name}.{inner}", item) for inner, item in value.items())
        else:
            yield name, value


def _read_file(path: Path, known: Mapping[str, Any], *, named: bool) -> dict[str, Any]:
    try:
        text = path.read_text("utf-8")
        values = tomllib.loads(text)
    except OSError as error:
        if isinstance(error, FileNotFoundError) and not named:
            return {}
        raise ConfigError(f"{path}: {error.strerror or error}", "make it readable, or unset the path") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path}: not TOML: {error}", "fix the file (docs/configuration.md)") from error
    converted = {}
    for key, value in _flatten(values, known):
        where = f"{path}: {key}"
        if any(name.startswith(f"{key}.") for name in known):
            raise ConfigError(f"{where}: expected a table", f"write [{key}] and its keys below it")
        if key not in known:
            raise ConfigError(f"{where}: unknown key", did_you_mean(key, known, "known keys"))
        converted[key] = _convert(value, known[key], where, strict=True)
    return converted


def _read_environment(environment: Mapping[str, str], known: Mapping[str, Any]) -> dict[str, Any]:
    names = {to_variable(key): key for key in known}
    values = {}
    for name, text in environment.items():
        if name not in names:
            # Other programs and our tests may use the prefix: only names with the separator of a key are checked.
            if name.startswith(PREFIX) and "__" in name:
                raise ConfigError(f"environment {name}: unknown key", did_you_mean(name, names, "known keys"))
            continue
        if text:
            kind = known[names[name]]
            values[names[name]] = _convert(_parse_variable(name, text, kind), kind, name, strict=False)
    return values


def _parse_variable(name: str, text: str, kind: Any) -> Any:
    if "Mapping" not in str(kind):
        return text
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"environment {name}: {error}", 'give an inline table: {follow = "F"}') from error


def _build(values: Mapping[str, Any], origins: Mapping[str, str]) -> Config:
    tables: dict[str, dict[str, Any]] = {}
    for key, value in values.items():
        section, _, name = key.rpartition(".")
        tables.setdefault(section, {})[name] = value
    types = resolve_types(Config)
    sections = {name: types[name](**inner) for name, inner in tables.items() if name}
    return Config(**tables.get("", {}), **sections, origins=MappingProxyType(dict(origins)))


def load(file: Path | None = None, environment: Mapping[str, str] | None = None) -> Config:
    """Return the effective configuration. A missing file counts as empty, unless it was named.

    Raise ConfigError for a file that is not TOML, an unknown key or a value of the wrong type.
    """
    environment = os.environ if environment is None else environment
    known = dict(iter_keys())
    named = file or (Path(environment[FILE_VARIABLE]) if environment.get(FILE_VARIABLE) else None)
    path = named or config_file()
    values = _read_file(path, known, named=named is not None)
    origins = dict.fromkeys(values, f"file {path}")
    for key, value in _read_environment(environment, known).items():
        values[key] = value
        origins[key] = f"environment {to_variable(key)}"
    return _build(values, origins)
