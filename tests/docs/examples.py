"""What schemas and editors are held against: all that we ship and show, and each case of the reference."""
import core_yaml

import cases
import pages
from pages import ROOT

FOLDERS = ("mappings", "examples", "tests/e2e/calls", "tests/e2e/hooks", "tests/e2e/letters")


def shipped():
    """(name, path, text) of all that must be taken as it is."""
    for folder in FOLDERS:
        for file in sorted((ROOT / folder).rglob("*.yaml")):
            text = file.read_text()
            place = "systems/" if text.startswith("system:") or "\nsystem:" in text else ""
            yield file.relative_to(ROOT), f"{place}{file.name}", text
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
