"""The options with which verbs name a manager's files, and the one way in which they load rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import rich_click as click

from tetratui.core.errors import UsageError

if TYPE_CHECKING:
    from tetratui.core.wazuh.engine.load.ruleset import Ruleset

Function = TypeVar("Function", bound=Callable[..., Any])

_DECODERS = click.option(
    "--decoders",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="The manager's decoders (ruleset/decoders, etc/decoders); default: those beside the rules, or in /var/ossec.",
)
_STOCK = click.option(
    "--ruleset",
    "stock",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="The manager's stock rules (its folder ruleset); default: those beside the rules, or in /var/ossec.",
)
_LOCATION = click.option(
    "--location",
    help="Where the manager says all lines come from; default: (HOST) any->FILE, FILE being Tetragon's usual.",
)
_HOSTNAME = click.option("--hostname", help="The agent that it names for all lines; default: each event's node_name.")
_TIME = click.option(
    "--time",
    "arrival",
    metavar="WHEN",
    help="When all lines arrive, for <time> and <weekday>: 2026-03-01T08:30, the manager's time; default: event's own.",
)


def manager_options(function: Function) -> Function:
    """Give a verb `--decoders` and `--ruleset`."""
    return _DECODERS(_STOCK(function))


def sender_options(function: Function) -> Function:
    """Give a verb `--location`, `--hostname` and `--time`."""
    return _LOCATION(_HOSTNAME(_TIME(function)))


def load_rules(
    rules: Sequence[str | Path], decoders: Sequence[Path] = (), stock: Path | None = None, **options: Any
) -> Ruleset:
    """Load the rules that a verb was given, with the manager's files."""
    # Reading rules needs the pattern engines; `--help` does not.
    from tetratui.core.wazuh.engine.load.ruleset import Ruleset

    return Ruleset.load(rules, decoders=decoders, stock=stock, **options)


def clock_at(arrival: str | None) -> Callable[[object], float] | None:
    """Make the clock that stands still at the time that was given; None for none.

    Raises:
        UsageError: it is no time.
    """
    if arrival is None:
        return None
    try:
        # Without an offset it is local time, as the manager's clock is.
        seconds = datetime.fromisoformat(arrival).timestamp()
    except (ValueError, OverflowError, OSError):
        raise UsageError(f"--time {arrival!r} is no time", "write it as 2026-03-01T08:30") from None
    return lambda _: seconds


def sender(location: str | None, hostname: str | None) -> Mapping[str, bytes]:
    """Give what was said of the sender."""
    known = {"location": location, "hostname": hostname}
    return {name: text.encode("utf-8", "surrogateescape") for name, text in known.items() if text is not None}
