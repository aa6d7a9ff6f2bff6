"""Themes are files: the shipped ones are legible, a bad one is named and hides no other."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.color import Color

from tetratui.core.folders import packaged_themes
from tetratui.ui.theme.theme_file import (
    EVENTS,
    MARKS,
    ThemeError,
    ThemeFile,
    find_themes,
    read_theme,
    variable_defaults,
)

SHIPPED = list(find_themes([packaged_themes()]).themes.values())

XTERM = {
    "black": "#000000",
    "red": "#cd0000",
    "green": "#00cd00",
    "yellow": "#cdcd00",
    "blue": "#0000ee",
    "magenta": "#cd00cd",
    "cyan": "#00cdcd",
    "white": "#e5e5e5",
    "bright_black": "#7f7f7f",
    "bright_red": "#ff0000",
    "bright_green": "#00ff00",
    "bright_yellow": "#ffff00",
    "bright_blue": "#5c5cff",
    "bright_magenta": "#ff00ff",
    "bright_cyan": "#00ffff",
    "bright_white": "#ffffff",
}
"""What xterm draws for the 16 names; a terminal's owner may choose others."""


def drawn(color: str, theme: ThemeFile, behind: str = "") -> Color:
    """Resolve a variable's value to the colour on screen."""
    name, _, percent = color.partition(" ")
    default = "black" if bool(behind) != theme.theme.dark else "bright_white"
    if name.startswith("ansi_"):
        return Color.parse(XTERM[name.removeprefix("ansi_").replace("default", default)])
    if name == "transparent":
        return drawn("ansi_default", theme)
    if name == "auto":
        ground = Color.parse(behind)
        return ground.blend(ground.get_contrast_text(1.0), float(percent.rstrip("%")) / 100)
    found = Color.parse(color)
    return found if found.a == 1 else Color.parse(behind).blend(found.with_alpha(1), found.a)


def contrast(one: Color, other: Color) -> float:
    """Compute the WCAG 2.1 contrast ratio."""

    def luminance(color: Color) -> float:
        parts = [part / 255 for part in color.rgb]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


TEXTS = [
    "foreground",
    "text-muted",
    "foreground-muted",
    "primary",
    "accent",
    "success",
    "warning",
    "error",
    "text-primary",
    "text-success",
    "text-warning",
    "text-error",
    "footer-key-foreground",
    *(f"event-{name}" for name in EVENTS),
    *(f"mark-{name}" for name in MARKS),
]
PAIRS = [(text, ground) for ground in ("background", "surface", "panel") for text in TEXTS] + [
    ("block-cursor-foreground", "block-cursor-background"),
    ("input-cursor-foreground", "input-cursor-background"),
    ("footer-foreground", "footer-background"),
]


@pytest.mark.parametrize("theme", SHIPPED, ids=lambda theme: theme.name)
def test_shipped_theme_meets_wcag_aa_for_every_text(theme: ThemeFile) -> None:
    colors = theme.theme.to_color_system().generate() | theme.theme.variables
    least = 7.0 if theme.name == "high-contrast" else 4.5
    poor = {}
    for text, ground in PAIRS:
        behind = drawn(colors[ground], theme)
        ratio = contrast(drawn(colors[text], theme, behind=behind.hex), behind)
        if ratio < least:
            poor[f"{text} on {ground}"] = round(ratio, 2)
    assert not poor


@pytest.mark.parametrize("theme", SHIPPED, ids=lambda theme: theme.name)
@pytest.mark.parametrize("row", ["row-cursor", "row-selected"])
def test_events_stay_legible_on_a_lit_row(theme: ThemeFile, row: str) -> None:
    colors = theme.theme.to_color_system().generate() | variable_defaults(theme.theme) | theme.theme.variables
    behind = drawn(colors["background"], theme)
    ground = drawn(colors[f"{row}-background"], theme, behind.hex)
    if theme.theme.ansi:
        # In reverse the two change places; blending would make the whole row the colour of its text.
        assert colors[f"{row}-background"] == "ansi_default"
        ground = behind
    texts = [name for name in TEXTS if name.startswith(("event-", "mark-", "foreground"))]
    poor = {name: ratio for name in texts if (ratio := contrast(drawn(colors[name], theme, ground.hex), ground)) < 4.5}
    assert not poor


def test_contrast_is_the_one_of_wcag() -> None:
    assert contrast(Color.parse("#ffffff"), Color.parse("#000000")) == pytest.approx(21)
    assert contrast(Color.parse("#767676"), Color.parse("#ffffff")) == pytest.approx(4.54, abs=0.01)


def test_four_themes_and_more_are_shipped_without_a_bad_one() -> None:
    assert {theme.name for theme in SHIPPED} >= {"tetra-dark", "tetra-light", "high-contrast", "ansi"}
    assert not find_themes([packaged_themes()]).errors
    assert all(theme.says for theme in SHIPPED)


@pytest.mark.parametrize("theme", SHIPPED, ids=lambda theme: theme.name)
def test_shipped_theme_colours_every_kind_and_mark(theme: ThemeFile) -> None:
    derived = {name for name in variable_defaults(theme.theme) if not name.startswith("row-")}
    assert derived <= set(theme.theme.variables)


def test_sixteen_colours_stay_sixteen() -> None:
    for theme in SHIPPED:
        if theme.theme.ansi:
            assert all(value.startswith("ansi_") for value in theme.theme.variables.values()), theme.name


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[colors]\nprimry = '#fff'", "'primary'"),
        ("[colours]\nprimary = '#fff'", "'colors'"),
        ("[colors]\nprimary = 'blurple'", "colors.primary is not a colour"),
        ("[colors]\nprimary = 3", "colors.primary is not a colour"),
        ("[colors]\nforeground = '#fff'", "colors.primary is missing"),
        ("[colors]\nprimary = '#fff'\n[events]\nexce = '#fff'", "'exec'"),
        ("[colors]\nprimary = '#fff'\n[variables]\nfooter-key-foregroun = '#fff'", "'footer-key-foreground'"),
        ("dark = 'yes'\n[colors]\nprimary = '#fff'", "neither true nor false"),
        ("colors = 3", "not a table"),
        ("= broken", "not TOML"),
    ],
)
def test_bad_theme_names_file_and_key(text: str, says: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(text)
    with pytest.raises(ThemeError) as caught:
        read_theme(path)
    assert str(path) in str(caught.value)
    assert says in str(caught.value)


def test_bad_theme_hides_no_other_and_the_later_folder_wins(tmp_path: Path) -> None:
    ours, mine = tmp_path / "ours", tmp_path / "mine"
    ours.mkdir()
    mine.mkdir()
    (ours / "bad.toml").write_text("= ")
    (ours / "one.toml").write_text("[colors]\nprimary = '#111111'")
    (mine / "one.toml").write_text("[colors]\nprimary = '#222222'")
    (mine / "two.toml").write_text("[colors]\nprimary = '#333333'")
    found = find_themes([ours, mine, tmp_path / "absent"])
    assert {name: theme.theme.primary for name, theme in found.themes.items()} == {"one": "#222222", "two": "#333333"}
    assert len(found.errors) == 1
    assert "bad.toml" in str(found.errors[0])
