"""YAML as the bridge reads it: version 1.2's core schema, in which dates, `yes` and `no` are text."""
import re

import yaml


class CoreLoader(yaml.SafeLoader):
    """PyYAML reads version 1.1; this takes from it what the core schema does not know."""


CoreLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers
            if tag not in ("tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:bool")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()}
CoreLoader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(?:true|false)$"), list("tf"))


def load(text):
    """The document as Python's values; raises yaml.YAMLError where it is none."""
    return yaml.load(text, CoreLoader)
