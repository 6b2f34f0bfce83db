"""A case: a small folder of mapping files, and what `sgbridge check` must say of it.

A case is a map, written in tests/docs/rows. What it checks is one of

    rule: RULE, given: TREE       the one rule of a mapping, and the record it reads
    mapping: TEXT                 a mapping after its first three lines
    whole: TEXT                   a mapping with all its lines
    system: TEXT                  a system file after its first three lines

and what comes of it is one of

    gives: VALUE, fails: WHY, skips: WHY     of `rule`, as in a mapping's test
    refused: MESSAGE, at: TEXT               an error that stands where TEXT first stands in the file
    warned: MESSAGE, at: TEXT                a warning there, and nothing worse
    (nothing)                                all is well, and its tests pass

Look-up tables stand in `lookups: {NAME: TEXT}`; `also: TEXT` is the system file beside a `mapping`.
"""
import json
import os
import pathlib
import subprocess
import tempfile

BRIDGE = os.environ.get("SGBRIDGE", str(pathlib.Path(__file__).resolve().parents[2] / "build/dev/sgbridge"))
SYSTEM_HEAD = {"system": "system: s", "url": "url: https://s.example/api", "format": "format: json"}
RECORDS = "records: {thing: {id: /id, key: /id, read: {request: {get: '/things/{/id}'}, items: ''}}}\n"
OPERATIONS = """operations:
  put: {request: {post: /things}, once: idempotent, link: ignores, input: {/x: {type: any}, /y: {}, /p: {public: true}}}
"""
MAPPING_HEAD = "mapping: m\nfrom: s.thing\nto: s.put\n"
TEST = '  - {"name": "t", '


def system_text(body):
    """A system file: the lines of the head that it does not write itself, and all it needs to be one."""
    keys = [line.split(":")[0] for line in body.splitlines()]
    head = "".join(f"{line}\n" for key, line in SYSTEM_HEAD.items() if key not in keys)
    if "records" not in keys and "operations" not in keys:
        body += OPERATIONS
    return head + body


def rule_text(case):
    ends = {"gives": lambda value: {"expect": {"x": value} if value is not None else {}},
            "fails": lambda why: {"fails": {"at": "/x", "why": why}},
            "skips": lambda why: {"skips": why}}
    test = {key: case[key] for key in ("given", "link", "event") if key in case}
    test.setdefault("given", {"a": "1"})
    for key, end in ends.items():
        if key in case:
            test.update(end(case[key]))
    if not set(ends) & set(case):
        test["expect"] = {"x": "?"}
    return (f"{MAPPING_HEAD}set: {{/x: {json.dumps(case['rule'], ensure_ascii=False)}}}\n"
            f"tests: [{json.dumps({'name': 't', **test}, ensure_ascii=False)}]\n")


def files(case):
    """{path: text} of a case's folder, and which of them it is about."""
    if "system" in case:
        return {"systems/s.yaml": system_text(case["system"])}, "systems/s.yaml"
    text = case["whole"] if "whole" in case else rule_text(case) if "rule" in case else MAPPING_HEAD + case["mapping"]
    system = system_text(case["also"]) if "also" in case else system_text(RECORDS + OPERATIONS)
    return {"systems/s.yaml": system, "m.yaml": text}, "m.yaml"


def place(text, at):
    """LINE:COLUMN, in bytes, of where `at` first stands, as itself or as JSON writes it."""
    quoted = text.find(json.dumps(at, ensure_ascii=False)) if isinstance(at, str) else -1
    start = quoted if quoted >= 0 else text.index(str(at))
    before = text[:start]
    return f"{before.count(chr(10)) + 1}:{len(before[before.rfind(chr(10)) + 1:].encode()) + 1}"


def check(folder_files):
    """What `sgbridge check` says of such a folder, line by line, and its exit code."""
    with tempfile.TemporaryDirectory() as folder:
        for path, text in folder_files.items():
            file = pathlib.Path(folder, "mappings", path)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(text if isinstance(text, bytes) else text.encode())
        done = subprocess.run([BRIDGE, "check", "mappings"], cwd=folder, text=True, timeout=60,
                              env={"PATH": "/usr/bin:/bin"}, capture_output=True)
        return (done.stdout + done.stderr).splitlines(), done.returncode


def problem(case):
    """What is wrong with a case: a text, or None when it comes out as it says."""
    written, subject = files(case)
    written.update({f"lookups/{name}.csv": text for name, text in case.get("lookups", {}).items()})
    lines, code = check(written)
    shown = "\n    ".join(lines)
    for word, mark in (("refused", ""), ("warned", "warning: ")):
        if word not in case:
            continue
        at = place(written[subject], case["at"])
        expected = f"mappings/{subject}:{at}: {mark}{case[word]}"
        if expected not in lines or code != (1 if word == "refused" else 0):
            return f"expected  {expected}\n    {shown}"
        return None
    errors = [line for line in lines[:-1] if ": warning: " not in line]
    if code != 0 or errors:
        return f"all should be well\n    {shown}"
    has_tests = "tests:" in written[subject]
    return f"no test ran\n    {shown}" if has_tests and lines[-1].endswith(", 0 tests passed") else None
