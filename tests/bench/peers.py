"""Other tools that make GAM's SOAP envelopes of SAJA's tickets, in peers/; ./dev bench builds what has to be built.

Each takes all tickets in one process: envelopes() gives what it makes of them, speed() how many of them it makes a second
of one core's time. jq and xsltproc are counted with their start; Bloblang and Camel, which hold the tickets in memory,
after they are warm, with their collectors and compilers.
"""

import resource
import subprocess
from pathlib import Path

HERE = Path(__file__).resolve().parent / "peers"
BUILT = HERE.parents[2] / "build" / "bench"


def output_of(command, folder=None):
    return subprocess.run(list(map(str, command)), cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          check=True, text=True, encoding="utf-8").stdout


def children_s():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


class Whole:
    """A tool that takes files and ends: the time of the whole process counts."""

    def speed(self, corpus):
        times = self.bytes_measured // corpus.bytes + 1
        begin = children_s()
        subprocess.run(list(map(str, self.command(corpus, times))), cwd=corpus.folder, stdin=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL, check=True)
        return corpus.count * times / (children_s() - begin)

    def envelopes(self, corpus):
        return output_of(self.command(corpus, 1), corpus.folder)


class Jq(Whole):
    name = "jq"
    bytes_measured = 8_000_000

    def command(self, corpus, times):
        return ["jq", "-r", "--slurpfile", "departments", corpus.departments, "-f", HERE / "ticket.jq",
                *[corpus.json] * times]


class Xsltproc(Whole):
    """Of the same tickets as XML, for it reads no JSON."""

    name = "xsltproc"
    bytes_measured = 8_000_000

    def command(self, corpus, times):
        return ["xsltproc", "--path", corpus.folder, HERE / "ticket.xsl", *corpus.xml * times]


class Warmed:
    """A tool whose own loop is measured after it took some."""

    def speed(self, corpus):
        measured = self.bytes_measured // corpus.bytes * corpus.count
        return float(output_of([*self.command(corpus), self.warm, measured]))

    def envelopes(self, corpus):
        return output_of(self.command(corpus))


class Bloblang(Warmed):
    name = "Bloblang"
    warm = 5_000
    bytes_measured = 60_000_000

    def command(self, corpus):
        return [BUILT / "bloblang", HERE / "bloblang" / "ticket.blobl", corpus.departments, corpus.json]


class Camel(Warmed):
    name = "Apache Camel"
    warm = 140_000
    bytes_measured = 150_000_000

    def command(self, corpus):
        return ["java", "-XX:+UseSerialGC", "-cp", f"{BUILT}/camel/classes:{BUILT}/camel/jars/*", "Tickets",
                corpus.departments, corpus.json]


ALL = [Jq(), Xsltproc(), Bloblang(), Camel()]
