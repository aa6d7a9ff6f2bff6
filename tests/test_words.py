"""One word for one thing (docs/glossary.md): the words that those of the glossary replaced are in no text and no name.

The screens' texts stand in `src`. A CamelCase or snake_case name is read as its words.
"""

from __future__ import annotations

import re
from fnmatch import fnmatch
from pathlib import Path

import pytest

from tetratui.core.tuning.scopes.scope_builder import NAMES

ROOT = Path(__file__).parents[1]
READ = ("*.md", "docs/*", "man/*", "src/**/*.py", "src/**/*.tcss", "src/**/*.toml", "themes/*.toml", "Makefile")
REPLACED = {
    r"rungs?|ladders?": "scope",
    r"arms?": "side, of a scope",
    r"twins?|silencers?": "suppression rule",
    r"needles?": "attack sample",
    r"starv(e|es|ed|ing)": "lost detection",
    r"(go|goes|going|gone|went) dark": "lost detection, or hidden",
    r"witness(es)?": "counterexample",
    r"disguis(e|es|ed)|mutat(e|es|ed|ion|ions)": "evasion",
    r"bad[ -]lines?|\"bad\"": "unreadable line",
    r"modes? (own|beside)|(in|of) (own|beside) mode|own ?\| ?beside|\"(own|beside)\"": "standalone, overlay",
    r"scopes? (n?[0-5]|n)|max[- ]scope [0-9]|n[012]": "the scope's name",
    r"suppression rules? wazuh rules?": "suppression rule",
    r"(an?|this) scopes|a attack samples?|a unreadable|counterexampled": "what a renaming left behind",
    r"-attack samples?": "--attack-samples",
    r"(of|from) the design|design §|design page": "nothing that a reader of the repository cannot see",
    r"issue #?\d+|the aims?|aim of|aims are|aim \d": "nothing that a reader of the repository cannot see",
}
"""A regular expression for whole words, any case, and what to write instead."""
EXCEPTIONS = {
    ("docs/glossary.md", r"a disguise under which"): "the everyday word explains what an evasion is",
}
"""Files, the text that may stand there, and why."""


def words_of(line: str) -> str:
    """Return the line with CamelCase and snake_case names cut into their words."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", line).replace("_", " ")


def replaced_words(name: str, line: str) -> list[str]:
    """Return the replaced words in a line of a file, exceptions left out."""
    for files, text in EXCEPTIONS:
        if fnmatch(name, files):
            line = re.sub(text, "", line)
    text = words_of(line)
    return [
        f"{match.group()!r} (write: {better})"
        for word, better in REPLACED.items()
        for match in re.finditer(rf"(?<!\w)(?:{word})(?!\w)", text, re.IGNORECASE)
    ]


FILES = sorted({str(path.relative_to(ROOT)) for pattern in READ for path in ROOT.glob(pattern) if path.is_file()})


@pytest.mark.parametrize("name", FILES)
def test_no_replaced_word_is_left(name: str) -> None:
    lines = (ROOT / name).read_text("utf-8").splitlines()
    left = [f"{name}:{number}: {word}" for number, line in enumerate(lines, 1) for word in replaced_words(name, line)]
    assert not left, "\n".join(left)


@pytest.mark.parametrize(
    "text",
    ["the rung", "NoTwinError", "_REAL_WITNESSES", "GO DARK", "--mode own|beside", '"bad"', "--max-scope 3", "n0"],
)
def test_a_replaced_word_is_seen_in_names_and_texts(text: str) -> None:
    assert replaced_words("src/any.py", text)


@pytest.mark.parametrize("text", ["needless", "alarms", "a broken file", "your own mode of working", "the army", "in1"])
def test_other_words_that_hold_one_are_let_be(text: str) -> None:
    assert not replaced_words("src/any.py", text)


@pytest.mark.parametrize("page", ["docs/glossary.md", "docs/drafts.md"])
def test_every_scope_is_explained(page: str) -> None:
    text = (ROOT / page).read_text("utf-8")
    assert [name for name in NAMES if f"`{name}`" not in text] == []


def test_every_exception_is_used() -> None:
    for files, text in EXCEPTIONS:
        assert any(re.search(text, (ROOT / name).read_text("utf-8")) for name in FILES if fnmatch(name, files))
