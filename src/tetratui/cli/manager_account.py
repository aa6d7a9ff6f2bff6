"""Find the account for a manager's API: its password comes from the environment, `~/.netrc`, or the terminal."""

from __future__ import annotations

import netrc
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import rich_click as click

from tetratui.core.errors import UsageError

if TYPE_CHECKING:
    from tetratui.core.wazuh.client.manager import Account

PASSWORD_VARIABLE = "TETRATUI_WAZUH_PASSWORD"  # noqa: S105 - the name of a variable, not a password
"""The environment variable that holds the API's password."""


def make_account(url: str, user: str, authority: Path | None, insecure: bool) -> Account:
    """Return the account; the password is asked for on the terminal if nothing else holds it.

    Raises:
        UsageError: the password is not known, and there is no terminal.
    """
    # httpx is needed only by a call that uses the API.
    from tetratui.core.wazuh.client.manager import Account

    return Account(url, user, read_password(url, user), authority, not insecure)


def read_password(url: str, user: str) -> str:
    """Return the password of a user of a manager. Raises UsageError."""
    password = os.environ.get(PASSWORD_VARIABLE) or _find_in_netrc(urlsplit(url).hostname or "", user)
    if password:
        return password
    if not sys.stdin.isatty():
        raise UsageError("the API's password is not known", f"put it into {PASSWORD_VARIABLE} or ~/.netrc")
    return str(click.prompt("Password of the API", hide_input=True, err=True))


def _find_in_netrc(host: str, user: str) -> str:
    try:
        login = netrc.netrc().authenticators(host)
    except (OSError, netrc.NetrcParseError):
        return ""
    return login[2] or "" if login is not None and login[0] in {"", user} else ""
