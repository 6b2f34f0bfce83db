"""The tutorial, typed word by word into a world of two simulators and a bridge; the Persian one shows the same."""
import pathlib
import sys
import unittest

import pages

sys.path.insert(0, str(pages.ROOT / "tests/e2e"))

import cases  # noqa: E402
import terminal  # noqa: E402
import world as worlds  # noqa: E402

ENGLISH, PERSIAN = pages.DOCS / "tutorial.md", pages.DOCS / "tutorial.fa.md"


def patched(text, diff):
    """The text after a diff: its lines that stay or go stand there once, one after another."""
    lines = diff.splitlines()
    before = "".join(f"{line[1:]}\n" for line in lines if line[0] in " -")
    after = "".join(f"{line[1:]}\n" for line in lines if line[0] in " +")
    if text.count(before) != 1:
        raise AssertionError(f"these lines should stand there once:\n{before}")
    return text.replace(before, after)


class Tutorial(unittest.TestCase):
    def test_what_it_says_happens(self):
        with worlds.World("demo", 1, pathlib.Path(cases.BRIDGE)) as world:
            world.bridge.start()
            typed = terminal.Terminal(world)
            self.addCleanup(typed.close)
            for fence in pages.fences(ENGLISH):
                with self.subTest(line=fence.line):
                    self.follow(fence, world.folder, typed)

    def follow(self, fence, folder, typed):
        """One step: an edit, or what is typed."""
        if fence.words[0] == "diff":
            file = folder / fence.words[1].removeprefix("edit=")
            file.write_text(patched(file.read_text(), fence.text))
        else:
            for command, expected in terminal.commands(fence.text):
                self.assertIsNone(typed.try_command(command, expected))

    def test_the_persian_one_shows_the_same(self):
        self.assertEqual([fence.words + [fence.text] for fence in pages.fences(ENGLISH)],
                         [fence.words + [fence.text] for fence in pages.fences(PERSIAN)])


if __name__ == "__main__":
    unittest.main()
