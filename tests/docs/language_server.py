"""Speaks to a language server over its standard streams (Language Server Protocol 3.17), as an editor does."""

from __future__ import annotations

import json
import queue
import subprocess
import threading
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from pathlib import Path

LIMIT = 60
"""Seconds that one answer may take."""


class LanguageServer:
    """A running server that has read some files of a folder; used in a `with` block, which ends it."""

    def __init__(self, command: list[str], root: Path, settings: dict[str, Any]) -> None:
        self._settings, self._asked = settings, 0
        self._messages: queue.Queue[dict[str, Any]] = queue.Queue()
        self._process = subprocess.Popen(
            command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        threading.Thread(target=self._read, daemon=True).start()
        able = {
            "textDocument": {
                "hover": {"contentFormat": ["markdown"]},
                "completion": {"completionItem": {"snippetSupport": True, "documentationFormat": ["markdown"]}},
            },
            "workspace": {"configuration": True},
        }
        self._ask("initialize", {"processId": None, "rootUri": root.as_uri(), "capabilities": able})
        self._tell("initialized", {})
        self._tell("workspace/didChangeConfiguration", {"settings": settings})

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()

    def opened(self, path: Path) -> list[tuple[int, str]]:
        """Open a file and return what the server complains of: lines, counted from 1, and messages."""
        document = {"uri": path.as_uri(), "languageId": "yaml", "version": 1, "text": path.read_text("utf-8")}
        self._tell("textDocument/didOpen", {"textDocument": document})
        while True:
            told = self._next()
            if told.get("method") == "textDocument/publishDiagnostics" and told["params"]["uri"] == path.as_uri():
                return [(each["range"]["start"]["line"] + 1, each["message"]) for each in told["params"]["diagnostics"]]

    def hover(self, path: Path, line: int, column: int) -> str:
        """Return what is shown over a place, counted from 1."""
        found = self._ask("textDocument/hover", _at(path, line, column))
        return str(found["contents"]["value"]) if found else ""

    def completions(self, path: Path, line: int, column: int) -> dict[str, str]:
        """Return what may be typed at a place: each label with the text that is written for it."""
        found = self._ask("textDocument/completion", _at(path, line, column))
        entries = found["items"] if isinstance(found, dict) else found
        return {each["label"]: each.get("insertText", each["label"]) for each in entries}

    def _ask(self, method: str, parameters: dict[str, Any]) -> Any:
        self._asked += 1
        self._send({"id": self._asked, "method": method, "params": parameters})
        while True:
            answer = self._next()
            if answer.get("id") == self._asked and "method" not in answer:
                assert "error" not in answer, answer
                return answer["result"]

    def _tell(self, method: str, parameters: dict[str, Any]) -> None:
        self._send({"method": method, "params": parameters})

    def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        stream = self._process.stdin
        assert stream
        stream.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        stream.flush()

    def _next(self) -> dict[str, Any]:
        """Return the server's next message that is no question of its own; those are answered here."""
        while True:
            message = self._messages.get(timeout=LIMIT)
            if message.get("method") == "workspace/configuration":
                asked = [each.get("section") for each in message["params"]["items"]]
                self._send({"id": message["id"], "result": [self._settings.get(section, {}) for section in asked]})
            elif "method" in message and "id" in message:
                self._send({"id": message["id"], "result": None})
            else:
                return message

    def _read(self) -> None:
        stream = self._process.stdout
        assert stream
        while head := stream.readline():
            length = 0
            while head.strip():
                name, _, value = head.partition(b":")
                length = int(value) if name.lower() == b"content-length" else length
                head = stream.readline()
            self._messages.put(json.loads(stream.read(length)))


def _at(path: Path, line: int, column: int) -> dict[str, Any]:
    return {"textDocument": {"uri": path.as_uri()}, "position": {"line": line - 1, "character": column - 1}}
