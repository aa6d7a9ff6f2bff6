"""`tetratui config`: the effective configuration, as TOML that could be the file, each value with where it is from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import rich_click as click

from tetratui.cli.output import put, put_json


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON document instead of TOML.")
@click.option("--docs", is_flag=True, help="Every key with its default and what it means.")
def command(as_json: bool, docs: bool) -> None:
    """Print the effective configuration and where each value comes from."""
    from tetratui.core.config import Config, document_keys, load
    from tetratui.core.folders import config_file

    config = Config() if docs else load()
    if as_json:
        settings = [
            {"key": item.key, "value": _json(item.value), "origin": item.origin, "variable": item.variable}
            for item in config.settings()
        ]
        put_json({"file": str(config_file()), "exists": config_file().is_file(), "settings": settings})
        return
    texts = {item.key: item.text for item in document_keys()} if docs else {}
    put(_toml([(item.key, item.value, texts.get(item.key, ""), item.origin) for item in config.settings()]))


def _toml(lines: list[tuple[str, Any, str, str]]) -> str:
    """Lay out (key, value, text above, origin behind) by table."""
    made, table = [], ""
    for key, value, text, origin in lines:
        section, _, name = key.rpartition(".")
        if section != table:
            made += ["", f"[{section}]"]
            table = section
        if text:
            made.append(f"# {text}")
        said = f"# {name} is unset" if value is None else f"{name} = {_value(value)}"
        made.append(said if text else f"{said:<48} # {origin}")
    return "\n".join(made)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str | Path):
        return _text(str(value))
    inner = ", ".join(f"{_text(key)} = {_text(text)}" for key, text in value.items())
    return f"{{ {inner} }}" if inner else "{}"


def _text(text: str) -> str:
    """Write a TOML basic string; control characters as `\\uXXXX`."""
    escaped = "".join(f"\\u{ord(one):04x}" if one < " " or one == "\x7f" else one for one in text.replace("\\", "\\\\"))
    return '"' + escaped.replace('"', '\\"') + '"'


def _json(value: Any) -> Any:
    return (
        value
        if value is None or isinstance(value, bool | int | str)
        else str(value)
        if isinstance(value, Path)
        else dict(value)
    )
