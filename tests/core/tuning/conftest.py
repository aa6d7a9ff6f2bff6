from __future__ import annotations

from importlib import resources
from pathlib import Path

import pytest

from tetratui.core.table import EventTable, load
from tetratui.core.tuning.ladder import Ground

DATA = Path(__file__).parents[2] / "data"


@pytest.fixture(scope="session")
def capture() -> EventTable:
    """The bundled capture: 21,300 events of a noisy server."""
    return load([Path(str(resources.files("tetratui.core.demo") / "capture.log.gz"))])


@pytest.fixture(scope="session")
def ground(capture: EventTable) -> Ground:
    return Ground(capture)


@pytest.fixture(scope="session")
def attacks() -> list[int]:
    """Rows of the capture that belong to the process tree of an attack command."""
    rows: list[int] = []
    for line in (DATA / "needles.tsv").read_text().splitlines():
        if not line.startswith("#"):
            _, what, numbers = line.split("\t")
            rows += map(int, numbers.split(",")) if what == "attack" else []
    return rows
