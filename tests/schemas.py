#!/usr/bin/env python3
"""The JSON Schemas under mappings/schema hold for every mapping and system file we ship."""
import json
import pathlib
import re
import sys

import jsonschema
import yaml

ROOT = pathlib.Path(__file__).resolve().parent.parent / "mappings"
# Other folders of mapping files, whole or in parts.
OTHERS = [ROOT.parent / name for name in ("examples/letter-registry", "tests/examples/office-automation",
                                          "tests/e2e/letters", "tests/e2e/calls", "tests/e2e/hooks")]


class CoreLoader(yaml.SafeLoader):
    """YAML 1.2's core schema: dates, `yes` and `no` are text."""


CoreLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers
            if tag not in ("tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:bool")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()}
CoreLoader.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile("^(?:true|false)$"), list("tf"))


def findings(schema_name, files):
    schema = json.loads((ROOT / "schema" / schema_name).read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    for file in files:
        document = yaml.load(file.read_text(), CoreLoader)
        for error in validator.iter_errors(document):
            yield f"{file.relative_to(ROOT.parent)}: {error.json_path}: {error.message}"


def main():
    files = [file for folder in (ROOT, *OTHERS) for file in sorted(folder.glob("**/*.yaml"))]
    mappings = [file for file in files if re.search(r"^mapping: ", file.read_text(), re.M)]
    found = [*findings("mapping.schema.json", mappings),
             *findings("system.schema.json", [file for file in files if file not in mappings])]
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
