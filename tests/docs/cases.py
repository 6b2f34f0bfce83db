"""A case: a small folder of mapping files, and what `sgbridge check` must say of it.

A case is a map, written in tests/docs/rows. What it checks is one of

    rule: RULE, given: TREE       the one rule of a mapping, and the record it reads
    mapping: TEXT                 a mapping after its first three lines
    whole: TEXT                   a mapping with all its lines
    system: TEXT                  a system file after its first three lines

and what comes of it is one of

    gives: VALUE, fails: WHY, skips: WHY     of `rule`, as in a mapping's test
    refused: MESSAGE, at: TEXT               an error that stands where TEXT first stands in the file; with
                                             `unseen: true` if no schema can see it (see tests/schemas.py)
    warned: MESSAGE, at: TEXT                a warning there, and nothing worse
    (nothing)                                all is well, and its tests pass

Look-up tables stand in `lookups: {NAME: TEXT}`; `also: TEXT` is the system file beside a `mapping`.
"""
import concurrent.futures
import json
import os
import pathlib
import re
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


def place(text, at, behind=0):
    """LINE:COLUMN, in bytes, of where `at` first stands, as itself or as JSON writes it, from `behind` on."""
    quoted = text.find(json.dumps(at, ensure_ascii=False), behind) if isinstance(at, str) else -1
    start = quoted if quoted >= 0 else text.index(str(at), behind)
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


def is_alone(case):
    """Whether a case needs a folder of its own, for it changes what others see or lets no test run."""
    return ("rule" not in case and "system" not in case or "lookups" in case or
            'test "' in case.get("refused", "") or "webhook" in str(case) or "system: " in case.get("system", ""))


def judge(case, path, text, lines):
    """What is wrong with what `check` said of a case's file, or None."""
    errors = [line for line in lines if ": warning: " not in line]
    shown = "\n    ".join(lines)
    if "refused" not in case and errors:
        return f"all should be well\n    {shown}"
    for word, mark in (("refused", ""), ("warned", "warning: ")):
        if word in case:
            expected = f"mappings/{path}:{place(text, case['at'])}: {mark}{case[word]}"
            return None if expected in lines else f"expected  {expected}\n    {shown}"
    return None


def try_together(listed):
    """[(case, what is wrong with it)] of cases in one folder; files are named by number."""
    written, paths = {}, []
    for number, case in enumerate(listed):
        made, path = files(case)
        if "rule" in case:
            written["systems/s.yaml"] = made["systems/s.yaml"]
            paths.append(f"m{number}.yaml")
            written[paths[-1]] = made[path].replace("mapping: m\n", f"mapping: m{number}\n", 1)
        else:
            paths.append(f"systems/s{number}.yaml")
            written[paths[-1]] = made[path].replace("system: s\n", f"system: s{number}\n", 1)
    lines, _ = check(written)
    return [(case, judge(case, path, written[path], [line for line in lines if line.startswith(f"mappings/{path}:")]))
            for case, path in zip(listed, paths)] + [(listed, none_ran(written, lines))]


def none_ran(written, lines):
    """What is wrong when all is well, and fewer tests ran than there are files with tests."""
    tests = sum("\ntests:" in text for text in written.values())
    ran = re.search(r" (\d+) tests passed$", lines[-1])
    return f"{lines[-1]}, of {tests} files with tests" if ran and int(ran.group(1)) < tests else None


def try_alone(case):
    """[(case, what is wrong with it)] in a folder of its own."""
    written, path = files(case)
    written.update({f"lookups/{name}.csv": text for name, text in case.get("lookups", {}).items()})
    lines, _ = check(written)
    return [(case, judge(case, path, written[path], [line for line in lines if line.startswith("mappings/")])),
            (case, none_ran(written, lines))]


def problems(listed):
    """[(case, what is wrong with it)] of those that do not come out as they say."""
    together = {}
    for case in listed:
        if not is_alone(case):
            together.setdefault(("rule" in case, "refused" in case), []).append(case)
    jobs = [(try_together, group) for group in together.values()]
    jobs += [(try_alone, case) for case in listed if is_alone(case)]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        tried = pool.map(lambda job: job[0](job[1]), jobs)
    return [(case, wrong) for results in tried for case, wrong in results if wrong]
