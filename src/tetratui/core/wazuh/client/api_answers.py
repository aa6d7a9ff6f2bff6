"""Parse the answers of a manager's API: documents, refusals with their codes, and messages about rules."""

from __future__ import annotations

import re
from typing import Any

import httpx

from tetratui.core.wazuh.client.logtest import ManagerError

_NOT_FOUND = 404
_NO_SUCH_FILE = frozenset({1415, 1906})
"""Codes of the API for a file that does not exist."""
_MISSING_FILE = re.compile(r"(?:not found|not exist)")
"""Found in the message; other versions have another code for a missing file."""
_NO_MESSAGES = re.compile(r"Ruleset reload request sent")
"""Begins the text that the API gives where there are no messages."""
_BETWEEN_MESSAGES = re.compile(r"(?<=\.), |, (?=\(\d{4}\): )")
_LOADING = re.compile(r"Reloading ruleset|\(1225\)")
"""What the daemon logs before it loads its rules again: a reload, or its end before a restart."""
_FAULT_LEVELS = frozenset({"warning", "error", "critical"})
_RULE_CODE = re.compile(r"\((?!1225|72\d\d)\d{4}\)")
"""A message's code, but not those of a reload or a session of the rule tester."""


class UnknownPathError(ManagerError):
    """The manager has no such path: it is too old, or lacks what is asked for."""


class FailedItemError(ManagerError):
    """The manager understood a request and refused it; `codes` holds its reasons."""

    def __init__(self, message: str, remedy: str, codes: frozenset[int]) -> None:
        super().__init__(message, remedy)
        self.codes = codes


def parse_document(response: httpx.Response, request: str) -> dict[str, Any]:
    """Return the JSON object of an answer to `request`.

    Raises:
        UnknownPathError: there is no such path.
        ManagerError: the manager refuses, or the answer holds no object.
    """
    document = _parse_object(response)
    if response.is_success and document:
        return document
    detail = str(document.get("detail") or document.get("title") or "no reason given")
    kind = UnknownPathError if response.status_code == _NOT_FOUND else ManagerError
    raise kind(f"the manager refuses {request}: {response.status_code} {detail}", _choose_remedy(response.status_code))


def _parse_object(response: httpx.Response) -> dict[str, Any]:
    """Return the object that a response holds; empty if it holds none."""
    try:
        document = response.json()
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}


def raise_failed(answer: dict[str, Any], summary: str, remedy: str = "read the manager's api.log") -> None:
    """Raise if items of a request failed; the error begins with `summary` and names the manager's reasons.

    Raises:
        FailedItemError: an item failed.
    """
    if not answer.get("error"):
        return
    errors = [item["error"] for item in _items(answer, "failed_items") if isinstance(item.get("error"), dict)]
    reasons = [f"{error.get('code')} {' '.join(str(error.get('message')).split())}" for error in errors]
    codes = frozenset(error["code"] for error in errors if isinstance(error.get("code"), int))
    reason = "; ".join(reasons) or answer.get("message")
    raise FailedItemError(f"{summary}: {reason}", remedy, codes)


def parse_rule_text(response: httpx.Response, name: str) -> bytes | None:
    """Return the text of a rule file; None if there is no file of that name.

    Raises:
        ManagerError: the manager refuses, or cannot read the file.
    """
    document = _parse_object(response)
    if response.status_code == _NOT_FOUND or document.get("error") in _NO_SUCH_FILE:
        return None
    if response.is_success and not document:
        return response.content
    try:
        raise_failed(parse_document(response, f"GET /rules/files/{name}"), f"the manager does not show {name}")
    except FailedItemError as error:
        if error.codes & _NO_SUCH_FILE or _MISSING_FILE.search(error.message):
            return None
        raise
    raise ManagerError(f"the manager does not show the text of {name}", "is it a Wazuh 4.x manager?")


def parse_reload_messages(answer: dict[str, Any]) -> tuple[str, ...]:
    """Return every message of the answer to a reload: even with error 0 some are about broken rules."""
    data = answer.get("data")
    # An item holds one text or a list of them, and one text may hold several messages.
    parts = data if isinstance(data, list) else [item.get("msg") for item in parse_items(answer)]
    texts = [text for part in parts for text in (part if isinstance(part, list) else [part]) if isinstance(text, str)]
    messages = [message for text in texts for message in _BETWEEN_MESSAGES.split(text)]
    return tuple(dict.fromkeys(message for message in messages if message and not _NO_MESSAGES.match(message)))


def parse_log_messages(answer: dict[str, Any]) -> tuple[str, ...]:
    """Return the warnings and errors of a log since rules were last loaded."""
    entries = [(str(item.get("timestamp", "")), item) for item in parse_items(answer)]
    since = max((time for time, item in entries if _LOADING.search(str(item.get("description")))), default="")
    recent = [item for time, item in entries if time >= since]
    return tuple(dict.fromkeys(str(item.get("description", "")).strip() for item in recent if _is_fault(item)))


def parse_configuration_faults(answer: dict[str, Any]) -> tuple[str, ...]:
    """Return why the manager would not start; empty if it would."""
    try:
        raise_failed(answer, "the configuration test")
    except FailedItemError as error:
        return (error.message,)
    states = [(item.get("status"), item.get("details")) for item in parse_items(answer)]
    return tuple(f"{status} {details or ''}".strip() for status, details in states if status not in (None, "OK"))


def parse_items(answer: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the items of an answer that did not fail."""
    return _items(answer, "affected_items")


def _items(answer: dict[str, Any], name: str) -> list[dict[str, Any]]:
    data = answer.get("data")
    items = data.get(name) if isinstance(data, dict) else None
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def _is_fault(item: dict[str, Any]) -> bool:
    level = item.get("level")
    if isinstance(level, str):
        return level.lower() in _FAULT_LEVELS
    return _RULE_CODE.search(str(item.get("description"))) is not None


def _choose_remedy(status: int) -> str:
    known = {401: "check user and password", 403: "the user's role lacks the permission", 429: "wait a minute"}
    return known.get(status, "read the manager's api.log")
