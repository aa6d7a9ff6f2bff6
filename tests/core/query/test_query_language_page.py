"""docs/query-language.md describes the language as it is."""

from __future__ import annotations

import re
from pathlib import Path

from tetratui.core.query import FIELDS, parse
from tetratui.core.query.fields import OPERATORS

PAGE = (Path(__file__).parents[3] / "docs/query-language.md").read_text("utf-8")


def test_every_field_is_in_the_page_with_its_operators() -> None:
    for name, field in FIELDS.items():
        row = next(line for line in PAGE.splitlines() if line.startswith(f"| `{name}` |"))
        assert field.meaning in row
        assert re.findall(r"`([:=~<>]+)`", row.split("|")[3]) == list(OPERATORS[field.sort])


def test_the_examples_of_the_page_are_queries() -> None:
    examples = re.findall(r"^    (\S.*?)  +\S", PAGE, re.MULTILINE)
    assert len(examples) == 6
    for example in examples:
        parse(example)
