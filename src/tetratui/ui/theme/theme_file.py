"""Read themes from TOML files, check them, and make Textual themes of them; a bad file is reported and skipped.

The files are those of the folder that comes with tetratui, then of the operator's folder (docs/themes.md); of two with
the same name the operator's counts.
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
class LoadedThemes:
    """The themes of some folders."""

    themes: dict[str, ThemeFile] = field(default_factory=dict)
    """By name, in the order found."""
    errors: list[ThemeError] = field(default_factory=list)
    """One for each file that was skipped."""


def find_themes(folders: Sequence[Path] | None = None) -> LoadedThemes:
    """Read every `*.toml` of the folders; of two with the same name the later counts. Never raise for a bad file."""
    loaded = LoadedThemes()
    for folder in (packaged_themes(), user_themes()) if folders is None else folders:
        for path in sorted(folder.glob("*.toml")):
            try:
                theme = read_theme(path)
            except ThemeError as error:
                loaded.errors.append(error)
            else:
                loaded.themes[theme.name] = theme
    return loaded


def read_theme(path: Path) -> ThemeFile:
    """Read and check one theme file. Raise ThemeError."""
    try:
        values = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise ThemeError(f"{path}: {error.strerror or error}", "make it readable") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ThemeError(f"{path}: not TOML: {error}", "correct the file (docs/themes.md)") from error
    _check_keys(path, "", values, _TOP)
    colors = _read_colors(path, "colors", values, COLORS)
    if "primary" not in colors:
        raise ThemeError(f"{path}: colors.primary is missing", "every theme names at least that colour")
    events = _read_colors(path, "events", values, EVENTS)
    marks = _read_colors(path, "marks", values, MARKS)
    theme = replace(
        Theme(path.stem, colors.pop("primary"), dark=_read_flag(path, "dark", values, default=True)),
        ansi=_read_flag(path, "ansi", values, default=False),
        **colors,
    )
    theme.variables = _read_variables(path, values, theme)
    theme.variables |= {f"event-{name}": color for name, color in events.items()}
    theme.variables |= {f"mark-{name}": color for name, color in marks.items()}
    return ThemeFile(path, str(values.get("says", "")), theme)


def variable_defaults(theme: Theme) -> dict[str, str]:
    """Return `$event-…`, `$mark-…` and `$row-…` derived from the base colours, for themes that do not set them."""
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
    row = _row_variables(theme)
    mark = {"noise": plain, "keep": theme.success or theme.primary, "threat": theme.error or theme.primary}
    return (
        {f"event-{name}": color for name, color in event.items()}
        | {f"mark-{name}": color for name, color in mark.items()}
        | row
    )


def _row_variables(theme: Theme) -> dict[str, str]:
    """Return the styles of lit rows: a tint of primary, or reverse where 16 colours cannot be blended."""
    tint = Color.parse(theme.primary)
    ansi = theme.ansi
    return {
        "row-cursor-background": "ansi_default" if ansi else tint.with_alpha(0.25).hex,
        "row-cursor-text-style": "bold reverse" if ansi else "bold",
        "row-cell-text-style": "underline" if ansi else "reverse",
        "row-selected-background": "ansi_default" if ansi else tint.with_alpha(0.12).hex,
        "row-selected-text-style": "underline" if ansi else "none",
    }


def _check_keys(path: Path, section: str, values: Mapping[str, Any], known: Sequence[str]) -> None:
    for name in values:
        if name not in known:
            raise ThemeError(f"{path}: unknown key {section}{name}", did_you_mean(name, known, "known keys"))


def _read_colors(path: Path, section: str, values: Mapping[str, Any], known: Sequence[str]) -> dict[str, Any]:
    table = values.get(section, {})
    if not isinstance(table, dict):
        raise ThemeError(f"{path}: {section} is not a table", f"write [{section}] and its keys below it")
    _check_keys(path, f"{section}.", table, known)
    for name, color in table.items():
        try:
            Color.parse(color)
        except (ColorParseError, TypeError, AttributeError) as error:
            raise ThemeError(
                f"{path}: {section}.{name} is not a colour: {color!r}", 'write "#rrggbb" or "ansi_red"'
            ) from error
    return dict(table)


def _read_flag(path: Path, name: str, values: Mapping[str, Any], *, default: bool) -> bool:
    value = values.get(name, default)
    if not isinstance(value, bool):
        raise ThemeError(f"{path}: {name} is neither true nor false: {value!r}", "write it without quotes")
    return value


def _read_variables(path: Path, values: Mapping[str, Any], theme: Theme) -> dict[str, str]:
    """Return the section `[variables]`: other variables of Textual, by the names it knows."""
    table = values.get("variables", {})
    if not isinstance(table, dict) or not all(isinstance(value, str) for value in table.values()):
        raise ThemeError(f"{path}: variables is not a table of texts", "write [variables] and texts below it")
    # Every theme generates the same names; asking one that is at hand costs 10 ms, asking all of Textual's 300.
    if table:
        _check_keys(path, "variables.", table, sorted({*_textual_variables(), *_row_variables(theme)}))
    return dict(table)


@cache
def _textual_variables() -> frozenset[str]:
    """Return the names of the variables that Textual knows."""
    plain = BUILTIN_THEMES["textual-dark"]
    generated = [name for theme in (plain, replace(plain, ansi=True)) for name in theme.to_color_system().generate()]
    return frozenset([*generated, *(name for theme in BUILTIN_THEMES.values() for name in theme.variables)])
