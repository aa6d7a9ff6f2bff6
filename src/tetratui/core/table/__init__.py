"""The process table and the event table: columns of numbers and of codes over distinct texts; lineage by exec_id."""

from tetratui.core.table.bad import BadLine, BadLines
from tetratui.core.table.distinct import OwnTable, SocketTable
from tetratui.core.table.event import Event
from tetratui.core.table.event_table import EventTable, rows_of
from tetratui.core.table.intake import Batch
from tetratui.core.table.life import Child, Life, life_of
from tetratui.core.table.lineage import Lineage, ProcessRef
from tetratui.core.table.load import HeldBatch, load, table_of
from tetratui.core.table.processes import ProcessTable
from tetratui.core.table.texts import Texts

__all__ = [
    "BadLine",
    "BadLines",
    "Batch",
    "Child",
    "Event",
    "EventTable",
    "HeldBatch",
    "Life",
    "Lineage",
    "OwnTable",
    "ProcessRef",
    "ProcessTable",
    "SocketTable",
    "Texts",
    "life_of",
    "load",
    "rows_of",
    "table_of",
]
