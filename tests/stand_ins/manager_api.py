"""A Wazuh manager's API in memory, with the faults of the real one.

- It keeps a refused new file that was put with `overwrite=true`.
- It calls every refusal an XML error.
- It answers a reload with error 0 while rules are in force that are not what was written.
- It keeps the session of such rules locked, and hangs with 64 locked sessions.

A rule file is judged by the words in it: STOPS, ERRS, WARNS.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx

USER, PASSWORD, TOKEN = "tester", "a-pass-word", "eyJ.a-token"
STOPS, ERRS, WARNS = b"STOPS", b"ERRS", b"WARNS"
STOPPED = "(5107): Syntax error on tag 'match' in rule 710000"
ERRED = "(1104): Maximum string size reached for: xxx."
WARNED = "(7617): Signature ID '799999' was not found and will be ignored in the 'if_sid' option of rule '710000'."
MOST_LOCKED = 64


class Hung(httpx.ReadTimeout):
    """What a client meets when a manager does not answer."""


class ManagerApi:
    """The handler of a `httpx.MockTransport`."""

    def __init__(self, files: dict[str, bytes] | None = None) -> None:
        self.files = dict(files or {})
        self.in_force = dict(self.files)
        self.requests: list[httpx.Request] = []
        self.open_sessions: set[str] = set()
        self.locked_sessions: set[str] = set()
        self.log: list[dict[str, str]] = []
        self.failures: dict[str, httpx.Response | BaseException] = {}
        """What is answered or raised instead, by `METHOD /path`."""
        self.before: Callable[[str, httpx.Request], None] = lambda call, request: None
        """Called with `METHOD /path` before each request is answered."""
        self.after: Callable[[str, httpx.Request], None] = lambda call, request: None
        """Called with `METHOD /path` after the work of a request, before its answer is sent."""
        self.knows_folders = True
        self.changes_texts = False
        self.keeps_refused_files = False
        self.reload_fails = False
        self._number = 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer a request."""
        self.requests.append(request)
        call = f"{request.method} {request.url.path}"
        self.before(call, request)
        failure = self.failures.get(call)
        if isinstance(failure, BaseException):
            raise failure
        response = self._answer(request) if failure is None else failure
        self.after(call, request)
        return response

    def _answer(self, request: httpx.Request) -> httpx.Response:
        method, path = request.method, request.url.path
        if path == "/security/user/authenticate":
            return respond({"data": {"token": TOKEN}, "error": 0})
        assert request.headers["Authorization"] == f"Bearer {TOKEN}"
        name = path.rsplit("/", 1)[-1]
        match method, path.removesuffix(name):
            case "GET", "/rules/files/":
                return self._show(name, request)
            case "PUT", "/rules/files/":
                return self._put(name, request)
            case "DELETE", "/rules/files/":
                return self._delete(name)
            case "DELETE", "/logtest/sessions/":
                self.open_sessions.discard(name)
                return respond({"error": 0, "data": {}})
        return self._answer_other(f"{method} {path}", request)

    def calls(self) -> list[str]:
        """Return `METHOD /path` of each request but logins, in order."""
        return [
            f"{request.method} {request.url.path}" for request in self.requests if not request.url.path.endswith("cate")
        ]

    def overwrites(self) -> list[str]:
        """Return the parameter `overwrite` of each file that was put."""
        return [
            request.url.params["overwrite"]
            for request in self.requests
            if (request.method, request.url.path[:13]) == ("PUT", "/rules/files/")
        ]

    def starts(self) -> bool:
        """Return whether the manager would start with the files on its disk."""
        return not any(STOPS in text for text in self.files.values())

    def _answer_other(self, call: str, request: httpx.Request) -> httpx.Response:
        match call:
            case "PUT /logtest":
                return self._match(json.loads(request.content))
            case "PUT /manager/analysisd/reload":
                return self._reload()
            case "GET /manager/configuration/validation":
                if self.starts():
                    return respond(success({"name": "manager", "status": "OK"}))
                return respond(failure("manager", 1908, f"Error validating configuration: {STOPPED}"))
            case "GET /rules/files":
                names = [{"filename": name, "relative_dirname": "etc/rules"} for name in self.files]
                return respond(success(*names, {"filename": "0010-x.xml", "relative_dirname": "ruleset/rules"}))
            case "GET /manager/logs":
                return respond(success(*self.log))
        return respond({"title": "Not Found", "detail": "404: Not Found"}, 404)

    def _show(self, name: str, request: httpx.Request) -> httpx.Response:
        if "relative_dirname" in request.url.params and not self.knows_folders:
            return respond({"title": "Bad Request", "detail": "Extra query parameter(s) relative_dirname"}, 400)
        if name not in self.files:
            return respond(failure(name, 1415, f"Rules file not found: {name}"))
        text = self.files[name].replace(b"\r\n", b"\n")
        return httpx.Response(200, content=text, headers={"Content-Type": "application/xml"})

    def _put(self, name: str, request: httpx.Request) -> httpx.Response:
        assert request.headers["Content-Type"] == "application/octet-stream"
        overwrite, former = request.url.params["overwrite"] == "true", self.files.get(name)
        if former is not None and not overwrite:
            return respond(failure(f"etc/rules/{name}", 1905, "File could not be updated, it already exists"))
        self.files[name] = request.content + (b"\n" if self.changes_texts else b"")
        if self._begin_session()["codemsg"] != -1:
            return respond(success(f"etc/rules/{name}"))
        if former is not None:
            self.files[name] = former
        elif not overwrite and not self.keeps_refused_files:
            del self.files[name]
        return respond(failure(f"etc/rules/{name}", 1113, "XML syntax error"))

    def _delete(self, name: str) -> httpx.Response:
        if self.files.pop(name, None) is None:
            return respond(failure(f"etc/rules/{name}", 1906, "File does not exist"))
        return respond(success(f"etc/rules/{name}"))

    def _begin_session(self) -> dict[str, Any]:
        """Begin a session with the files on the disk."""
        if len(self.locked_sessions) >= MOST_LOCKED:
            raise Hung("timed out")
        texts = b"".join(self.files.values())
        if STOPS in texts:
            return {"messages": [f"ERROR: {STOPPED}", "ERROR: (7311): Failure to initializing session"], "codemsg": -1}
        self._number += 1
        token = f"{self._number:08x}"
        begun = f"INFO: (7202): Session initialized with token '{token}'"
        if ERRS in texts:
            self.locked_sessions.add(token)
            return {"messages": [f"ERROR: {ERRED}", begun], "codemsg": -1}
        self.open_sessions.add(token)
        warned = [f"WARNING: {WARNED}"] if WARNS in texts else []
        return {"messages": [*warned, begun], "token": token, "codemsg": len(warned)}

    def _match(self, question: dict[str, Any]) -> httpx.Response:
        token = question.get("token")
        data = {"token": token, "codemsg": 0} if token in self.open_sessions else self._begin_session()
        if data["codemsg"] != -1:
            rule = {"id": "710001", "level": 5, "groups": ["tetragon"]}
            data |= {"output": {"rule": rule}, "alert": True}
        return respond({"error": 0, "data": data})

    def _reload(self) -> httpx.Response:
        texts = b"".join(self.files.values())
        if STOPS in texts or self.reload_fails:
            return respond(failure("manager", 1914, f"The ruleset could not be reloaded: {STOPPED}"))
        self.in_force = dict(self.files)
        messages = [message for word, message in ((ERRS, ERRED), (WARNS, WARNED)) if word in texts]
        msg = ", ".join(messages) or "Ruleset reload request sent successfully."
        return respond(success({"name": "manager", "msg": msg}))


def respond(document: object, status: int = 200) -> httpx.Response:
    """Return a response with a JSON document."""
    return httpx.Response(status, json=document)


def success(*items: object) -> dict[str, Any]:
    """Return the document of a request that was done."""
    data = {"affected_items": list(items), "total_affected_items": len(items), "failed_items": []}
    return {"data": data, "message": "done", "error": 0}


def failure(item_name: str, code: int, message: str) -> dict[str, Any]:
    """Return the document of a request that was refused; the API sends it with HTTP status 200."""
    item = {"error": {"code": code, "message": message, "remediation": "Please"}, "id": [item_name]}
    return {"data": {"affected_items": [], "failed_items": [item]}, "message": "Could not do it", "error": 1}
