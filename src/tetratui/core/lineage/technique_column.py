"""The technique of each event as one code, for the query field `technique`, for counts and for chains."""

from __future__ import annotations

from threading import Lock

import numpy as np
from numpy.typing import NDArray

from tetratui.core.events.kinds import Kind
from tetratui.core.lineage.technique_rules import EventTexts, find_techniques
from tetratui.core.table.event_columns import EventColumns


class TechniqueTexts(list[str]):
    """The distinct sets of techniques by code, ids joined by a space; code 0 stands for none. It only grows."""

    def __init__(self) -> None:
        super().__init__([""])
        self._lock = Lock()
        self._codes = {"": 0}

    def code(self, text: str) -> int:
        """Return the code of a set of techniques, a new one for a new set."""
        with self._lock:
            if text not in self._codes:
                self.append(text)
                self._codes[text] = len(self) - 1
            return self._codes[text]


TECHNIQUE_TEXTS = TechniqueTexts()
"""The texts of all tables: there are few, and a code means the same everywhere."""


def find_technique_codes(table: EventColumns) -> NDArray[np.uint32]:
    """Return the code of each event; each distinct combination of texts is judged once."""
    columns = _text_codes(table)
    first, inverse = _distinct(columns)
    codes = [TECHNIQUE_TEXTS.code(_judge(table, int(index))) for index in first]
    return np.array(codes, dtype=np.uint32)[inverse] if codes else np.zeros(0, dtype=np.uint32)


def event_texts(table: EventColumns, index: int) -> EventTexts:
    """Return the texts of the event at an index of the columns that rules look at."""
    processes, contexts, sockets = table.processes, table.contexts, table.sockets
    process, context = int(table.process[index]), int(table.context[index])
    return EventTexts(
        Kind(int(table.kind[index])),
        processes.text("binary", process) or "",
        processes.text("arguments", process) or "",
        processes.text("binary", int(table.parent[index])) or "",
        contexts.text("function", context) or "",
        contexts.text("file", context) or "",
        sockets.text("daddr", int(table.socket[index])) or "",
    )


def _judge(table: EventColumns, index: int) -> str:
    rules = find_techniques(event_texts(table, index))
    return " ".join(dict.fromkeys(rule.id for rule in rules))


def _text_codes(table: EventColumns) -> list[NDArray[np.int64]]:
    processes, contexts, sockets = table.processes, table.contexts, table.sockets
    columns = [
        table.kind,
        processes.column("binary")[table.process],
        processes.column("arguments")[table.process],
        processes.column("binary")[table.parent],
        contexts.column("function")[table.context],
        contexts.column("file")[table.context],
        sockets.column("daddr")[table.socket],
    ]
    return [column.astype(np.int64) for column in columns]


def _distinct(columns: list[NDArray[np.int64]]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the first index of each distinct combination, and by index the number of its combination."""
    combined = columns[0]
    first = inverse = np.zeros(0, dtype=np.intp)
    for column in columns[1:]:
        # Numbers of combinations stay below the number of events, so a product with the next code fits 64 bits.
        width = int(column.max(initial=0)) + 1
        _, first, inverse = np.unique(combined * width + column, return_index=True, return_inverse=True)
        combined = inverse.astype(np.int64)
    return first, inverse
