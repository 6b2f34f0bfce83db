"""The pages under docs/ as the tests see them: their tables, and what stands in fences."""
import collections
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.glob("*.md"))

Table = collections.namedtuple("Table", "name rows")  # rows: {what its first cell names: the line it stands on}
Fence = collections.namedtuple("Fence", "page line words text")  # words: what stands behind ```

NAMED = re.compile(r"^<!-- table: ([a-z-]+) -->$")
FENCE = re.compile(r"^```(.*)$")


def row_name(line):
    """What a row is about: the first `word` of its first cell, else the cell's text."""
    cell = line.strip().strip("|").split(" | ")[0].strip()
    code = re.match(r"`([^`]+)`", cell)
    return code.group(1) if code else cell.replace("`", "")


def tables(page):
    """Each table of a page; one without a name before it is called ""."""
    name, rows, found, is_fenced = "", None, [], False
    for number, line in enumerate(page.read_text().splitlines(), 1):
        is_fenced ^= bool(FENCE.match(line))
        if line.startswith("|") and not is_fenced:
            if rows is None:
                rows = []
                found.append((name, rows))
            rows.append((row_name(line), number))
        else:
            rows = None
            name = NAMED.match(line).group(1) if NAMED.match(line) else "" if line.strip() else name
    return [Table(name, dict(rows[2:])) for name, rows in found]  # without the head and the line under it


def fences(page):
    """Each fenced block of a page."""
    found, open_at, words, lines = [], 0, [], []
    for number, line in enumerate(page.read_text().splitlines(), 1):
        fence = FENCE.match(line)
        if not fence:
            lines.append(line)
        elif open_at:
            found.append(Fence(page, open_at, words, "\n".join(lines) + "\n"))
            open_at = 0
        else:
            open_at, words, lines = number, fence.group(1).split(), []
    return found
