"""Tickets a second from JSON to SOAP by the reference mapping, beside jq, xsltproc, Bloblang and Camel.

mappings/ticket-to-case.yaml, but for the WS-Security header, which is the transport's: the bridge as the daemon does it
(mapping.c), the others by peers/, on the same tickets (tickets.py), one after the other on one core, in CPU time. First
each must make the same XML of every ticket. The others do what that takes: the look-up with its `*`, Yeh and Kaf, marks
that are dropped, the Jalali calendar, and nothing more of it. Only the bridge and Camel bring letters to NFC; only the
bridge unfolds presentation forms, takes any digits in dates, refuses repeated members and days that there are not, and
types and checks what the operation takes.
"""

import csv
import json
import os
import re
import shutil
import statistics
from xml.etree.ElementTree import canonicalize
from xml.sax.saxutils import escape

import peers
import tickets
from rig import ROOT, median, show

SIZES = {"1 kB": (1_000, 2_000), "10 kB": (10_000, 400)}
RUNS = 3
ROUNDS_BYTES = 80_000_000
STEPS = ("parse", "rules", "write", "all")
END = "</soap:Envelope>"


def as_xml(name, value):
    if isinstance(value, list):
        return "".join(as_xml(name, entry) for entry in value)
    inside = "".join(as_xml(*member) for member in value.items()) if isinstance(value, dict) else escape(str(value))
    return f"<{name}>{inside}</{name}>"


class Corpus:
    """Tickets in a folder, as JSON, one a line, and as XML, one a file; and the look-up table as the others want it."""

    def __init__(self, folder, size, count):
        self.folder, self.count = folder, count
        self.json, self.departments = folder / "tickets.json", folder / "departments.json"
        every = tickets.make_all(count, size)
        text = "".join(json.dumps(ticket, ensure_ascii=False) + "\n" for ticket in every)
        self.bytes = len(text.encode())
        self.json.write_text(text, encoding="utf-8")
        self.xml = [f"{number}.xml" for number in range(count)]
        for name, ticket in zip(self.xml, every):
            (folder / name).write_text(as_xml("ticket", ticket), encoding="utf-8")
        self._write_departments()

    def _write_departments(self):
        with open(ROOT / "mappings" / "lookups" / "departments.csv", encoding="utf-8", newline="") as table:
            rows = {f"{row['service']}/{row['district']}": row["position"] for row in csv.DictReader(table)}
        self.departments.write_text(json.dumps(rows), encoding="utf-8")
        (self.folder / "departments.xml").write_text("<departments>" + "".join(
            f'<department key="{key}" position="{position}"/>' for key, position in rows.items()) + "</departments>")


class Bridge:
    """mapping.c with the repository's mappings, GAM's without `auth`."""

    name = "the bridge"

    def __init__(self, rig):
        self._program = rig.build / "bench_mapping"
        self._mappings = rig.folder / "mappings"
        shutil.copytree(ROOT / "mappings", self._mappings)
        for name, pattern, by in (("gam", r"(?m)^auth: .*\n", ""), ("saja", r"(?m)^url: .*", "url: https://saja.example")):
            path = self._mappings / "systems" / f"{name}.yaml"
            path.write_text(re.sub(pattern, by, path.read_text(encoding="utf-8")), encoding="utf-8")

    def envelopes(self, corpus):
        return peers.output_of([self._program, self._mappings, corpus.json])

    def steps_us(self, corpus):
        printed = peers.output_of([self._program, self._mappings, corpus.json, ROUNDS_BYTES // corpus.bytes])
        taken = dict(line.split() for line in printed.splitlines())
        return [float(taken[step]) for step in STEPS]


def canonical(envelopes):
    return [canonicalize(one.strip() + END) for one in envelopes.split(END)[:-1]]


def count_same(tool, corpus, expected):
    """How many of its envelopes are what the bridge makes of the same ticket."""
    made = canonical(tool.envelopes(corpus))
    return sum(one == other for one, other in zip(made, expected)) if len(made) == len(expected) else 0


def run_size(rig, bridge, name, size, count):
    """Shows one table; the bridge's steps."""
    corpus = Corpus(rig.make_folder(name.replace(" ", "")), size, count)
    expected = canonical(bridge.envelopes(corpus))
    same = {tool.name: count_same(tool, corpus, expected) for tool in peers.ALL}
    runs, steps = {tool.name: [] for tool in peers.ALL}, []
    for _ in range(RUNS):
        steps.append(bridge.steps_us(corpus))
        for tool in peers.ALL:
            runs[tool.name].append(tool.speed(corpus))
    steps = median(steps)
    ours = 1e6 / steps[-1]
    rows = [["the bridge", f"{ours:,.0f}", "", f"{len(expected)}", ">= 100,000" if name == "1 kB" else ""]]
    for tool, speeds in runs.items():
        theirs = statistics.median(speeds)
        rows.append([tool, f"{theirs:,.0f}", f"{ours / theirs:.1f}", f"{same[tool]}", "> 1.0"])
    show(f"mapping: tickets of {name} to SOAP, on one core; medians of {RUNS}",
         ["", "tickets/s", "bridge is x", "same XML", "aim"], rows)
    return steps


def run(rig):
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(cores)})
    try:
        bridge = Bridge(rig)
        steps = {name: run_size(rig, bridge, name, *size) for name, size in SIZES.items()}
    finally:
        os.sched_setaffinity(0, cores)
    show("mapping: CPU us of the bridge a ticket", ["", *STEPS],
         [[name, *(f"{us:.2f}" for us in taken)] for name, taken in steps.items()])
