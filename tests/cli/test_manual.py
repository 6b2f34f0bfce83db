"""The manual page and the README know the commands, options and exit codes of --help, and no others."""

import re
import shutil
import subprocess
import unittest

from asked import GENERAL, ROOT, ask, commands, options

PAGE = (ROOT / "docs/sgbridge.1").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMON = {"--config", "--json"}    # told once for all commands


def section(title):
    return PAGE.split(f".Sh {title}\n")[1].split("\n.Sh ")[0]


def synopsis():
    """Command by command, the options that stand in SYNOPSIS."""
    blocks = [block for block in section("SYNOPSIS").split(".Nm\n") if block.startswith(".Cm ")]
    told = {block.splitlines()[0].removeprefix(".Cm "): {f"-{flag}" for flag in re.findall(r"Fl (-\S+)", block)}
            for block in blocks}
    return {command: flags for command, flags in told.items() if command != "help"}


def items(text, macro):
    """The list items that begin with a macro: the words after it, and what is told of them."""
    found = re.split(rf"^\.It {macro} ?(.*)\n", text, flags=re.M)
    return dict(zip(found[1::2], found[2::2]))


class Manual(unittest.TestCase):
    def test_the_synopsis_has_each_command_with_its_options(self):
        self.assertEqual(synopsis(), {command: set(options(command)) - GENERAL for command in commands()})

    def test_each_command_and_each_of_its_options_is_told(self):
        told = items(section("COMMANDS"), "Cm")
        self.assertEqual(list(told), commands())
        for command, text in told.items():
            with self.subTest(command):
                own = set(options(command)) - GENERAL - COMMON
                self.assertEqual({f"-{flag}" for flag in re.findall(r"Fl (-\S+)", text)}, own)

    def test_what_commands_have_in_common_is_told_once(self):
        told = items(section("OPTIONS"), "Fl")
        self.assertEqual({f"-{words.split()[0]}" for words in told}, COMMON | GENERAL | {"--version"})

    @unittest.skipUnless(shutil.which("mandoc"), "mandoc is what lint installs")
    def test_a_mark_of_learn_is_shown_as_it_is_written(self):
        shown = subprocess.run(["mandoc", "-Tutf8", ROOT / "docs/sgbridge.1"], capture_output=True, text=True,
                               check=True).stdout
        self.assertIn("\u2018# ?\u2019:", re.sub(".\x08", "", shown))

    def test_each_exit_code_is_told(self):
        known = {int(code) for code in items(section("EXIT STATUS"), "").keys()}
        for command in commands():
            with self.subTest(command):
                line = re.search(r"^Exit codes: (.*)$", ask(*command.split(), "--help").stdout, re.M)
                codes = {int(code) for code in re.findall(r"(?:^|; )(\d+) ", line[1])} if line else set()
                self.assertTrue(codes <= known, codes - known)
        self.assertIn(ask("nosuch").returncode, known)

    def test_the_readme_lists_each_command(self):
        lines = re.findall(r"^    sgbridge (.*)$", README, re.M)
        listed = [next((c for c in commands() if line.startswith(f"{c} ")), line) for line in lines]
        self.assertEqual(sorted(listed), sorted(commands()))


if __name__ == "__main__":
    unittest.main()
