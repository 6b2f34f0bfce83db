#!/usr/bin/env python3
"""./dev kafka: an Apache Kafka on this machine to try the bridge with; Ctrl-C ends it and its data."""

import argparse
import signal
import tempfile

from broker import Cluster


def told(cluster, count):
    """How to reach it, in the words of the programs that will."""
    return f"""Kafka serves at {cluster.bootstrap}

  # in sgbridge.yaml
  journal: {{kafka: {{brokers: "{cluster.bootstrap}", prefix: mashhad, replication: {min(count, 3)}}}}}

  # what is there; then all that was captured from SAJA, as it comes
  kcat -b {cluster.bootstrap} -L
  kcat -b {cluster.bootstrap} -C -t mashhad.saja -o beginning

Ctrl-C ends it; nothing is kept."""


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--brokers", type=int, choices=range(1, 6), default=1, metavar="N",
                        help="1 to 5; 3 bear the loss of one")
    count = parser.parse_args().brokers
    signal.signal(signal.SIGTERM, signal.default_int_handler)    # both ends of it leave nothing behind
    try:
        with tempfile.TemporaryDirectory(prefix="sgbridge-kafka-") as folder, Cluster(folder, count) as cluster:
            print(told(cluster, count), flush=True)
            signal.pause()
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
