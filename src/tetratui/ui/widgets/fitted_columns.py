"""Choose which columns of a list have room, and how wide each is: as its texts need, as far as the width goes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tetratui.ui.render.cells import CellColumn


class FittedColumns:
    """The columns of a list: widths change between two drawings of the screen, never within one."""

    def __init__(self, columns: Sequence[CellColumn]) -> None:
        self._columns = columns
        self._width = 0
        self._needs: dict[str, int] = {}
        self._shown: list[tuple[CellColumn, int]] = []

    @property
    def shown(self) -> list[tuple[CellColumn, int]]:
        """The columns that have room, with their widths in cells."""
        return self._shown

    def replace(self, columns: Sequence[CellColumn]) -> None:
        """Take other columns; texts measured so far count no more."""
        self._columns = columns
        self._needs.clear()

    def resize(self, width: int) -> None:
        """Fit them into another width, in cells."""
        self._width = width
        self.refit()

    def forget(self) -> None:
        """Forget the texts measured so far."""
        self._needs.clear()

    def measure(self, column: CellColumn, text: str) -> bool:
        """Note how long a text of a column is; return whether none before was as long."""
        need = min(len(text), column.most)
        longer = need > self._needs.get(column.name, 0)
        if longer:
            self._needs[column.name] = need
        return longer

    def refit(self) -> bool:
        """Compute the widths again from what was measured; return whether any changed."""
        before, self._shown = self._shown, fit_columns(self._columns, self._width, self._needs)
        return self._shown != before


def fit_columns(columns: Sequence[CellColumn], width: int, needs: Mapping[str, int]) -> list[tuple[CellColumn, int]]:
    """Return the columns that have room in `width` cells, one space between them, and their widths.

    `needs` holds how many cells the longest text of a column takes, by its title. Cells that a column does not need go
    to columns whose texts are cut, and only then to those that grow.
    """
    kept = [column for column in columns if needs.get(column.name) or not column.optional]
    least = {
        column.name: max(needs.get(column.name, 0), column.width) if column.whole else column.width
        for column in columns
    }
    while len(kept) > 1 and sum(least[column.name] + 1 for column in kept) - 1 > width:
        leaving = [column for column in kept if column.leave]
        if not leaving:
            break
        kept.remove(min(leaving, key=lambda column: column.leave))
    needed = {column.name: max(needs.get(column.name, column.width), len(column.name) + 1) for column in kept}
    widths = {
        column.name: needed[column.name] if column.whole else min(column.width, needed[column.name]) for column in kept
    }
    spare = width - sum(widths.values()) - len(kept) + 1
    enough = {column.name: min(column.most, needed[column.name]) for column in kept}
    # Evenly at first: a name cut by two letters is worse than arguments cut by twenty-two letters instead of twenty.
    spare = _share(spare, dict.fromkeys(enough, 1), widths, enough)
    growing = {column.name: column.grow for column in kept if column.grow}
    _share(spare, growing, widths, {column.name: column.most for column in kept})
    return [(column, widths[column.name]) for column in kept]


def _share(spare: int, weights: Mapping[str, int], widths: dict[str, int], most: Mapping[str, int]) -> int:
    """Add spare cells to columns by their weights, up to `most` each; return how many are left."""
    while spare > 0 and (growing := [name for name in weights if widths[name] < most[name]]):
        total = sum(weights[name] for name in growing)
        parts = {name: max(1, spare * weights[name] // total) for name in growing}
        for name in growing:
            more = min(parts[name], most[name] - widths[name], spare)
            widths[name] += more
            spare -= more
    return spare
