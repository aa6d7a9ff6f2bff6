"""What is quoted for a shell comes back from a real one, word by word."""

from __future__ import annotations

import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tetratui.core.errors import UsageError
from tetratui.core.hosts.quoting import quote_words

WORDS = st.lists(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20), max_size=6)
HOSTILE = [
    "$(reboot)",
    "`id`",
    "a'b",
    '"',
    "\\",
    "\n",
    "*",
    "~",
    "-n",
    "A=b",
    "#",
    "!x",
    "'",
    "''",
    "a b",
    "",
    "${HOME}",
]


def split_by_shell(text: str) -> list[str]:
    """Return the words that /bin/sh makes of a command line."""
    script = 'for word in "$@"; do printf "%s\\0" "$word"; done'
    done = subprocess.run(["/bin/sh", "-c", f"set -- {text}\n{script}"], capture_output=True, check=True)
    return done.stdout.decode().split("\0")[:-1]


@settings(max_examples=150, deadline=None)
@given(WORDS)
def test_a_shell_reads_back_every_word(words: list[str]) -> None:
    assert split_by_shell(quote_words(["x", *words])) == ["x", *words]


@pytest.mark.parametrize("word", HOSTILE)
def test_a_hostile_word_is_one_word_through_two_shells(word: str) -> None:
    # As over ssh: the login shell reads the command line, and `sh -c` the words of it.
    inner = quote_words(["printf", "%s", word])
    outer = quote_words(["/bin/sh", "-c", inner])
    assert subprocess.run(["/bin/sh", "-c", outer], capture_output=True, check=True).stdout.decode() == word


def test_a_word_with_a_nul_is_refused() -> None:
    with pytest.raises(UsageError):
        quote_words(["a\0b"])
