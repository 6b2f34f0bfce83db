#!/usr/bin/env python3
"""The JSON Schemas under mappings/schema hold for every mapping and system file we ship."""
import json
import pathlib
import sys

import jsonschema
import yaml

ROOT = pathlib.Path(__file__).resolve().parent.parent / "mappings"
CALLS = ROOT.parent / "tests/e2e/calls/calls.yaml"
OFFICE = ROOT.parent / "tests/examples/office-automation"


class CoreLoader(yaml.SafeLoader):
    """YAML 1.2's core schema: dates, `yes` and `no` are text."""


CoreLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers
            if tag not in ("tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:bool")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()}
CoreLoader.add_implicit_resolver(
    "tag:yaml.org,2002:bool", __import__("re").compile("^(?:true|false)$"), list("tf"))


def findings(schema_name, files):
    schema = json.loads((ROOT / "schema" / schema_name).read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    for file in files:
        document = yaml.load(file.read_text(), CoreLoader)
        for error in validator.iter_errors(document):
            yield f"{file.relative_to(ROOT.parent)}: {error.json_path}: {error.message}"


def main():
    found = [*findings("mapping.schema.json", sorted(ROOT.glob("*.yaml"))),
             *findings("system.schema.json", sorted(ROOT.glob("systems/*.yaml"))),
             *findings("mapping.schema.json", sorted(OFFICE.glob("*.yaml"))),
             *findings("system.schema.json", [CALLS, *sorted(OFFICE.glob("systems/*.yaml"))])]
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
