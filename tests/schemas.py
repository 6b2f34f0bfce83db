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
import examples  # noqa: E402


def validator(kind):
    schema = json.loads((ROOT / f"mappings/schema/{kind}.schema.json").read_text())
    jsonschema.Draft7Validator.check_schema(schema)
    return jsonschema.Draft7Validator(schema)


VALIDATORS = {kind: validator(kind) for kind in ("mapping", "system")}


def errors(path, text):
    """What the schema for a file of that path says of the text."""
    kind = "system" if "systems/" in path else "mapping"
    return [f"{error.json_path}: {error.message}" for error in VALIDATORS[kind].iter_errors(core_yaml.load(text))]


def findings():
    for name, path, text in examples.shipped():
        yield from (f"{name}: {error}" for error in errors(path, text))
    for name, case in examples.rows():
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
