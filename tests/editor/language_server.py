"""A client of a YAML language server, over its standard input and output (Language Server Protocol 3.17)."""
import json
import pathlib
import queue
import subprocess
import threading

PATIENCE_S = 60


class LanguageServer:
    """`with LanguageServer(program) as server`: what an editor asks while one types."""

    def __init__(self, program):
        self._process = subprocess.Popen([program, "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._said = queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()
        self._asked = 0
        self._diagnostics = {}

    def __enter__(self):
        self._ask("initialize", {"processId": None, "rootUri": None, "capabilities": {
            "textDocument": {"publishDiagnostics": {}, "completion": {"completionItem": {}}}}})
        self._tell("initialized", {})
        self._tell("workspace/didChangeConfiguration", {"settings": {"yaml": {
            "validate": True, "completion": True, "schemaStore": {"enable": False}}}})
        return self

    def __exit__(self, *_):
        self._ask("shutdown", None)
        self._tell("exit", None)
        self._process.wait(PATIENCE_S)

    def open(self, path, text):
        """Opens a file that holds `text`, and gives [(line from 1, message)] of what is underlined in it."""
        uri = pathlib.Path(path).resolve().as_uri()
        self._diagnostics.pop(uri, None)
        self._tell("textDocument/didOpen", {"textDocument": {
            "uri": uri, "languageId": "yaml", "version": 1, "text": text}})
        while uri not in self._diagnostics:
            self._take()
        return self._diagnostics[uri]

    def complete(self, path, line, column):
        """What is offered at a place (from 1) of an opened file."""
        answer = self._ask("textDocument/completion", {
            "textDocument": {"uri": pathlib.Path(path).resolve().as_uri()},
            "position": {"line": line - 1, "character": column - 1}})
        items = answer["items"] if isinstance(answer, dict) else answer or []
        return [item["label"] for item in items]

    def _listen(self):
        while head := self._process.stdout.readline():
            length = 0
            while head.strip():
                name, _, value = head.decode().partition(":")
                length = int(value) if name.lower() == "content-length" else length
                head = self._process.stdout.readline()
            self._said.put(json.loads(self._process.stdout.read(length)))

    def _send(self, message):
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self._process.stdin.flush()

    def _tell(self, method, params):
        self._send({"method": method, "params": params})

    def _ask(self, method, params):
        self._asked += 1
        self._send({"id": self._asked, "method": method, "params": params})
        while True:
            message = self._take()
            if message.get("id") == self._asked and "method" not in message:
                if "error" in message:
                    raise RuntimeError(f"{method}: {message['error']['message']}")
                return message.get("result")

    def _take(self):
        """The next thing said; what the server asks us is answered with nothing."""
        message = self._said.get(timeout=PATIENCE_S)
        if message.get("method") == "textDocument/publishDiagnostics":
            params = message["params"]
            self._diagnostics[params["uri"]] = [(one["range"]["start"]["line"] + 1, one["message"])
                                                for one in params["diagnostics"]]
        elif "method" in message and "id" in message:
            count = len(message["params"]["items"]) if message["method"] == "workspace/configuration" else 0
            self._send({"id": message["id"], "result": [None] * count if count else None})
        return message
