"""Themes as files: TOML, checked when read, made into Textual themes; a bad one is named and skipped.

Looked for in the folder that came with tetratui, then in the operator's (docs/themes.md); the operator's wins by name.
A theme's own variables are `$event-<kind>`, `$event-network`, `$mark-<verdict>`, and `$row-cursor-…`, `$row-cell-…`,
`$row-selected-…` for lit rows.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from textual.color import Color, ColorParseError
from textual.theme import BUILTIN_THEMES, Theme

from tetratui.core.errors import TetratuiError
from tetratui.core.events.kinds import Kind
from tetratui.core.folders import packaged_themes, user_themes
from tetratui.core.nearest import did_you_mean

COLORS = (
    "primary secondary accent foreground background surface panel boost success warning error".split()  # noqa: SIM905
)
"""The base colours of `[colors]`; Textual derives the rest of the screen from them."""
EVENTS = (*(kind.word.replace("_", "-") for kind in Kind), "network")
"""The keys of `[events]`: each kind, and `network` for a hook that saw a socket."""
MARKS = ("noise", "keep", "threat")
"""The keys of `[marks]`."""
_TOP = ("says", "dark", "ansi", "colors", "events", "marks", "variables")


class ThemeError(TetratuiError):
    """A theme file that cannot be used: names the file, the key and the remedy."""


@dataclass(frozen=True, slots=True)
class ThemeFile:
    """One theme and the file it was read from; its name is the file's."""

    path: Path
    says: str
    """What it is good for, in one line."""
    theme: Theme

    @property
    def name(self) -> str:
        """The name that `--theme` and the configuration take."""
        return self.theme.name


@dataclass(slots=True)
class ThemesFound:
    """What the folders hold."""

    themes: dict[str, ThemeFile] = field(default_factory=dict)
    """By name, in the order found."""
    failed: list[ThemeError] = field(default_factory=list)
    """One for each file that was skipped."""


def find_themes(folders: Sequence[Path] | None = None) -> ThemesFound:
    """Read every `*.toml` of the folders, later ones winning by name; never raises for a bad file."""
    found = ThemesFound()
    for folder in (packaged_themes(), user_themes()) if folders is None else folders:
        for path in sorted(folder.glob("*.toml")):
            try:
                read = read_theme(path)
            except ThemeError as error:
                found.failed.append(error)
            else:
                found.themes[read.name] = read
    return found


def read_theme(path: Path) -> ThemeFile:
    """Read and check one theme file; raises ThemeError."""
    try:
        values = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise ThemeError(f"{path}: {error.strerror or error}", "make it readable") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ThemeError(f"{path}: not TOML: {error}", "mend it (docs/themes.md)") from error
    _known(path, "", values, _TOP)
    colors = _table(path, "colors", values, COLORS)
    if "primary" not in colors:
        raise ThemeError(f"{path}: colors.primary is missing", "every theme names at least that colour")
    events = _table(path, "events", values, EVENTS)
    marks = _table(path, "marks", values, MARKS)
    theme = replace(
        Theme(path.stem, colors.pop("primary"), dark=_flag(path, "dark", values, default=True)),
        ansi=_flag(path, "ansi", values, default=False),
        **colors,
    )
    theme.variables = _variables(path, values, theme)
    theme.variables |= {f"event-{name}": color for name, color in events.items()}
    theme.variables |= {f"mark-{name}": color for name, color in marks.items()}
    return ThemeFile(path, str(values.get("says", "")), theme)


def variable_defaults(theme: Theme) -> dict[str, str]:
    """Derive `$event-…`, `$mark-…` and `$row-…` from a theme's base colours, for themes that do not set them."""
    plain = theme.foreground or ("ansi_default" if theme.ansi else "#e0e0e0" if theme.dark else "#1e1e1e")
    hook = theme.warning or theme.primary
    event = dict.fromkeys(EVENTS, hook) | {
        "exec": theme.success or theme.primary,
        "exit": theme.secondary or theme.primary,
        "network": theme.accent or theme.primary,
        "loader": plain,
        "test": plain,
        "unknown": plain,
        "throttle": theme.error or theme.primary,
        "rate-limit": theme.error or theme.primary,
    }
    row = _rows(theme)
    mark = {"noise": plain, "keep": theme.success or theme.primary, "threat": theme.error or theme.primary}
    return (
        {f"event-{name}": color for name, color in event.items()}
        | {f"mark-{name}": color for name, color in mark.items()}
        | row
    )


def _rows(theme: Theme) -> dict[str, str]:
    """Light up rows: a tint of primary; 16 colours cannot be blended, there the row is drawn in reverse."""
    tint = Color.parse(theme.primary)
    ansi = theme.ansi
    return {
        "row-cursor-background": "ansi_default" if ansi else tint.with_alpha(0.25).hex,
        "row-cursor-text-style": "bold reverse" if ansi else "bold",
        "row-cell-text-style": "underline" if ansi else "reverse",
        "row-selected-background": "ansi_default" if ansi else tint.with_alpha(0.12).hex,
        "row-selected-text-style": "underline" if ansi else "none",
    }


def _known(path: Path, section: str, values: Mapping[str, Any], known: Sequence[str]) -> None:
    for name in values:
        if name not in known:
            raise ThemeError(f"{path}: unknown key {section}{name}", did_you_mean(name, known, "known keys"))


def _table(path: Path, section: str, values: Mapping[str, Any], known: Sequence[str]) -> dict[str, Any]:
    table = values.get(section, {})
    if not isinstance(table, dict):
        raise ThemeError(f"{path}: {section} is no table", f"write [{section}] and its keys below it")
    _known(path, f"{section}.", table, known)
    for name, color in table.items():
        try:
            Color.parse(color)
        except (ColorParseError, TypeError, AttributeError) as error:
            raise ThemeError(
                f"{path}: {section}.{name} is no colour: {color!r}", 'write "#rrggbb" or "ansi_red"'
            ) from error
    return dict(table)


def _flag(path: Path, name: str, values: Mapping[str, Any], *, default: bool) -> bool:
    value = values.get(name, default)
    if not isinstance(value, bool):
        raise ThemeError(f"{path}: {name} is neither true nor false: {value!r}", "write it without quotes")
    return value


def _variables(path: Path, values: Mapping[str, Any], theme: Theme) -> dict[str, str]:
    """Take other variables of Textual's, by the names it knows."""
    table = values.get("variables", {})
    if not isinstance(table, dict) or not all(isinstance(value, str) for value in table.values()):
        raise ThemeError(f"{path}: variables is no table of texts", "write [variables] and texts below it")
    # Every theme generates the same names; asking one that is at hand costs 10 ms, asking all of Textual's 300.
    if table:
        _known(path, "variables.", table, sorted({*_generated(), *_rows(theme)}))
    return dict(table)


@cache
def _generated() -> frozenset[str]:
    """Give the names of the variables that Textual knows."""
    plain = BUILTIN_THEMES["textual-dark"]
    made = [name for known in (plain, replace(plain, ansi=True)) for name in known.to_color_system().generate()]
    return frozenset([*made, *(name for known in BUILTIN_THEMES.values() for name in known.variables)])
