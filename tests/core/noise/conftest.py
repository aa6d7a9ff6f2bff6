from __future__ import annotations

from importlib import resources
from pathlib import Path

import pytest

from tetratui.core.table import EventTable, load


@pytest.fixture(scope="session")
def capture() -> EventTable:
    """The bundled capture: 21,300 events of a noisy server."""
    return load([Path(str(resources.files("tetratui.core.demo") / "capture.log.gz"))])
