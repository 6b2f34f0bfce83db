"""sgbridge asked as a person would, and what its --help says, taken apart."""

import os
import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SGBRIDGE = Path(os.environ.get("SGBRIDGE", ROOT / "build/dev/sgbridge")).resolve()
GENERAL = {"--help"}    # an option of every command, which pages and tables need not repeat
_COMMAND = re.compile(r"^.{8}  ((?:[a-z-]+ )+) *\S", re.M)
_OPTION = re.compile(r"^  (--[a-z-]+)(?: (\S+))?  ", re.M)


def ask(*words, given=""):
    """One call of sgbridge, in an environment that names no settings, with `given` to read."""
    environment = {name: value for name, value in os.environ.items() if name != "SGBRIDGE_CONFIG"}
    return subprocess.run([SGBRIDGE, *words], input=given, capture_output=True, text=True, check=False,
                          env=environment)


def commands():
    """The names of all commands, as `sgbridge --help` lists them."""
    return [name.strip() for name in _COMMAND.findall(ask("--help").stdout)]


def options(command):
    """The options of a command, as its --help lists them: what stands for the value, or ''."""
    return dict(_OPTION.findall(ask(*command.split(), "--help").stdout))
