"""Draw filters taken apart into their fields, a value a line, nothing cut."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import orjson
from textual.content import Content

from tetratui.core.events.visible import visible


def filter_field_lines(texts: Collection[str]) -> Iterator[Content]:
    """Draw the texts of filters; one that is no filter says why."""
    for number, text in enumerate(texts, 1):
        if len(texts) > 1:
            yield Content.styled(f"filter {number} of {len(texts)}", "bold")
        if not text.startswith("{"):
            yield Content.styled(visible(text), "$warning")
            continue
        for field, values in orjson.loads(text).items():
            name = field
            for value in values if isinstance(values, list) else [values]:
                shown = value if isinstance(value, str) else orjson.dumps(value).decode()
                yield Content.assemble((f"{name:<22} ", "$accent"), visible(shown))
                name = ""
