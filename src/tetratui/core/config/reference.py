"""What the documentation says of each key: read from the docstrings in `model`, so that the two cannot part."""

from __future__ import annotations

import ast
import inspect
from dataclasses import dataclass
from typing import Any

from tetratui.core.config import model
from tetratui.core.config.model import Config, keys


@dataclass(frozen=True, slots=True)
class Documented:
    """One key as the documentation says it."""

    key: str
    kind: str
    """The values it takes, in words."""
    default: Any
    text: str


def words(kind: Any) -> str:
    """Say in words which values a key takes."""
    text = str(kind)
    if "Literal" in text:
        return " or ".join(f'"{choice}"' for choice in kind.__args__)
    if "Mapping" in text:
        return "a table of texts"
    if "Path" in text:
        return "a path"
    if "bool" in text:
        return "true or false"
    return "a whole number" if "int" in text else "a text"


def documented() -> list[Documented]:
    """List every key with what its docstring says, in the order of the file; the source of docs/configuration.md."""
    texts: dict[tuple[str, str], str] = {}
    for node in ast.parse(inspect.getsource(model)).body:
        if isinstance(node, ast.ClassDef):
            for item, after in zip(node.body, node.body[1:], strict=False):
                if isinstance(item, ast.AnnAssign) and isinstance(after, ast.Expr):
                    texts[node.name, ast.unparse(item.target)] = ast.literal_eval(after.value)
    defaults = {setting.key: setting.value for setting in Config().settings()}
    return [
        Documented(
            key,
            words(kind),
            defaults[key],
            texts[(key.rpartition(".")[0] or "config").capitalize(), key.rpartition(".")[2]],
        )
        for key, kind in keys()
    ]
