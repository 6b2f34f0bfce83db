#!/usr/bin/env python3
"""The JSON Schemas under mappings/schema take every mapping and system file we ship, and all that the pages under docs/
show; and they refuse each wrong file of tests/docs, but those marked as `unseen`, for no schema can see that."""
import json
import pathlib
import sys

import jsonschema

import core_yaml

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests/docs"))

import cases  # noqa: E402
import pages  # noqa: E402


def validator(kind):
    schema = json.loads((ROOT / f"mappings/schema/{kind}.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


VALIDATORS = {kind: validator(kind) for kind in ("mapping", "system")}


def errors(path, text):
    """What the schema for a file of that path says of the text."""
    kind = "system" if "systems/" in path else "mapping"
    return [f"{error.json_path}: {error.message}" for error in VALIDATORS[kind].iter_errors(core_yaml.load(text))]


def shipped():
    """(name, path, text) of all that must be taken as it is."""
    for file in [*sorted((ROOT / "mappings").glob("*.yaml")), *sorted((ROOT / "mappings/systems").glob("*.yaml"))]:
        yield file.relative_to(ROOT), str(file), file.read_text()
    calls = ROOT / "tests/e2e/calls/calls.yaml"
    yield calls.relative_to(ROOT), "systems/calls.yaml", calls.read_text()
    for page in pages.PAGES:
        for fence in pages.fences(page):
            if fence.words == ["yaml", "system"]:
                yield f"{page.name}:{fence.line}", "systems/s.yaml", cases.system_text(fence.text)
            elif fence.words[1].startswith("file="):
                yield f"{page.name}:{fence.line}", fence.words[1], fence.text


def rows():
    """(name, case) of each case of each row of the reference."""
    for file in sorted((ROOT / "tests/docs/rows").glob("*.yaml")):
        for row, listed in core_yaml.load(file.read_text())["rows"].items():
            for case in listed:
                yield f"{file.relative_to(ROOT)}, {row}", case


def findings():
    for name, path, text in shipped():
        yield from (f"{name}: {error}" for error in errors(path, text))
    for name, case in rows():
        written, subject = cases.files(case)
        found = errors(subject, written[subject])
        if "refused" not in case:
            yield from (f"{name}: {error}" for error in found)
        elif bool(found) == bool(case.get("unseen")):
            yield f"{name}: `{case['refused']}` is {'seen; it is marked as' if found else 'not seen by the schema, and not marked as'} unseen"


def main():
    found = list(findings())
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
