"""Files go from a letter's desk into the parts of a form: byte by byte, again when they must, never whole into memory.

The desk and the store of letters/ are made here: the desk gives files of every kind, the store takes a form apart as
RFC 7578 has it. The bridge between them is killed, lied to and given large files.
"""

import hashlib
import json
import os
import re
import shutil
import sys
import tempfile
import threading
from collections import Counter
from email.parser import BytesHeaderParser
from pathlib import Path
from urllib.parse import quote, unquote

import paths  # noqa: F401  (for the simulators)
from bridge import Bridge
from clock import Clock
from faults import Faults
from house import Wrong, equal, run_checks, says, until
from http_server import Answer, Server

LETTERS = Path(__file__).resolve().parent / "letters"
LARGE_BYTES, LARGE_FILES, MEMORY_KB = 10 * 1024 * 1024, 16, 40 * 1024
# What breaks those who look for the end of a part, or of a text: line ends, zeros, what a boundary begins with.
NASTY = bytes(range(256)) + b"\r\n--\r\n------------------------0\r\n--\0--\r\n" + "نامه‌ی ۱".encode() + b"\r\n"


def _json(value, status=200):
    return Answer(status, json.dumps(value, ensure_ascii=False).encode(), "application/json")


class Desk:
    """Letters, and files by path: (bytes, type), or the status that is answered in their place."""

    def __init__(self):
        self.clock, self.letters, self.files, self.asked = Clock(), [], {}, Counter()

    operation = staticmethod(lambda _request: "desk")

    def handle(self, request):
        if request.path == "/letters":
            return _json(list(self.letters))
        self.asked[request.path] += 1
        found = self.files.get(unquote(request.path), 404)
        return Answer(found) if isinstance(found, int) else Answer(200, *found)

    def write(self, letter, *files, **more):
        self.letters = [*self.letters, {"id": letter, "title": f"نامه‌ی {letter}", "files": list(files)} | more]


class Store:
    """Documents as they came: parts in order, each (name, file name, type, bytes)."""

    def __init__(self):
        self.clock, self._lock, self.documents = Clock(), threading.Lock(), []

    operation = staticmethod(lambda request: "add" if request.method == "POST" else "find")

    def handle(self, request):
        with self._lock:
            if request.method == "GET":
                return _json([{"id": f"d-{place}"} for place, document in enumerate(self.documents)
                              if reference(document) == request.query["reference"]])
            self.documents.append(parts(request))
            return _json({"id": f"d-{len(self.documents) - 1}"})

    def of(self, letter):
        return [document for document in self.documents if reference(document) == f"letters-{letter}.1"]


def reference(document):
    return next(part[3].decode() for part in document if part[0] == "reference")


def parts(request):
    """RFC 2046, section 5.1.1: what stands between the delimiters, each a line of its own."""
    told = re.fullmatch(r"multipart/form-data; ?boundary=([\w'-]{1,70})", request.headers["Content-Type"])
    first, *between, last = (b"\r\n" + request.body).split(b"\r\n--" + told[1].encode())
    if first or last != b"--\r\n":
        raise ValueError("no multipart body, or its boundary stands inside it")
    return [part(text) for text in between]


def part(text):
    head, body = text.removeprefix(b"\r\n").split(b"\r\n\r\n", 1)
    headers = BytesHeaderParser().parsebytes(head.decode().encode("latin-1", "xmlcharrefreplace"))
    names = [headers.get_param(name, header="Content-Disposition") for name in ("name", "filename")]
    return (*(name and re.sub(r"&#(\d+);", lambda found: chr(int(found[1])), name) for name in names),
            headers["Content-Type"], body)


class Letters:
    """Desk, store and a bridge with the files of letters/."""

    def __init__(self, binary):
        self.folder = Path(tempfile.mkdtemp(prefix="sgbridge-letters-"))
        self.desk, self.store, self.faults = Desk(), Store(), Faults()
        self._servers = Server(self.desk, Faults()), Server(self.store, self.faults)
        for name, server in zip(("DESK_URL", "STORE_URL"), self._servers):
            os.environ[name] = f"http://127.0.0.1:{server.port}"
        self.bridge = Bridge(binary, self.folder, "letters", {}, mappings=LETTERS)
        self.bridge.start()

    def close(self):
        self.bridge.kill()
        for server in self._servers:
            server.down()
        shutil.rmtree(self.folder, ignore_errors=True)

    def arrives(self, letter):
        """The letter's one document, as a list of parts."""
        until(lambda: self.store.of(letter) and self.bridge.open_count() == 0, f"{letter} is a document")
        equal(len(self.store.of(letter)), 1, f"documents of {letter}")
        return self.store.of(letter)[0]

    def reason(self, letter):
        return self.bridge.command("trace", letter).stdout


def each_byte_and_name_arrives(letters):
    letters.desk.files = {"/files/نامه ۱.pdf": (NASTY, "application/pdf"),
                          "/files/empty.txt": (b"", "text/plain; charset=x")}
    letters.desk.write("n-1", "/files/" + quote("نامه ۱.pdf"), "/files/empty.txt", tags=["فوری", "a\r\nb"])
    equal(letters.arrives("n-1"), [
        ("reference", None, None, b"letters-n-1.1"), ("عنوان", None, None, "نامه‌ی n-1".encode()),
        ("tag", None, None, "فوری".encode()), ("tag", None, None, b"a\r\nb"),
        ("scan", "نامه ۱.pdf", "application/pdf", NASTY),
        ("scan", "empty.txt", "text/plain; charset=x", b"")], "the parts")


def what_was_lost_is_fetched_and_sent_again(letters):
    """Before the store has it: nothing is found, and all is sent anew; after: it is found."""
    letters.desk.files = {"/files/1": (NASTY, "image/png")}
    letters.faults.change({"drop_before": {"count": 1, "on": ["add"]}})
    letters.desk.write("n-1", "/files/1")
    equal(letters.arrives("n-1")[-1], ("scan", "1", "image/png", NASTY), "the file")
    equal(letters.desk.asked["/files/1"], 2, "how often the file was asked for")
    letters.faults.change({"drop_after": {"count": 1, "on": ["add"]}})
    letters.desk.write("n-2", "/files/1")
    letters.arrives("n-2")
    equal(letters.desk.asked["/files/1"], 3, "how often the file was asked for")


def a_killed_bridge_leaves_no_file_and_fetches_again(letters):
    letters.desk.files = {"/files/1": (NASTY, "image/png")}
    letters.bridge.stop()
    letters.desk.write("n-1", "/files/1")
    letters.bridge.start(die_at="call.before", wait=False)
    until(letters.bridge.was_killed, "it died with a call written ahead")
    equal([path.name for path in letters.bridge.state.iterdir() if "scratch" in path.name], [], "files left behind")
    letters.bridge.kill()
    letters.bridge.start()
    equal(letters.arrives("n-1")[-1], ("scan", "1", "image/png", NASTY), "the file")


def a_file_that_cannot_be_had_fails_or_waits(letters):
    letters.desk.files = {"/files/large": (bytes(LARGE_BYTES + 1), "image/png"), "/files/later": 503,
                          "/files/busy": (b'{"busy": true}', "application/json")}
    for letter, file in (("n-1", "gone"), ("n-2", "large"), ("n-3", "later"), ("n-4", "busy")):
        letters.desk.write(letter, f"/files/{file}")
    until(lambda: letters.bridge.counts().get("failed") == 2, "two fail")
    says(letters.reason("n-1"), "a file cannot be fetched", "404")
    says(letters.reason("n-2"), "a file cannot be fetched", f"larger than {LARGE_BYTES} bytes")
    until(lambda: "cannot be fetched now" in letters.reason("n-3"), "one waits for the desk")
    until(lambda: "cannot be fetched now" in letters.reason("n-4"), "an error inside a 200 is no file")
    letters.desk.files |= {"/files/later": (b"now", "text/plain"), "/files/busy": (b"{}", "text/plain")}
    until(lambda: letters.store.of("n-3") and letters.store.of("n-4"), "both are sent")
    equal([letters.store.of(letter)[0][-1][3] for letter in ("n-3", "n-4")], [b"now", b"{}"], "the files")
    equal(letters.store.of("n-1") + letters.store.of("n-2"), [], "documents without their file")


def a_dry_run_needs_no_url_and_says_what_it_did_not_check(letters):
    """A shell has the daemon's variables or has not; no other is asked for in their place."""
    letters.desk.write("n-1", "/files/gone")
    letters.desk.write("n-2", "http://elsewhere.example/files/1")
    until(lambda: letters.bridge.counts().get("failed") == 2, "both fail")
    dry = ("replay", "--all", "--dry-run")
    here = letters.bridge.command(*dry)
    says(here.stdout, r"ticket n-1: sent to store by add_document", r"1 would be sent, 1 would fail",
         r"ticket n-2: failed \(the URL of a file on desk's host is expected\)")
    bare = letters.bridge.command(*dry, without=("DESK_URL", "STORE_URL"))
    says(bare.stdout, r"ticket n-1: sent to store by add_document", "2 would be sent, 0 would fail",
         r"that its files are on desk's host was not checked, for \$\{env:DESK_URL\} is not set")


def large_files_cost_no_memory(letters):
    letters.desk.files = {"/files/small": (b"x", "text/plain"),
                          "/files/large": (os.urandom(LARGE_BYTES), "application/octet-stream")}
    letters.desk.write("n-0", "/files/small")
    letters.arrives("n-0")
    before = peak_kb(letters.bridge)
    for number in range(1, LARGE_FILES + 1):
        letters.desk.write(f"n-{number}", "/files/large")
    until(lambda: len(letters.store.documents) == LARGE_FILES + 1, "all are documents")
    equal({hashlib.sha256(document[-1][3]).digest() for document in letters.store.documents[1:]},
          {hashlib.sha256(letters.desk.files["/files/large"][0]).digest()}, "the bytes")
    grown = peak_kb(letters.bridge) - before
    if grown > MEMORY_KB:
        raise Wrong(f"{LARGE_FILES} files of {LARGE_BYTES} bytes cost {grown} kB of memory")


def peak_kb(bridge):
    """The most that it ever held in memory: VmHWM."""
    status = Path(f"/proc/{bridge.pid()}/status").read_text(encoding="ascii")
    return int(re.search(r"VmHWM:\s*(\d+)", status)[1])


def passes(check, binary):
    title, letters = check.__name__.replace("_", " "), Letters(binary)
    try:
        check(letters)
    except (Wrong, TimeoutError, RuntimeError) as error:
        print(f"FAILED: {title}: {error}\n{letters.bridge.log.read_text(encoding='utf-8')[-3000:]}", flush=True)
        return False
    finally:
        letters.close()
    print(f"ok: {title}", flush=True)
    return True


CHECKS = [each_byte_and_name_arrives, what_was_lost_is_fetched_and_sent_again,
          a_killed_bridge_leaves_no_file_and_fetches_again, a_file_that_cannot_be_had_fails_or_waits,
          a_dry_run_needs_no_url_and_says_what_it_did_not_check, large_files_cost_no_memory]

if __name__ == "__main__":
    sys.exit(run_checks(__doc__, CHECKS, passes))
