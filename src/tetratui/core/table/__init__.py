"""The process table and the event table: columns of numbers and of codes over distinct texts; lineage by exec_id."""

from tetratui.core.lineage.process_life import Child, ProcessLife, life_of
from tetratui.core.lineage.process_tree import Lineage, ProcessRef
from tetratui.core.table.event_table import EventTable, rows_of
from tetratui.core.table.ingest.ingest import Batch
from tetratui.core.table.load_sources import HeldBatch, load, table_of
from tetratui.core.table.losses import Losses, losses_of
from tetratui.core.table.storage.interned_rows import ContextTable, SocketTable
from tetratui.core.table.storage.interned_texts import Texts
from tetratui.core.table.storage.process_table import ProcessTable
from tetratui.core.table.table_event import Event
from tetratui.core.table.unreadable import UnreadableLine, UnreadableLines

__all__ = [
    "Batch",
    "Child",
    "ContextTable",
    "Event",
    "EventTable",
    "HeldBatch",
    "Lineage",
    "Losses",
    "ProcessLife",
    "ProcessRef",
    "ProcessTable",
    "SocketTable",
    "Texts",
    "UnreadableLine",
    "UnreadableLines",
    "life_of",
    "load",
    "losses_of",
    "rows_of",
    "table_of",
]
