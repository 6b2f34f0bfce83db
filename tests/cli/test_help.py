"""--help fits a screen, and wrong words are told in one sentence that says what to type instead."""

import unittest

from asked import ask, commands, options

LINES, COLUMNS = 24, 80
OK, USAGE, UNABLE = 0, 64, 69
# What is typed, and what is said; then how to see help.
WRONG = (
    ("statu", "sgbridge: there is no command statu (did you mean status?)", ""),
    ("journal", "sgbridge: there is no command journal (did you mean journal copy?)", ""),
    ("help statu", "sgbridge: there is no command statu (did you mean status?)", ""),
    ("frobnicate", "sgbridge: there is no command frobnicate", ""),
    ("--config x status", "sgbridge: a command comes first, options follow it", ""),
    ("status --jsn", "sgbridge status: it has no option --jsn (did you mean --json?)", "status "),
    ("status --jsn=1", "sgbridge status: it has no option --jsn=1 (did you mean --json?)", "status "),
    ("status -x", "sgbridge status: it has no option -x", "status "),
    ("status --live", "sgbridge status: it has no option --live", "status "),
    ("status --json=3", "sgbridge status: --json takes no value", "status "),
    ("status --config", "sgbridge status: --config needs a value, FILE", "status "),
    ("status now", "sgbridge status: now is one word too many", "status "),
    ("run --json", "sgbridge run: it has no option --json", "run "),
    ("trace", "sgbridge trace: TICKET is missing", "trace "),
    ("trace 1405-1 1405-2", "sgbridge trace: 1405-2 is one word too many", "trace "),
    ("audit --sample 3", "sgbridge audit: --sample and --ticket go with --verify", "audit "),
    ("audit --verify --by day", "sgbridge audit: --verify goes with --sample or --ticket alone", "audit "),
    ("audit --verify --sample 0", "sgbridge audit: --sample is a number of tickets, 1 to 10000, not 0", "audit "),
    ("audit --verify --sample 9 --ticket 1405-1", "sgbridge audit: say one of --sample N and --ticket KEY", "audit "),
    ("journal copy", "sgbridge journal copy: --to kafka is missing", "journal copy "),
    ("journal copy --to kafak", "sgbridge journal copy: --to takes kafka, not kafak (did you mean kafka?)",
     "journal copy "),
)


class Help(unittest.TestCase):
    def assert_fits(self, text):
        lines = text.splitlines()
        self.assertLessEqual(len(lines), LINES, text)
        self.assertEqual([line for line in lines if len(line) > COLUMNS], [])

    def test_the_list_of_commands_fits_a_screen(self):
        said = ask("--help")
        self.assertEqual((said.returncode, said.stderr), (OK, ""))
        self.assert_fits(said.stdout)
        self.assertTrue(commands())
        self.assertEqual(ask("help").stdout, said.stdout)

    def test_without_a_word_the_list_is_told_as_a_mistake(self):
        said = ask()
        self.assertEqual((said.returncode, said.stdout, said.stderr), (USAGE, "", ask("--help").stdout))

    def test_the_help_of_each_command_fits_a_screen(self):
        for command in commands():
            with self.subTest(command):
                said = ask(*command.split(), "--help")
                self.assertEqual((said.returncode, said.stderr), (OK, ""))
                self.assert_fits(said.stdout)
                self.assertTrue(said.stdout.startswith(f"usage: sgbridge {command} "))
                self.assertIn("--help", options(command))
                self.assertEqual(ask("help", *command.split()).stdout, said.stdout)
                self.assertEqual(ask(*command.split(), "-h").stdout, said.stdout)

    def test_wrong_words_are_told_in_one_sentence(self):
        for words, said, command in WRONG:
            with self.subTest(words):
                answer = ask(*words.split())
                self.assertEqual((answer.returncode, answer.stdout, answer.stderr),
                                 (USAGE, "", f"{said}; see sgbridge {command}--help\n"))

    def test_options_may_stand_after_words_and_hold_their_value(self):
        for words in ("trace 1405-1 --config=/nowhere", "trace --config /nowhere 1405-1",
                      "trace --config /nowhere -- --json"):
            with self.subTest(words):
                said = ask(*words.split())
                self.assertEqual((said.returncode, said.stderr),
                                 (UNABLE, "/nowhere: cannot be read: No such file or directory\n"))

    def test_the_version_is_told(self):
        self.assertRegex(ask("--version").stdout, r"\Asgbridge \d+\.\d+\.\d+\n\Z")


if __name__ == "__main__":
    unittest.main()
