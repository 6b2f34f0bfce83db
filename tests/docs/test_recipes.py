"""Each section of docs/recipes.md is a folder of mapping files that passes `check`; so is each snippet elsewhere."""
import itertools
import re
import unittest

import cases
import pages

RECIPES = pages.DOCS / "recipes.md"
KNOWN = (["yaml", "system"], ["console", "live"])  # and those with a file to make or to edit


def sections(page):
    """[(title, its fences)] of a page."""
    titles = [(number, line[3:]) for number, line in enumerate(page.read_text().splitlines(), 1)
              if line.startswith("## ")]
    found = pages.fences(page)
    for (start, title), (end, _) in itertools.pairwise([*titles, (10**6, "")]):
        yield title, [fence for fence in found if start < fence.line < end]


class Recipes(unittest.TestCase):
    def test_each_recipe_passes_check_and_is_tested(self):
        for title, fences in sections(RECIPES):
            with self.subTest(recipe=title):
                lines, code = cases.check({fence.words[1].removeprefix("file="): fence.text for fence in fences})
                errors = [line for line in lines if "has no mapping" not in line][:-1]
                self.assertEqual((errors, code), ([], 0), "\n".join(lines))
                self.assertNotIn(", 0 tests passed", lines[-1])

    def test_each_way_of_paging_is_one(self):
        rows = [line for line in RECIPES.read_text().splitlines() if "`pages: " in line]
        self.assertTrue(rows)
        for row in rows:
            parts = re.findall(r"`((?:query|pages|cursor): [^`]*)`", row)
            query = "".join(f", {part}" for part in parts if part.startswith("query"))
            rest = "".join(f", {part}" for part in parts if not part.startswith("query"))
            poll = f"{{every: 1m, items: /l, request: {{get: /t{query}}}{rest}}}"
            with self.subTest(row=row):
                self.assertEqual(cases.problems([{"system": f"records: {{r: {{id: /id, key: /id, poll: {poll}}}}}\n"}]), [])

    def test_every_snippet_of_every_page_is_run_by_some_test(self):
        for fence in itertools.chain.from_iterable(map(pages.fences, pages.PAGES)):
            makes = len(fence.words) == 2 and fence.words[1].startswith(("file=", "edit="))
            with self.subTest(page=fence.page.name, line=fence.line):
                self.assertTrue(makes or fence.words in KNOWN, f"nobody runs a snippet of {fence.words}")

    def test_what_the_reference_shows_of_a_system_is_one(self):
        for fence in pages.fences(pages.DOCS / "reference.md"):
            with self.subTest(line=fence.line):
                self.assertEqual(cases.problems([{"system": fence.text}]), [])


if __name__ == "__main__":
    unittest.main()
