"""Who started whom, by exec id: ancestors, children, and the life of one process."""

from tetratui.core.lineage.process_life import Child, ProcessLife, collect_life
from tetratui.core.lineage.process_tree import Lineage, ProcessRef

__all__ = ["Child", "Lineage", "ProcessLife", "ProcessRef", "collect_life"]
