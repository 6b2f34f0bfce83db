"""A small file system of its own, to be filled to the last byte: a tmpfs, so only root can make one."""

import os
import subprocess
import tempfile
from pathlib import Path

_BLOCK = b"\0" * 65536


def may_mount():
    """Whether this user can have a SmallDisk; root in a container often cannot."""
    try:
        SmallDisk(1).remove()
    except subprocess.CalledProcessError:
        return False
    return True


class SmallDisk:
    def __init__(self, megabytes=48):
        self.folder = Path(tempfile.mkdtemp(prefix="sgbridge-disk-"))
        self._filler = self.folder / "filler"
        try:
            subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "sgbridge", self.folder], check=True,
                           capture_output=True)
        except subprocess.CalledProcessError:
            self.folder.rmdir()
            raise

    def fill(self, leave_kb=0):
        """Takes all the room but `leave_kb`, whoever writes at the same time."""
        with open(self._filler, "ab", buffering=0) as file:
            while (room := self._free_bytes() - leave_kb * 1024) > 0:
                try:
                    file.write(_BLOCK[:room])
                except OSError:
                    break  # full, as it should be

    def _free_bytes(self):
        told = os.statvfs(self.folder)
        return told.f_bavail * told.f_frsize

    def free(self):
        self._filler.unlink()

    def remove(self):
        subprocess.run(["umount", self.folder], check=True)
        self.folder.rmdir()
