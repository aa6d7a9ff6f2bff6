"""Events and processes as columns of numbers and of codes over distinct texts."""

from tetratui.core.table.computed_column import ComputedColumn
from tetratui.core.table.event_table import EventTable
from tetratui.core.table.ingest.ingest import Batch
from tetratui.core.table.load_sources import LineBatch, build_table, load
from tetratui.core.table.losses import Losses, losses_of
from tetratui.core.table.storage.interned_rows import ContextTable, SocketTable
from tetratui.core.table.storage.interned_texts import Texts
from tetratui.core.table.storage.process_table import ProcessTable
from tetratui.core.table.table_event import Event
from tetratui.core.table.unreadable import UnreadableLine, UnreadableLines

__all__ = [
    "Batch",
    "ComputedColumn",
    "ContextTable",
    "Event",
    "EventTable",
    "LineBatch",
    "Lineage",
    "Losses",
    "ProcessLife",
    "ProcessRef",
    "ProcessTable",
    "SocketTable",
    "Texts",
    "UnreadableLine",
    "UnreadableLines",
    "build_table",
    "load",
    "losses_of",
    "rows_of",
]
