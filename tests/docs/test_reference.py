"""Every row of every table in docs/reference.md is tried, and tables of words name what the program knows."""
import json
import re
import sys
import unittest

import pages

sys.path.insert(0, str(pages.ROOT / "tests"))

import cases  # noqa: E402
import core_yaml  # noqa: E402

ROWS = pages.ROOT / "tests/docs/rows"
REFERENCE = pages.DOCS / "reference.md"
NO_WORD = "zzzzzzzzzzzzzzzz"  # near to none, so that the program lists all there are
LISTED = re.compile(rf"`{NO_WORD}`.*?(?:one of|has) (.*)$")


def schema_words(path):
    """The words a schema knows at `FILE#/pointer`: of an enum, or the keys of an object."""
    file, _, pointer = path.partition("#")
    schema = json.loads((pages.ROOT / f"mappings/schema/{file}.schema.json").read_text())

    def at(pointer_text):
        node = schema
        for token in pointer_text.strip("/").split("/"):
            node = node[int(token)] if isinstance(node, list) else node[token] if token else node
        return node

    def words(node):
        found = set(node.get("enum", ())) | set(node.get("properties", ()))
        found |= {node["const"]} if isinstance(node.get("const"), str) else set()
        if "$ref" in node:
            found |= words(at(node["$ref"].lstrip("#")))
        for key in ("oneOf", "anyOf", "then", "else"):
            part = node.get(key, [])
            for inner in part if isinstance(part, list) else [part]:
                found |= words(inner)
        return found

    return words(at(pointer))


def program_words(case):
    """The words that the program says there are, in a file with one that there is not."""
    written, _ = cases.files(case)
    lines, _ = cases.check(written)
    for line in lines:
        listed = LISTED.search(line)
        if listed:
            return set(re.split(r", | and ", listed.group(1)))
    raise AssertionError("the program lists no words:\n    " + "\n    ".join(lines))


class Reference(unittest.TestCase):
    def setUp(self):
        self.tables = pages.tables(REFERENCE)

    def test_each_table_has_its_file_of_rows_and_each_row_its_cases(self):
        self.assertEqual(sorted(table.name for table in self.tables), sorted(f.stem for f in ROWS.glob("*.yaml")))
        for table in self.tables:
            tried = core_yaml.load((ROWS / f"{table.name}.yaml").read_text())["rows"]
            with self.subTest(table=table.name):
                self.assertEqual(sorted(table.rows), sorted(tried), "rows of the table, and rows that are tried")
                self.assertTrue(all(tried.values()), "a row without a case")

    def test_every_case_comes_out_as_it_says(self):
        named = [(f"{file.stem}: {row}", case) for file in sorted(ROWS.glob("*.yaml"))
                 for row, listed in core_yaml.load(file.read_text())["rows"].items() for case in listed]
        for case, wrong in cases.problems([case for _, case in named]):
            with self.subTest(row=[name for name, one in named if one is case], case=case):
                self.fail(f"\n{wrong}")

    def test_tables_of_words_name_what_the_program_and_the_schema_know(self):
        for table in self.tables:
            words = core_yaml.load((ROWS / f"{table.name}.yaml").read_text()).get("words")
            if words is None:
                continue
            beside = set(words.get("beside", ()))  # not a word of this place, or a row of another table
            with self.subTest(table=table.name, held_against="schema"):
                self.assertEqual(set(table.rows) - beside, schema_words(words["schema"]) - beside)
            with self.subTest(table=table.name, held_against="program"):
                self.assertEqual(set(table.rows) - beside, program_words(words["asked"]) - beside)


if __name__ == "__main__":
    unittest.main()
