"""Reading what a manager's API answers: documents, refusals with their codes, and the messages of a reload."""

from __future__ import annotations

import re
from typing import Any

import httpx

from tetratui.core.wazuh.client.logtest import ManagerError

_NOT_FOUND = 404
_NO_SUCH_FILE = frozenset({1415, 1906})
_SAYS_MISSING = re.compile(r"(?:not found|not exist)")
"""Other versions say it under another number."""
_DONE = re.compile(r"Ruleset reload request sent")
"""How the text begins that stands in place of messages where there are none."""
_BETWEEN_MESSAGES = re.compile(r"(?<=\.), |, (?=\(\d{4}\): )")
_LOADING = re.compile(r"Reloading ruleset|\(1225\)")
"""What the daemon logs before it loads its rules anew: a reload, or its end before a restart."""
_LOUD = frozenset({"warning", "error", "critical"})
_SAID_OF_RULES = re.compile(r"\((?!1225|72\d\d)\d{4}\)")


class UnknownPathError(ManagerError):
    """The manager is too old for this question, or has not what is asked for."""


class FailedItemError(ManagerError):
    """A request that was understood and refused, with the codes of the reasons."""

    def __init__(self, message: str, remedy: str, codes: frozenset[int]) -> None:
        super().__init__(message, remedy)
        self.codes = codes


def document_of(response: httpx.Response, what: str) -> dict[str, Any]:
    """Return the document of an answer.

    Raises:
        UnknownPathError: there is no such path.
        ManagerError: another refusal, or no document.
    """
    document = _object(response)
    if response.is_success and document:
        return document
    detail = str(document.get("detail") or document.get("title") or "no reason given")
    kind = UnknownPathError if response.status_code == _NOT_FOUND else ManagerError
    raise kind(f"the manager refuses {what}: {response.status_code} {detail}", _remedy_of(response.status_code))


def _object(response: httpx.Response) -> dict[str, Any]:
    """The object that a response holds, empty where it holds none."""
    try:
        document = response.json()
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}


def raise_failed(answer: dict[str, Any], what: str, remedy: str = "read the manager's api.log") -> None:
    """Raise what an answer says of items that failed.

    Raises:
        FailedItemError: one did.
    """
    if not answer.get("error"):
        return
    errors = [item["error"] for item in _items(answer, "failed_items") if isinstance(item.get("error"), dict)]
    reasons = [f"{error.get('code')} {' '.join(str(error.get('message')).split())}" for error in errors]
    codes = frozenset(error["code"] for error in errors if isinstance(error.get("code"), int))
    text = "; ".join(reasons) or answer.get("message")
    raise FailedItemError(f"{what}: {text}", remedy, codes)


def rule_text_of(response: httpx.Response, name: str) -> bytes | None:
    """Return the text of a rule file, None where there is none of that name.

    Raises:
        ManagerError: the manager refuses, or cannot read the file.
    """
    document = _object(response)
    if response.status_code == _NOT_FOUND or document.get("error") in _NO_SUCH_FILE:
        return None
    if response.is_success and not document:
        return response.content
    try:
        raise_failed(document_of(response, f"GET /rules/files/{name}"), f"the manager does not show {name}")
    except FailedItemError as error:
        if error.codes & _NO_SUCH_FILE or _SAYS_MISSING.search(error.message):
            return None
        raise
    raise ManagerError(f"the manager does not show the text of {name}", "is it a Wazuh 4.x manager?")


def reload_messages(answer: dict[str, Any]) -> tuple[str, ...]:
    """Return every message of the answer to a reload, whatever its kind: with error 0 some tell of broken rules."""
    data = answer.get("data")
    told = data if isinstance(data, list) else [item.get("msg") for item in affected_items(answer)]
    texts = [text for part in told for text in (part if isinstance(part, list) else [part]) if isinstance(text, str)]
    messages = [message for text in texts for message in _BETWEEN_MESSAGES.split(text)]
    return tuple(dict.fromkeys(message for message in messages if message and not _DONE.match(message)))


def log_messages(answer: dict[str, Any]) -> tuple[str, ...]:
    """Return what a log says of the last loading of rules: its warnings and errors since then."""
    entries = [(str(item.get("timestamp", "")), item) for item in affected_items(answer)]
    since = max((time for time, item in entries if _LOADING.search(str(item.get("description")))), default="")
    recent = [item for time, item in entries if time >= since]
    return tuple(dict.fromkeys(str(item.get("description", "")).strip() for item in recent if _is_loud(item)))


def configuration_faults(answer: dict[str, Any]) -> tuple[str, ...]:
    """Return why the manager would not start, empty where it would."""
    try:
        raise_failed(answer, "the configuration test")
    except FailedItemError as error:
        return (error.message,)
    states = [(item.get("status"), item.get("details")) for item in affected_items(answer)]
    return tuple(f"{status} {details or ''}".strip() for status, details in states if status not in (None, "OK"))


def affected_items(answer: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what an answer says of each thing that was asked for."""
    return _items(answer, "affected_items")


def _items(answer: dict[str, Any], name: str) -> list[dict[str, Any]]:
    data = answer.get("data")
    items = data.get(name) if isinstance(data, dict) else None
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def _is_loud(item: dict[str, Any]) -> bool:
    level = item.get("level")
    if isinstance(level, str):
        return level.lower() in _LOUD
    return _SAID_OF_RULES.search(str(item.get("description"))) is not None


def _remedy_of(status: int) -> str:
    known = {401: "check user and password", 403: "the user's role lacks the permission", 429: "wait a minute"}
    return known.get(status, "read the manager's api.log")
