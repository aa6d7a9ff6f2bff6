"""The nearest known word, and the remedy that names it."""

from __future__ import annotations

from tetratui.core.nearest import did_you_mean, nearest


def test_the_word_most_like_is_found_unless_none_is_like_enough() -> None:
    assert nearest("thme", ["theme", "time"]) == "theme"
    assert nearest("thme", ["theme"], likeness=0.95) is None
    assert nearest("", []) is None


def test_the_remedy_names_the_nearest_or_all() -> None:
    assert did_you_mean("thme", ["theme", "keys"], "known keys") == "did you mean 'theme'?"
    assert did_you_mean("zzz", ["theme", "keys"], "known keys") == "known keys: theme, keys"
    assert did_you_mean("zzz", ["theme"]) == ""
