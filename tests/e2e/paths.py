"""Where things stand; importing this lets a driver import the simulators' modules and the broker's."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SIMULATORS = ROOT / "tests" / "simulators"
SGBRIDGE = Path(os.environ.get("SGBRIDGE", ROOT / "build" / "dev" / "sgbridge"))

sys.path += [str(SIMULATORS), str(ROOT / "tests" / "kafka")]
