"""The options that name a manager's files and the sender of lines, and the loading of rules with them."""

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
    help="The <location> of all lines; default: (HOST) any->FILE, with Tetragon's usual export file.",
)
_HOSTNAME = click.option("--hostname", help="The <hostname> of all lines; default: each event's node_name.")
_TIME = click.option(
    "--time",
    "arrival",
    metavar="WHEN",
    help="When all lines arrive, for <time> and <weekday>: 2026-03-01T08:30, manager's time; default: event's time.",
)


def manager_options(function: Function) -> Function:
    """Add the options `--decoders` and `--ruleset` to a verb."""
    return _DECODERS(_STOCK(function))


def sender_options(function: Function) -> Function:
    """Add the options `--location`, `--hostname` and `--time` to a verb."""
    return _LOCATION(_HOSTNAME(_TIME(function)))


def load_rules(
    rules: Sequence[str | Path], decoders: Sequence[Path] = (), stock: Path | None = None, **options: Any
) -> Ruleset:
    """Load rule files with the manager's decoders and stock rules."""
    # Reading rules needs the pattern engines; `--help` does not.
    from tetratui.core.wazuh.engine.load.ruleset import Ruleset

    return Ruleset.load(rules, decoders=decoders, stock=stock, **options)


def make_clock(arrival: str | None) -> Callable[[object], float] | None:
    """Return a clock (seconds since 1970 UTC) that always gives the time of `--time`; None without that option.

    Raises:
        UsageError: the text is not a time.
    """
    if arrival is None:
        return None
    try:
        # Without an offset it is local time, as the manager's clock is.
        seconds = datetime.fromisoformat(arrival).timestamp()
    except (ValueError, OverflowError, OSError):
        raise UsageError(f"--time {arrival!r} is not a time", "write it as 2026-03-01T08:30") from None
    return lambda _: seconds


def encode_sender(location: str | None, hostname: str | None) -> Mapping[str, bytes]:
    """Return the sender's `location` and `hostname` as bytes, those that were given."""
    texts = {"location": location, "hostname": hostname}
    return {name: text.encode("utf-8", "surrogateescape") for name, text in texts.items() if text is not None}
