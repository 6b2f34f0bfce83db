"""A small file system of its own, to be filled to the last byte: a tmpfs, so only root can make one."""

import subprocess
import tempfile
from pathlib import Path

_BLOCK = b"\0" * 65536


class SmallDisk:
    def __init__(self, megabytes=48):
        self.folder = Path(tempfile.mkdtemp(prefix="sgbridge-disk-"))
        self._filler = self.folder / "filler"
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "sgbridge", self.folder], check=True)

    def fill(self):
        """Takes all the room that is left."""
        for step in (len(_BLOCK), 512):
            try:
                with open(self._filler, "ab", buffering=0) as file:
                    while file.write(_BLOCK[:step]):
                        pass
            except OSError:
                pass  # full, as it should be

    def free(self):
        self._filler.unlink()

    def remove(self):
        subprocess.run(["umount", self.folder], check=True)
        self.folder.rmdir()
