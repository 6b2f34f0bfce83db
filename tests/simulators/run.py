"""How both simulators start and stop: the ports they chose, in a line and a file; SIGTERM ends them."""

import argparse
import json
import os
import signal
import threading


def arguments(what):
    parser = argparse.ArgumentParser(description=what)
    parser.add_argument("--port", type=int, default=0, help="0: a free one")
    parser.add_argument("--admin-port", type=int, default=0, help="0: a free one")
    parser.add_argument("--ports", metavar="FILE", help="where the ports are written, as JSON")
    parser.add_argument("--seed", type=int, default=1)
    return parser


def until_stopped(name, port, admin_port, ports_file):
    """Tells the ports and waits for SIGTERM or SIGINT."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    told = json.dumps({"port": port, "admin_port": admin_port})
    print(f"{name} listens: {told}", flush=True)
    if ports_file:
        with open(ports_file + ".new", "w", encoding="utf-8") as file:
            file.write(told)
        os.rename(ports_file + ".new", ports_file)
    stop.wait()
