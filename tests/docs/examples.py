"""What schemas and editors are held against: all that we ship and show, and each case of the reference."""
import core_yaml

import cases
import pages
from pages import ROOT


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
