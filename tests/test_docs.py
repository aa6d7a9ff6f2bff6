"""What README and docs name exists: links, verbs, options, make targets; and the man page is made from them."""

from __future__ import annotations

import importlib.util
import re
import shlex
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import click
import numpy as np
import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from tetratui.cli.output import ExitCode
from tetratui.cli.verbs import VERBS, group
from tetratui.core.table.ingest.ingest import COLUMNS

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])
NAMES = [str(page.relative_to(ROOT)) for page in PAGES]
ARTICLE = "https://socfortress.medium.com/mastering-linux-monitoring-with-tetragon-and-wazuh-480226881abb"
SYNTAX = re.compile(r"[…\[\]]")
"""What a synopsis has and a shell has not."""


def tokens(page: Path) -> list[Token]:
    return MarkdownIt("commonmark").enable("table").parse(page.read_text("utf-8"))


def inside(page: Path) -> Iterator[Token]:
    return (child for token in tokens(page) for child in token.children or [])


def anchors(page: Path) -> set[str]:
    """Name the headings of a page as code hosts do."""
    found = tokens(page)
    texts = [after.content for token, after in pairwise(found) if token.type == "heading_open"]
    return {re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-") for text in texts}


def code(page: Path) -> Iterator[str]:
    """Give every piece of code of a page, a line each."""
    for token in tokens(page):
        if token.type in {"fence", "code_block"}:
            yield from token.content.replace("\\\n", " ").splitlines()
    yield from (token.content for token in inside(page) if token.type == "code_inline")


def calls(page: Path, program: str) -> Iterator[list[str]]:
    """Give the words after each call of a program in the code of a page."""
    for line in code(page):
        for part in re.split(r"\s+#\s|[|;>]|&&|\$\(", SYNTAX.sub(" ", line)):
            bare = re.sub(r"^\s*(\$ |sudo |[A-Z_]+=\S+ )*", "", part)
            if re.match(rf"{program}(\s|$)", bare):
                try:
                    yield shlex.split(bare.replace('"', " ").replace(")", " "))[1:]
                except ValueError:
                    pytest.fail(f"{page.name}: not words of a shell: {line}")


def verb_of(words: list[str]) -> tuple[click.Command, list[str]]:
    """Find the verb of a call, and what follows it."""
    context = click.Context(group)
    if not words or words[0] not in VERBS:
        return group.get_command(context, "open"), words
    command, rest = group.get_command(context, words[0]), words[1:]
    if isinstance(command, click.Group) and rest and rest[0] in command.commands:
        return command.commands[rest[0]], rest[1:]
    return command, rest


@pytest.mark.parametrize("name", NAMES)
def test_relative_links_and_their_headings_exist(name: str) -> None:
    page = ROOT / name
    targets = [str(token.attrs.get("href") or token.attrs.get("src") or "") for token in inside(page)]
    for target in (one for one in targets if one and not re.match(r"[a-z]+:", one)):
        path, _, heading = target.partition("#")
        file = page.parent / path if path else page
        assert file.exists(), f"{name}: {target}"
        assert not heading or heading in anchors(file), f"{name}: {target}"


@pytest.mark.parametrize("name", NAMES)
def test_options_of_every_call_exist(name: str) -> None:
    for words in calls(ROOT / name, "tetratui"):
        command, rest = verb_of(words)
        known = {option for one in command.params for option in one.opts} | {"--help", "-h"}
        known |= {"--version"} if not rest or rest == ["--version"] else set()
        unknown = [word for word in rest if word.startswith("--") and word.split("=")[0] not in known]
        assert not unknown, f"{name}: tetratui {' '.join(words)}: {unknown}"


@pytest.mark.parametrize("name", NAMES)
def test_words_used_as_verbs_are_verbs(name: str) -> None:
    for words in calls(ROOT / name, "tetratui"):
        bare = words and re.fullmatch(r"[a-z]+", words[0])
        assert not bare or words[0] in VERBS, f"{name}: tetratui {' '.join(words)}"


@pytest.mark.parametrize("name", NAMES)
def test_make_targets_exist(name: str) -> None:
    known = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = {word for words in calls(ROOT / name, "make") for word in words if re.fullmatch(r"[a-z-]+", word)}
    assert named <= known


def test_the_links_and_calls_are_found_at_all() -> None:
    readme = ROOT / "README.md"
    assert ["demo"] in calls(readme, "make")
    assert any(words[:1] == ["suggest"] and "--cover" in words for words in calls(readme, "tetratui"))
    assert "read-without-root" in anchors(ROOT / "docs/how-to.md")


@pytest.mark.parametrize("name", NAMES)
def test_the_article_is_linked_where_a_page_first_names_it(name: str) -> None:
    before, named, _ = (ROOT / name).read_text("utf-8").partition("the article")
    assert not named or ARTICLE in before, f"{name}: {ARTICLE}"


def section(page: Path, heading: str) -> str:
    """Return the text below a heading of the second level."""
    return page.read_text("utf-8").partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def test_where_is_names_one_file_that_exists_for_each_of_twelve_questions() -> None:
    rows = re.findall(
        r"^\| (Where|What) .*\? \| `([^`]+)` \|$", section(ROOT / "CONTRIBUTING.md", "Where is …?"), re.MULTILINE
    )
    assert len(rows) >= 12
    assert [path for _, path in rows if not (ROOT / path).is_file()] == []


def test_rooms_of_the_architecture_page_exist() -> None:
    tree = section(ROOT / "ARCHITECTURE.md", "Rooms").partition("```")[2].partition("```")[0]
    parents: list[Path] = []
    for line in tree.strip().splitlines():
        indent, names = re.match(r"( *)((?:[\w/.]+(?: |$))+)", line).groups()  # type: ignore[union-attr]  # Each matches.
        for name in (name for name in names.split() if name.endswith(("/", ".py")) and "NAME" not in name):
            parents[len(indent) // 2 :] = [*parents[: len(indent) // 2], Path(name)][len(indent) // 2 :]
            assert ROOT.joinpath(*parents).exists(), ROOT.joinpath(*parents)


@pytest.mark.parametrize("name", NAMES)
def test_files_of_the_repository_that_a_page_names_exist(name: str) -> None:
    named = (re.match(r"(tests|docs|src|benchmarks|man)/[\w./-]+$", text) for text in code(ROOT / name))
    assert [match.group() for match in named if match and not (ROOT / match.group()).exists()] == []


def test_files_named_in_the_architecture_page_exist() -> None:
    page = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    named = set(re.findall(r"`([a-z_]+(?:/[a-z_]+)+\.py|[a-z_]+(?:/[a-z_]+)*/)`", page))
    bases = [ROOT, ROOT / "src/tetratui", ROOT / "src/tetratui/core"]
    assert [path for path in named if not any((base / path).exists() for base in bases)] == []


def test_bytes_of_an_event_are_those_of_the_columns() -> None:
    size = sum(np.dtype(dtype).itemsize for dtype in COLUMNS.values())
    assert f"one event: {size} bytes" in section(ROOT / "ARCHITECTURE.md", "What is kept of an event")


def test_the_commit_shown_keeps_to_its_own_rules() -> None:
    blocks = MarkdownIt("commonmark").parse(section(ROOT / "CONTRIBUTING.md", "Commits"))
    (message,) = (token.content for token in blocks if token.type == "code_block")
    subject, blank, *body = message.splitlines()
    assert 0 < len(subject) <= 72
    assert not blank
    assert body
    assert max(map(len, body)) <= 72


def test_every_page_of_docs_is_in_its_index() -> None:
    index = ROOT / "docs/README.md"
    linked = {str(token.attrs.get("href")) for token in inside(index)}
    assert {page.name for page in (ROOT / "docs").glob("*.md")} - {index.name} <= linked


@pytest.mark.parametrize("name", ["README.md", "docs/README.md"])
def test_the_glossary_is_the_first_page_of_docs_that_is_linked(name: str) -> None:
    links = (str(token.attrs.get("href")) for token in inside(ROOT / name) if token.type == "link_open")
    assert next(link for link in links if not link.startswith("http")).endswith("glossary.md")


def test_every_verb_and_exit_code_has_its_line() -> None:
    page = (ROOT / "docs/command-line.md").read_text("utf-8")
    assert [verb for verb in VERBS if not re.search(rf"`(tetratui )?{verb}\b", page)] == []
    assert re.findall(r"^\| (\d+) \|", page, re.MULTILINE) == [str(code.value) for code in ExitCode]


def test_man_page_is_made_from_these_texts() -> None:
    spec = importlib.util.spec_from_file_location("man", ROOT / "docs/man.py")
    assert spec is not None
    assert spec.loader is not None
    man = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(man)
    assert (ROOT / "man/tetratui.1").read_text("utf-8") == man.page(), "make man"
