"""The reference GAM judges the bridge; this judges GAM, and the faults of the server that both share."""

import base64
import http.client
import json
import re
import time
import unittest
import xml.etree.ElementTree as ElementTree

import client
import gam
import soap

LETTER = ('<Letter><Sender Organization="137"/><Receiver Code="D2-CIVIL"/><LetterDateTime>{}</LetterDateTime>'
          '<Subject>لكه‌گيري</Subject><Priority Code="1"/><Text>چاله</Text>{}</Letter>')
CREATE = "<ClientReference>demo-1405-88001.1</ClientReference>" + LETTER.format("1405/04/10 08:00:00", "")
LOST = (http.client.RemoteDisconnected, ConnectionResetError)


class GamTest(unittest.TestCase):
    def setUp(self):
        self.server, self.admins = gam.start(seed=4)
        self.admin = client.Admin(self.admins.port)
        self.wire = client.Wire(self.server.port)

    def tearDown(self):
        self.wire.close()
        self.server.down()
        self.admins.down()

    def create(self, reference="demo-1405-88001.1", at="1405/04/10 08:00:00", files=""):
        return self.wire.gam("CreateCase", f"<ClientReference>{reference}</ClientReference>" + LETTER.format(at, files))

    def number(self, **wanted):
        status, _, body = self.create(**wanted)
        self.assertEqual(status, 200, body)
        return self.texts(body, "CaseNumber")[0]

    def found(self, reference="demo-1405-88001.1"):
        _, _, body = self.wire.gam("FindByReference", f"<ClientReference>{reference}</ClientReference>")
        return self.texts(body, "CaseNumber")

    def listed(self, after=None, limit=50):
        asked = "" if after is None else f"<After>{after}</After>"
        _, _, body = self.wire.gam("ListResponses", f"{asked}<Limit>{limit}</Limit>")
        return self.texts(body, "ResponseId"), self.texts(body, "Next")

    @staticmethod
    def texts(body, name):
        return [found.text for found in ElementTree.fromstring(body).iter(f"{{{soap.NAMESPACE}}}{name}")]

    def whats(self):
        return [entry["what"] for entry in self.admin.ledger()]

    def fault(self, answer):
        status, _, body = answer
        return status, re.search(rb"<faultcode>(.*?)</faultcode>", body)[1].decode()

    # What GAM does.

    def test_a_reference_used_twice_makes_two_cases(self):
        first, second = self.number(), self.number()
        self.assertNotEqual(first, second)
        self.assertRegex(first, r"^\d+/14\d\d$")
        self.assertEqual(self.found(), [first, second])
        self.assertEqual(self.whats(), ["case", "case"])

    def test_a_reference_used_twice_is_a_fault_where_that_is_switched_on(self):
        self.admin.post("settings", refuse_doubles=True)
        self.number()
        self.assertEqual(self.fault(self.create()), (500, "s:Client.DuplicateReference"))
        self.assertEqual(self.whats(), ["case", "refused"])

    def test_case_numbers_restart_with_the_jalali_year(self):
        first = self.number()
        self.admin.post("clock", skew_ms=366 * 86_400_000)
        second = self.number()
        self.assertEqual(first.split("/")[0], second.split("/")[0])
        self.assertEqual(int(first.split("/")[1]) + 1, int(second.split("/")[1]))

    def test_responses_are_read_by_cursor(self):
        case = self.number()
        self.assertEqual(self.listed(), ([], ["0"]))
        ids = [self.admin.post("answer", case=case, final=final)["response"] for final in (False, True, True)]
        self.assertEqual(self.listed(limit=2), (ids[:2], ["2"]))
        self.assertEqual(self.listed(after=2), (ids[2:], ["3"]))
        self.assertEqual(self.listed(after=3), ([], ["3"]))

    def test_repeats_of_notes_cancels_and_acknowledgements_change_nothing(self):
        case = self.number()
        response = self.admin.post("answer", case=case)["response"]
        for _ in range(2):
            self.wire.gam("AddNote", f"<CaseNumber>{case}</CaseNumber><NoteId>f-1</NoteId><Text>متن</Text>")
            self.wire.gam("Acknowledge", f"<ResponseId>{response}</ResponseId>")
            self.wire.gam("CancelCase", f"<CaseNumber>{case}</CaseNumber><Reason>لغو</Reason>")
        whats = self.whats()
        for what in ("note", "acknowledge", "cancel"):
            self.assertEqual((whats.count(what), whats.count(f"{what}_repeat")), (1, 1))

    def test_a_cancelled_case_is_not_answered(self):
        case = self.number()
        self.wire.gam("CancelCase", f"<CaseNumber>{case}</CaseNumber><Reason>لغو</Reason>")
        self.assertEqual(self.admin.post("answer", case=case)["response"], "")

    def test_a_case_is_shown_by_its_number_as_it_became(self):
        case = self.number()
        self.admin.post("refer", case=case, reference="demo-1405-88002.1")
        shown = self.wire.gam("GetCase", f"<CaseNumber>{case}</CaseNumber>")[2]
        self.assertEqual(self.texts(shown, "ClientReference"), ["demo-1405-88002.1"])
        self.admin.post("forget", case=case)
        self.assertEqual(self.texts(self.wire.gam("GetCase", f"<CaseNumber>{case}</CaseNumber>")[2], "Case"), [])
        self.assertEqual(self.whats(), ["case", "referred", "forgotten"])

    def test_what_is_wrong_is_a_fault(self):
        self.assertEqual(self.fault(self.create(at="1404/12/30 08:00:00")), (500, "s:Client.BadDate"))
        self.assertEqual(self.fault(self.wire.gam("CancelCase", "<CaseNumber>1/1405</CaseNumber><Reason>x</Reason>")),
                         (500, "s:Client.UnknownCase"))
        self.assertEqual(self.fault(self.wire.gam("CloseCase", "")), (500, "s:Client.UnknownOperation"))
        self.assertEqual(self.whats(), [])

    def test_files_are_kept_by_their_hash(self):
        files = '<Attachments><Attachment Name="1.jpg"><Content>YWJj</Content></Attachment></Attachments>'
        self.number(files=files)
        self.assertEqual(self.admin.ledger()[0]["files"],
                         ["ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"])

    def test_a_token_must_be_ours_new_and_fresh(self):
        used = client.token_header(nonce=b"0123456789abcdef")
        find = "<ClientReference>demo-1405-88001.1</ClientReference>"
        self.assertEqual(self.wire.gam("FindByReference", find, used)[0], 200)
        for header in (used, "", client.token_header(password="wrong"), client.token_header(user="other"),
                       client.token_header(created="2026-07-01T08:00:00Z")):
            self.assertEqual(self.fault(self.wire.gam("FindByReference", find, header)),
                             (500, "s:Client.FailedAuthentication"))
        self.admin.post("settings", refuse_replays=False)
        self.assertEqual(self.wire.gam("FindByReference", find, used)[0], 200)
        self.assertEqual(self.admin.get("replays"), {"replays": 2})

    def token(self, client_secret="bridge:gam-password", form="grant_type=client_credentials&scope=cases"):
        """(status, what /token says)."""
        status, _, body = self.wire.ask("POST", "/token", form, {
            "Authorization": "Basic " + base64.b64encode(client_secret.encode()).decode()})
        return status, json.loads(body)

    def status_with(self, authorization):
        envelope = (f'<s:Envelope xmlns:s="{soap.ENVELOPE}"><s:Body><ListResponses xmlns="{soap.NAMESPACE}"/></s:Body>'
                    "</s:Envelope>")
        return self.wire.ask("POST", "/", envelope, {"SOAPAction": "ListResponses", "Authorization": authorization})[0]

    def test_where_tokens_are_asked_for_only_one_that_has_not_ended_lets_in(self):
        self.admin.post("settings", token_s=60)
        self.assertEqual(self.token("bridge:wrong"), (401, {"error": "invalid_client"}))
        self.assertEqual(self.token(form="grant_type=password"), (400, {"error": "invalid_request"}))
        status, told = self.token()
        good = f"Bearer {told.pop('access_token')}"
        self.assertEqual((status, told), (200, {"token_type": "bearer", "expires_in": 60}))
        self.assertEqual([self.status_with(one) for one in (good, "", "Bearer guess", good.replace("Bearer", "Basic"))],
                         [200, 401, 401, 401])
        self.admin.post("clock", skew_ms=60_000)
        self.assertEqual(self.status_with(good), 401)
        good = f"Bearer {self.token()[1]['access_token']}"
        self.admin.post("faults", expired={"count": 1})
        self.assertEqual([self.status_with(good), self.status_with(good)], [401, 401])
        self.assertEqual(self.admin.get("tokens"), {"given": 2, "refused": 2, "turned_away": 5})

    def test_the_wsdl_names_the_address_it_was_asked_at(self):
        status, _, body = self.wire.ask("GET", "/?wsdl")
        self.assertEqual(status, 200)
        self.assertIn(f'location="http://127.0.0.1:{self.server.port}/"'.encode(), body)

    def test_departments_answer_by_themselves(self):
        for number in range(88001, 88013):
            self.number(reference=f"demo-1405-{number}.1")
        self.admin.post("departments", range_ms=[0, 1])
        self.assertTrue(client.until(lambda: [e for e in self.admin.ledger() if e["what"] == "response" and e["final"]]))

    # What faults do.

    def test_a_drop_before_the_work_leaves_no_trace_and_one_after_it_does(self):
        for kind, done in (("drop_before", 0), ("drop_after", 1)):
            self.admin.post("faults", **{kind: {"count": 1}})
            with self.assertRaises(LOST):
                self.create()
            self.assertEqual(self.whats().count("case"), done)

    def test_a_reused_connection_is_dropped_and_a_fresh_one_is_not(self):
        self.admin.post("faults", drop_after_reused={})
        self.number()
        with self.assertRaises(LOST):
            self.create()
        self.assertEqual(self.whats().count("case"), 2)
        self.assertEqual(self.admin.get("counters"), {"drop_after_reused": 1})

    def test_answers_of_faults_and_what_was_done(self):
        rows = (("error_500", 500, 0), ("unavailable", 503, 0), ("too_many", 429, 0), ("expired", 401, 0),
                ("error_in_200", 200, 0), ("refused", 500, 0), ("error_500_after", 500, 1), ("malformed", 200, 1))
        for kind, status, done in rows:
            before = self.whats().count("case")
            self.admin.post("faults", **{kind: {"count": 1}})
            got, headers, body = self.create()
            self.assertEqual((kind, got, self.whats().count("case") - before), (kind, status, done))
            self.assertEqual(headers["Retry-After"], "1" if status in (429, 503) else None)
            if kind == "error_in_200":
                self.assertIn(b"s:Server.Busy", body)
            if kind == "malformed":
                self.assertRaises(ElementTree.ParseError, ElementTree.fromstring, body)
        self.assertEqual(self.admin.get("counters"), {row[0]: 1 for row in sorted(rows)})

    def test_a_late_answer_was_done_in_time(self):
        self.admin.post("faults", delay_after={"count": 1, "ms": 600})
        impatient = client.Wire(self.server.port, timeout=0.2)
        with self.assertRaises(TimeoutError):
            impatient.gam("CreateCase", CREATE)
        impatient.close()
        self.assertEqual(self.whats(), ["case"])

    def test_a_trickle_takes_its_time_and_is_whole(self):
        self.admin.post("faults", trickle={"count": 1, "ms": 300})
        begin = time.monotonic()
        self.number()
        self.assertGreater(time.monotonic() - begin, 0.25)

    def test_a_lagging_search_shows_a_case_later(self):
        self.admin.post("faults", lag={"count": 1, "ms": 200})
        case = self.number()
        self.assertEqual(self.found(), [])
        self.assertTrue(client.until(lambda: self.found() == [case]))

    def test_a_server_that_is_down_refuses_connections_and_comes_back(self):
        self.number()
        self.admin.post("down")
        with self.assertRaises((ConnectionError, http.client.HTTPException)):
            self.create()
        with self.assertRaises(ConnectionRefusedError):
            self.create()
        self.admin.post("up")
        self.number()
        self.assertEqual(self.admin.get("counters"), {"down": 1})
        self.assertEqual(self.whats().count("case"), 2)

    def test_a_server_that_goes_down_by_itself_comes_back_on_its_port(self):
        for _ in range(3):
            self.admin.post("faults", down={"count": 1, "ms": 20})
            with self.assertRaises((ConnectionError, http.client.HTTPException)):
                self.create()
            self.assertTrue(client.until(self.server.is_up))
        self.number()
        self.assertEqual(self.whats(), ["case"])

    def test_cleared_faults_strike_no_more(self):
        self.admin.post("faults", error_500={})
        self.assertEqual(self.create()[0], 500)
        self.admin.post("clear")
        self.number()

    def test_the_date_header_goes_with_the_clock(self):
        self.admin.post("clock", skew_ms=86_400_000 * 400)
        _, headers, _ = self.create()
        self.assertIn(str(time.gmtime(time.time() + 86_400 * 400).tm_year), headers["Date"])
        self.assertEqual(self.admin.get("counters"), {"skew": 1})


if __name__ == "__main__":
    unittest.main()
