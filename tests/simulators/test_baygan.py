"""BAYGAN holds to its manual: every line of baygan.md that a client may count on."""

import http.client
import unittest
import xml.etree.ElementTree as ElementTree

import baygan
import client

LETTER = {"ref": "demo-1405-88001.1", "desk": "ARC", "subject": "بايگاني", "text": "پرونده‌ي 12", "day": "1405/04/10",
          "hour": "08:05"}


class BayganTest(unittest.TestCase):
    def setUp(self):
        self.server, self.admins = baygan.start(seed=4)
        self.admin = client.Admin(self.admins.port)
        self.wire = client.Wire(self.server.port)
        self.session = self.login().find("Session").text

    def tearDown(self):
        self.wire.close()
        self.server.down()
        self.admins.down()

    def asked(self, path, form=None, **query):
        """The root of the answer, whose bytes must be what its declaration says."""
        status, headers, body = self.wire.baygan(path, form, **query)
        self.assertEqual((status, headers["Content-Type"]), (200, "text/xml; charset=windows-1256"))
        return ElementTree.fromstring(body)

    def login(self, password="baygan-password"):
        return self.asked("/login", {"user": "bridge", "password": password})

    def get(self, path, **query):
        return self.asked(path, session=self.session, **query)

    def post(self, path, **form):
        return self.asked(path, {"session": self.session} | form)

    def register(self, **wanted):
        return self.post("/register", **(LETTER | wanted))

    def number(self, **wanted):
        return self.register(**wanted).find("Number").text

    def code(self, root):
        return root.find("Error").get("code")

    def rows(self, first=1, last=100, day="1405/01/01"):
        return self.get("/answers", fromDay=day, firstRow=first, lastRow=last).findall("Row")

    def whats(self):
        return [entry["what"] for entry in self.admin.ledger()]

    # What BAYGAN does.

    def test_a_letter_has_a_number_of_the_jalali_year_and_is_found_by_its_reference(self):
        self.assertEqual(list(self.get("/find", ref="demo-1405-88001.1")), [])
        number = self.number()
        self.assertRegex(number, r"^14\d\d-00001$")
        self.assertEqual(self.get("/find", ref="demo-1405-88001.1").find("Letter").attrib,
                         {"number": number, "ref": "demo-1405-88001.1", "state": "open"})
        self.assertEqual(self.get("/letter", number=number).find("Letter").get("state"), "open")
        self.assertEqual(self.code(self.get("/letter", number="1405-99999")), "44")

    def test_forms_are_read_in_windows_1256(self):
        self.number(subject="شيب كوچه")
        self.assertEqual(self.admin.ledger()[0]["subject"], "شيب كوچه")
        body = f"session={self.session}&ref=%D8%B4%81%FF%"
        self.assertIn(b'code="41"', self.wire.ask("POST", "/register", body)[2])

    def test_a_reference_is_registered_once(self):
        self.number()
        self.assertEqual(self.code(self.register(text="ديگر")), "31")
        self.assertEqual(self.whats(), ["letter", "letter_repeat"])

    def test_what_is_missing_or_wrong_is_named(self):
        rows = (("subject", " ", "41"), ("ref", "x" * 31, "41"), ("desk", "ZZZ", "42"), ("day", "1404/12/30", "41"),
                ("hour", "24:00", "41"), ("text", "x" * 4001, "41"))
        for name, value, code in rows:
            answer = self.register(**{name: value})
            self.assertEqual(self.code(answer), code)
            self.assertIn(name, answer.find("Error").text)
        self.assertEqual(self.whats(), [])

    def test_a_letter_is_withdrawn_once_and_not_after_its_answer(self):
        first, second = self.number(), self.number(ref="demo-1405-88002.1")
        self.assertEqual(list(self.post("/withdraw", number=first, reason="لغو")), [])
        self.assertEqual(self.code(self.post("/withdraw", number=first, reason="لغو")), "32")
        self.admin.post("answer", letter=second)
        self.assertEqual(self.code(self.post("/withdraw", number=second, reason="لغو")), "45")
        self.assertEqual(self.whats(), ["letter", "letter", "withdrawn", "withdrawn_repeat", "answer", "refused"])

    def test_answers_are_read_by_rows_and_no_more_than_twenty(self):
        letter = self.number()
        self.assertEqual(self.rows(), [])
        for place in range(45):
            self.admin.post("answer", letter=letter, final=place == 44)
        self.assertEqual([row.get("no") for row in self.rows()], [str(no) for no in range(1, 21)])
        self.assertEqual([row.get("no") for row in self.rows(41, 60)], ["41", "42", "43", "44", "45"])
        self.assertEqual((self.rows(46, 65), self.rows(day="1499/01/01")), ([], []))
        partial, final = self.rows(44, 45)
        self.assertEqual((partial.get("kind"), partial.find("Result")), ("partial", None))
        self.assertEqual((final.get("kind"), final.find("Result").text), ("final", "انجام شد"))
        self.assertEqual(self.code(self.get("/answers", fromDay="1405/13/01", firstRow=1, lastRow=2)), "41")
        self.assertEqual(self.code(self.get("/answers", fromDay="1405/01/01", firstRow=0, lastRow=2)), "41")

    def test_a_session_is_needed_and_ends(self):
        self.assertEqual(self.code(self.asked("/find", ref="x")), "11")
        self.assertEqual(self.code(self.asked("/register", LETTER)), "11")
        self.assertEqual(self.code(self.login("wrong")), "12")
        self.admin.post("clock", skew_ms=10 * 60 * 1000)
        self.assertEqual(self.code(self.get("/find", ref="x")), "11")
        self.admin.post("clock", skew_ms=0)
        self.assertEqual(list(self.get("/find", ref="x")), [])
        for _ in range(8):
            self.login()
        self.assertEqual(self.code(self.get("/find", ref="x")), "11")
        self.assertEqual(self.admin.get("sessions"), {"logins": 9})

    def test_desks_answer_by_themselves(self):
        for number in range(88001, 88013):
            self.number(ref=f"demo-1405-{number}.1")
        self.admin.post("departments", range_ms=[0, 1])
        self.assertTrue(client.until(lambda: [e for e in self.admin.ledger() if e["what"] == "answer" and e["final"]]))

    # What faults do.

    def test_errors_stand_inside_a_200_and_nothing_is_done(self):
        for kind, code in (("error_in_200", "21"), ("too_many", "22"), ("refused", "42"), ("bad_key", "12")):
            self.admin.post("faults", **{kind: {"count": 1}})
            self.assertEqual(self.code(self.register()), code)
        self.admin.post("faults", unavailable={"count": 1})
        self.assertEqual(self.wire.baygan("/find", session=self.session)[0], 503)
        self.assertEqual(self.whats(), [])

    def test_an_expired_session_is_gone_for_good(self):
        self.admin.post("faults", expired={"count": 1})
        self.assertEqual([self.code(self.register()) for _ in range(2)], ["11", "11"])
        self.session = self.login().find("Session").text
        self.number()

    def test_a_drop_before_the_work_leaves_no_trace_and_one_after_it_does(self):
        for kind, done in (("drop_before", 0), ("drop_after", 1)):
            self.admin.post("faults", **{kind: {"count": 1}})
            with self.assertRaises((http.client.RemoteDisconnected, ConnectionResetError)):
                self.register()
            self.assertEqual(self.whats().count("letter"), done)

    def test_a_lagging_search_shows_a_letter_later(self):
        self.admin.post("faults", lag={"count": 1, "ms": 200})
        self.number()
        self.assertEqual(list(self.get("/find", ref=LETTER["ref"])), [])
        self.assertTrue(client.until(lambda: len(self.get("/find", ref=LETTER["ref"])) == 1))

    def test_rows_come_twice_and_with_new_elements(self):
        letter = self.number()
        self.admin.post("answer", letter=letter)
        self.admin.post("faults", duplicate={"count": 1}, new_field={"count": 1})
        self.assertEqual([(row.get("no"), row.find("Channel").text) for row in self.rows()], [("1", "web")] * 2)


if __name__ == "__main__":
    unittest.main()
