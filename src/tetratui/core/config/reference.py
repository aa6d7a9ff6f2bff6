"""Document each configuration key from its docstring in `model`, so that code and documentation agree."""

from __future__ import annotations

import ast
import inspect
from dataclasses import dataclass
from typing import Any

from tetratui.core.config import model
from tetratui.core.config.model import Config, iter_keys


@dataclass(frozen=True, slots=True)
class KeyDocumentation:
    """The documentation of one key."""

    key: str
    kind: str
    """The values it takes, in words."""
    default: Any
    text: str


def describe_type(kind: Any) -> str:
    """Return the values that a key takes, in words."""
    text = str(kind)
    if "Literal" in text:
        return " or ".join(f'"{choice}"' for choice in kind.__args__)
    if "Mapping" in text:
        return "a table of strings"
    if "Path" in text:
        return "a path"
    if "bool" in text:
        return "true or false"
    return "a whole number" if "int" in text else "a string"


def document_keys() -> list[KeyDocumentation]:
    """Return the documentation of every key, in the order of the file; docs/configuration.md shows the same."""
    texts: dict[tuple[str, str], str] = {}
    for node in ast.parse(inspect.getsource(model)).body:
        if isinstance(node, ast.ClassDef):
            # The docstring of a field is the statement after it.
            for item, following in zip(node.body, node.body[1:], strict=False):
                if isinstance(item, ast.AnnAssign) and isinstance(following, ast.Expr):
                    texts[node.name, ast.unparse(item.target)] = ast.literal_eval(following.value)
    defaults = {setting.key: setting.value for setting in Config().settings()}
    return [
        KeyDocumentation(
            key,
            describe_type(kind),
            defaults[key],
            texts[(key.rpartition(".")[0] or "config").capitalize(), key.rpartition(".")[2]],
        )
        for key, kind in iter_keys()
    ]
