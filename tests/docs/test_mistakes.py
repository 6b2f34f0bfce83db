"""Each mistake of mistakes.yaml in the reference mappings gets its message, at its place."""
import pathlib
import sys
import unittest

import cases
import pages

sys.path.insert(0, str(pages.ROOT / "tests"))

import core_yaml  # noqa: E402

MAPPINGS = pages.ROOT / "mappings"


def made(mistake):
    """The file's text with the mistake in it."""
    text = (MAPPINGS / mistake["file"]).read_text()
    if "as" in mistake:
        return text
    if mistake["for"] not in text:
        raise AssertionError(f"{mistake['file']} has no {mistake['for']!r} any more")
    return text.replace(mistake["for"], mistake["write"], -1 if mistake.get("all") else 1)


class Mistakes(unittest.TestCase):
    def test_each_gets_its_message_at_its_place(self):
        right = {str(file.relative_to(MAPPINGS)): file.read_text() for ending in ("yaml", "csv")
                 for file in sorted(MAPPINGS.rglob(f"*.{ending}"))}
        listed = core_yaml.load(pathlib.Path(__file__).with_name("mistakes.yaml").read_text())
        for kind, mistakes in listed.items():
            for mistake in mistakes:
                with self.subTest(kind=kind, mistake=mistake):
                    text = made(mistake)
                    written = mistake.get("write", "")
                    file = text.encode(mistake["as"]) if "as" in mistake else text
                    at = cases.place(text, mistake.get("at", written), 0 if mistake.get("all") else text.index(written))
                    lines, code = cases.check(right | {mistake["file"]: file})
                    self.assertIn(f"mappings/{mistake['file']}:{at}: {mistake['says']}", lines)
                    self.assertEqual(code, 1)


if __name__ == "__main__":
    unittest.main()
