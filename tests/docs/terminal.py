"""A terminal on which the tutorial is typed: one shell, in a world of two simulators and a bridge."""
import os
import re
import subprocess
import time

PATIENCE_S = 30
END = "\x01end\x01"
LOOKS = re.compile(r"sgbridge (trace|failed)|curl -s \$GAM/ledger")  # changes nothing, and may be typed again


def commands(text):
    """[(command, expected output)] of a console block."""
    typed = re.split(r"^\$ ", text, flags=re.M)[1:]
    return [tuple(part.split("\n", 1)) for part in typed]


def pattern(expected, exact):
    """`…` stands for anything, and alone on a line for any lines; numbers may be others, if not `exact`."""
    parts = re.split(r"(^…\n|…|\d+)", expected, flags=re.M)
    return "".join(r"(?:.*\n)*" if part == "…\n" else ".*" if part == "…" else r"\d+" if part.isdigit() and not exact else
                   re.escape(part) for part in parts)


class Terminal:
    def __init__(self, world):
        bridge = world.bridge
        environment = os.environ | {
            "PATH": f"{bridge.binary.parent}:{os.environ['PATH']}", "SGBRIDGE_CONFIG": str(bridge.config),
            "SAJA": f"http://127.0.0.1:{world.saja_simulator.admin_port}/admin",
            "GAM": f"http://127.0.0.1:{world.gam_simulator.admin_port}/admin"}
        self._shell = subprocess.Popen(["bash"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment,
                                       stderr=subprocess.STDOUT, text=True)

    def type(self, command):
        """What the command prints."""
        self._shell.stdin.write(f"{command}\nprintf '{END}'\n")
        self._shell.stdin.flush()
        printed = ""
        while not printed.endswith(END):
            byte = self._shell.stdout.read(1)
            if not byte:
                raise AssertionError(f"the shell ended at: {command}\n{printed}")
            printed += byte
        return printed[:-len(END)]

    def try_command(self, command, expected):
        """None when it prints what the page shows, else both; what only looks is given some time."""
        exact = command.startswith("sgbridge check")
        shown = pattern(expected.rstrip("\n") + "\n" if expected.strip() else "", exact)
        until = time.monotonic() + (PATIENCE_S if LOOKS.search(command) else 0)
        while True:
            printed = self.type(command)
            if re.fullmatch(shown, printed):
                return None
            if time.monotonic() > until:
                return f"$ {command}\nshown:\n{expected}\nprinted:\n{printed}"
            time.sleep(0.2)

    def close(self):
        self._shell.stdin.close()
        self._shell.stdout.close()
        self._shell.wait()
