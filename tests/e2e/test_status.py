"""What watches the bridge from outside asks `status --quiet`, and reads nothing but its exit code."""

import unittest

import paths
from world import World, wait_for

ALARM_S = 15
OK, ALARM, UNABLE = 0, 2, 69


class Status(unittest.TestCase):
    def test_quiet_prints_nothing_and_ends_as_status_does_while_it_runs(self):
        with World("status", 1, paths.SGBRIDGE) as world:
            self.assertEqual(world.bridge.command("status", "--quiet").returncode, UNABLE)    # no journal yet
            world.bridge.start()
            self.assert_quiet(world, OK)
            world.saja.post("faults", malformed={"on": ["requests"]})
            wait_for(lambda: world.bridge.command("status").returncode == ALARM, ALARM_S, "no alarm")
            self.assert_quiet(world, ALARM)

    def test_quiet_is_an_alarm_when_the_daemon_does_not_run(self):
        with World("status", 1, paths.SGBRIDGE) as world:
            world.bridge.start()
            for end in (world.bridge.stop, world.bridge.kill):
                self.assert_quiet(world, OK)
                end()
                self.assert_quiet(world, ALARM)
                said = world.bridge.command("status")
                self.assertEqual(said.returncode, OK)
                self.assertRegex(said.stdout, "(?m)not running$")
                world.bridge.start()

    def assert_quiet(self, world, code):
        said = world.bridge.command("status", "--quiet")
        self.assertEqual((said.returncode, said.stdout, said.stderr), (code, "", ""))


if __name__ == "__main__":
    unittest.main()
