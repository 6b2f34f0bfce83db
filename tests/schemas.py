#!/usr/bin/env python3
"""The JSON Schemas under mappings/schema hold for every mapping and system file we ship."""
import json
import pathlib
import sys

import jsonschema

import core_yaml

ROOT = pathlib.Path(__file__).resolve().parent.parent / "mappings"
CALLS = ROOT.parent / "tests/e2e/calls/calls.yaml"


def findings(schema_name, files):
    schema = json.loads((ROOT / "schema" / schema_name).read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    for file in files:
        document = core_yaml.load(file.read_text())
        for error in validator.iter_errors(document):
            yield f"{file.relative_to(ROOT.parent)}: {error.json_path}: {error.message}"


def main():
    found = [*findings("mapping.schema.json", sorted(ROOT.glob("*.yaml"))),
             *findings("system.schema.json", sorted(ROOT.glob("systems/*.yaml"))),
             *findings("system.schema.json", [CALLS])]
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
