"""A Wazuh manager's API in memory, with what the real one does wrong.

It keeps a refused new file that was put with `overwrite=true`, calls every refusal an XML error, answers a reload with
error 0 while rules are in force that are not what was written, keeps the session of such rules locked, and hangs at 64
of them. A rule file is judged by the words in it: STOPS, ERRS, WARNS.
"""

from __future__ import annotations

import json
from typing import Any

import httpx

USER, PASSWORD, TOKEN = "tester", "a-pass-word", "eyJ.a-token"
STOPS, ERRS, WARNS = b"STOPS", b"ERRS", b"WARNS"
STOPPED = "(5107): Syntax error on tag 'match' in rule 710000"
ERRED = "(1104): Maximum string size reached for: xxx."
WARNED = "(7617): Signature ID '799999' was not found and will be ignored in the 'if_sid' option of rule '710000'."
MOST_LOCKED = 64


class Hung(httpx.ReadTimeout):
    """What a client sees of a manager that does not answer."""


class ManagerApi:
    """Give it to `httpx.MockTransport`."""

    def __init__(self, files: dict[str, bytes] | None = None) -> None:
        self.files = dict(files or {})
        self.in_force = dict(self.files)
        self.asked: list[httpx.Request] = []
        self.open: set[str] = set()
        self.locked: set[str] = set()
        self.log: list[dict[str, str]] = []
        self.broken: dict[str, httpx.Response | Exception | BaseException] = {}
        """What is answered or raised instead, by `METHOD /path`."""
        self.knows_folders = True
        self.changes_texts = False
        self.reload_fails = False
        self._number = 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer one request."""
        self.asked.append(request)
        method, path = request.method, request.url.path
        instead = self.broken.get(f"{method} {path}")
        if isinstance(instead, BaseException):
            raise instead
        if instead is not None:
            return instead
        if path == "/security/user/authenticate":
            return answer({"data": {"token": TOKEN}, "error": 0})
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
                self.open.discard(name)
                return answer({"error": 0, "data": {}})
        return self._other(f"{method} {path}", request)

    def lines(self) -> list[str]:
        """What was asked, in order, without logins."""
        return [
            f"{request.method} {request.url.path}" for request in self.asked if not request.url.path.endswith("cate")
        ]

    def puts(self) -> list[str]:
        """The `overwrite` of each file that was put."""
        return [
            request.url.params["overwrite"]
            for request in self.asked
            if (request.method, request.url.path[:13]) == ("PUT", "/rules/files/")
        ]

    def starts(self) -> bool:
        """Whether the manager would start with what lies on its disk."""
        return not any(STOPS in text for text in self.files.values())

    def _other(self, line: str, request: httpx.Request) -> httpx.Response:
        match line:
            case "PUT /logtest":
                return self._match(json.loads(request.content))
            case "PUT /manager/analysisd/reload":
                return self._reload()
            case "GET /manager/configuration/validation":
                if self.starts():
                    return answer(affected({"name": "manager", "status": "OK"}))
                return answer(failed("manager", 1908, f"Error validating configuration: {STOPPED}"))
            case "GET /rules/files":
                names = [{"filename": name, "relative_dirname": "etc/rules"} for name in self.files]
                return answer(affected(*names, {"filename": "0010-x.xml", "relative_dirname": "ruleset/rules"}))
            case "GET /manager/logs":
                return answer(affected(*self.log))
        return answer({"title": "Not Found", "detail": "404: Not Found"}, 404)

    def _show(self, name: str, request: httpx.Request) -> httpx.Response:
        if "relative_dirname" in request.url.params and not self.knows_folders:
            return answer({"title": "Bad Request", "detail": "Extra query parameter(s) relative_dirname"}, 400)
        if name not in self.files:
            return answer(failed(name, 1415, f"Rules file not found: {name}"))
        text = self.files[name].replace(b"\r\n", b"\n")
        return httpx.Response(200, content=text, headers={"Content-Type": "application/xml"})

    def _put(self, name: str, request: httpx.Request) -> httpx.Response:
        assert request.headers["Content-Type"] == "application/octet-stream"
        overwrite, former = request.url.params["overwrite"] == "true", self.files.get(name)
        if former is not None and not overwrite:
            return answer(failed(f"etc/rules/{name}", 1905, "File could not be updated, it already exists"))
        self.files[name] = request.content + (b"\n" if self.changes_texts else b"")
        if self._session()["codemsg"] != -1:
            return answer(affected(f"etc/rules/{name}"))
        if former is not None:
            self.files[name] = former
        elif not overwrite:
            del self.files[name]
        return answer(failed(f"etc/rules/{name}", 1113, "XML syntax error"))

    def _delete(self, name: str) -> httpx.Response:
        if self.files.pop(name, None) is None:
            return answer(failed(f"etc/rules/{name}", 1906, "File does not exist"))
        return answer(affected(f"etc/rules/{name}"))

    def _session(self) -> dict[str, Any]:
        """Begin a session with what lies on the disk."""
        if len(self.locked) >= MOST_LOCKED:
            raise Hung("timed out")
        texts = b"".join(self.files.values())
        if STOPS in texts:
            return {"messages": [f"ERROR: {STOPPED}", "ERROR: (7311): Failure to initializing session"], "codemsg": -1}
        self._number += 1
        token = f"{self._number:08x}"
        begun = f"INFO: (7202): Session initialized with token '{token}'"
        if ERRS in texts:
            self.locked.add(token)
            return {"messages": [f"ERROR: {ERRED}", begun], "codemsg": -1}
        self.open.add(token)
        warned = [f"WARNING: {WARNED}"] if WARNS in texts else []
        return {"messages": [*warned, begun], "token": token, "codemsg": len(warned)}

    def _match(self, question: dict[str, Any]) -> httpx.Response:
        token = question.get("token")
        data = {"token": token, "codemsg": 0} if token in self.open else self._session()
        if data["codemsg"] != -1:
            rule = {"id": "710001", "level": 5, "groups": ["tetragon"]}
            data |= {"output": {"rule": rule}, "alert": True}
        return answer({"error": 0, "data": data})

    def _reload(self) -> httpx.Response:
        texts = b"".join(self.files.values())
        if STOPS in texts or self.reload_fails:
            return answer(failed("manager", 1914, f"The ruleset could not be reloaded: {STOPPED}"))
        self.in_force = dict(self.files)
        told = [message for word, message in ((ERRS, ERRED), (WARNS, WARNED)) if word in texts]
        msg = ", ".join(told) or "Ruleset reload request sent successfully."
        return answer(affected({"name": "manager", "msg": msg}))


def answer(document: object, status: int = 200) -> httpx.Response:
    """A response with a JSON document."""
    return httpx.Response(status, json=document)


def affected(*items: object) -> dict[str, Any]:
    """What the API says of what it did."""
    data = {"affected_items": list(items), "total_affected_items": len(items), "failed_items": []}
    return {"data": data, "message": "done", "error": 0}


def failed(what: str, code: int, message: str) -> dict[str, Any]:
    """What the API says of what it refuses, with HTTP status 200."""
    item = {"error": {"code": code, "message": message, "remediation": "Please"}, "id": [what]}
    return {"data": {"affected_items": [], "failed_items": [item]}, "message": "Could not do it", "error": 1}
