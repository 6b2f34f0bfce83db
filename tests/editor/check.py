#!/usr/bin/env python3
"""./dev lint --editor: a real YAML language server, as editors use it, on our schemas.

It underlines nothing in the files we ship and show; in each wrong case of tests/docs that a schema can see it underlines
the line at fault; and it offers the keys of the place where one types.
"""
import argparse
import pathlib
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests/docs")]

import cases  # noqa: E402
import examples  # noqa: E402
from language_server import LanguageServer  # noqa: E402

# A file while it is being written, the place (line, column) of the cursor, and what must be among what is offered.
TYPING = (
    ("system", "system: s\n\nformat: json\n", (2, 1), {"url", "zone", "auth", "records", "operations"}),
    ("system", "system: s\nrecords:\n  ticket:\n    id: /id\n    \n", (5, 5), {"key", "version", "poll", "webhook", "read"}),
    ("system", "system: s\nanswers:\n  - status: 409\n    is: \n", (4, 9), {"success", "temporary", "permanent"}),
    ("system", "system: s\noperations:\n  put:\n    once: idempotent\n    \n", (5, 5), {"request", "input", "gives", "link"}),
    ("mapping", "mapping: m\n\nto: s.put\n", (2, 1), {"from", "when", "set", "tests"}),
    ("mapping", "mapping: m\nset:\n  /x:\n    from: /a\n    \n", (5, 5), {"with", "default", "optional", "when"}),
)


class Desk:
    """Files opened in an editor; each names its schema in its first line."""

    def __init__(self, server, folder):
        self._server, self._folder, self._count = server, pathlib.Path(folder), 0

    def open(self, kind, text):
        """The path of a new file with that text, and [(line of the text, message)] of what is underlined."""
        self._count += 1
        path = self._folder / f"{self._count}.yaml"
        head = f"# yaml-language-server: $schema={ROOT}/mappings/schema/{kind}.schema.json\n"
        return path, [(line - 1, message) for line, message in self._server.open(path, head + text)]


def kind_of(path):
    return "system" if "systems/" in path else "mapping"


def check_case(desk, name, case):
    """What is wrong with what is underlined in a case of the reference."""
    written, subject = cases.files(case)
    _, underlined = desk.open(kind_of(subject), written[subject])
    if "refused" not in case:
        return [f"{name}: {message}" for _, message in underlined]
    if case.get("unseen"):
        return []
    line = int(cases.place(written[subject], case["at"]).split(":")[0])
    # what is missing is missing from the whole, which begins elsewhere
    if any(at == line or message.startswith("Missing property") for at, message in underlined):
        return []
    return [f"{name}: line {line} is not underlined ({case['refused']}), but {underlined or 'nothing'}"]


def findings(server, folder):
    desk = Desk(server, folder)
    for name, path, text in examples.shipped():
        _, underlined = desk.open(kind_of(path), text)
        yield from (f"{name}:{line}: {message}" for line, message in underlined)
    for name, case in examples.rows():
        yield from check_case(desk, name, case)
    for kind, text, (line, column), expected in TYPING:
        path, _ = desk.open(kind, text)
        missing = expected - set(server.complete(path, line + 1, column))
        if missing:
            yield f"not offered in a {kind} at {line}:{column}: {', '.join(sorted(missing))}\n{text}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--server", required=True, help="the program yaml-language-server")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, LanguageServer(options.server) as server:
        found = list(findings(server, folder))
    print("\n".join(found) or "the language server agrees with every example")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
