"""`tetratui config`: the effective configuration as TOML that could be used as the file, each value with its origin."""

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
            {"key": item.key, "value": _to_json(item.value), "origin": item.origin, "variable": item.variable}
            for item in config.settings()
        ]
        put_json({"file": str(config_file()), "exists": config_file().is_file(), "settings": settings})
        return
    texts = {item.key: item.text for item in document_keys()} if docs else {}
    put(_write_toml([(item.key, item.value, texts.get(item.key, ""), item.origin) for item in config.settings()]))


def _write_toml(settings: list[tuple[str, Any, str, str]]) -> str:
    """Write settings (key, value, explanation, origin) as TOML; one without explanation shows its origin."""
    lines, table = [], ""
    for key, value, text, origin in settings:
        section, _, name = key.rpartition(".")
        if section != table:
            lines += ["", f"[{section}]"]
            table = section
        if text:
            lines.append(f"# {text}")
        line = f"# {name} is unset" if value is None else f"{name} = {_write_value(value)}"
        lines.append(line if text else f"{line:<48} # {origin}")
    return "\n".join(lines)


def _write_value(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str | Path):
        return _write_text(str(value))
    inner = ", ".join(f"{_write_text(key)} = {_write_text(text)}" for key, text in value.items())
    return f"{{ {inner} }}" if inner else "{}"


def _write_text(text: str) -> str:
    """Write a TOML basic string; control characters as `\\uXXXX`."""
    escaped = "".join(
        f"\\u{ord(character):04x}" if character < " " or character == "\x7f" else character
        for character in text.replace("\\", "\\\\")
    )
    return '"' + escaped.replace('"', '\\"') + '"'


def _to_json(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | str):
        return value
    return str(value) if isinstance(value, Path) else dict(value)
