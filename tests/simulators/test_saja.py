"""The reference SAJA judges the bridge; this judges SAJA."""

import hashlib
import hmac
import json
import time
import threading
import unittest
from http.server import BaseHTTPRequestHandler, HTTPServer

import client
import saja

UPDATE = {"update_id": "r-1", "status": "answered", "updated_datetime": "2026-07-01T08:00:00+03:30",
          "status_notes": "انجام شد"}


class SajaTest(unittest.TestCase):
    def setUp(self):
        self.server, self.admins = saja.start(seed=4)
        self.admin = client.Admin(self.admins.port)
        self.wire = client.Wire(self.server.port)

    def tearDown(self):
        self.wire.close()
        self.server.down()
        self.admins.down()

    def make(self, count=1):
        return self.admin.post("ticket", count=count)["tickets"]

    def update(self, key, **changed):
        status, _, body = self.wire.saja("/servicerequestupdates.json",
                                         UPDATE | {"service_request_id": key} | changed)
        return status, json.loads(body)

    def page(self, **query):
        return json.loads(self.wire.saja("/requests.json", **query)[2])

    def whats(self):
        return [entry["what"] for entry in self.admin.ledger()]

    def test_pages_go_from_the_oldest_change_to_an_empty_page(self):
        keys = self.make(5)
        time.sleep(0.005)    # else all may have happened within one millisecond, and would be sorted by key
        self.admin.post("edit", ticket=keys[0], fields={"address": "بلوار سجاد"})
        pages = [self.page(page=number, page_size=2) for number in (1, 2, 3, 4)]
        self.assertEqual([len(page) for page in pages], [2, 2, 1, 0])
        self.assertEqual([t["service_request_id"] for page in pages for t in page], keys[1:] + keys[:1])
        last = pages[2][0]["updated_datetime"]
        self.assertEqual([t["service_request_id"] for t in self.page(updated_after=last)], keys[:1])

    def test_every_change_of_a_ticket_has_a_later_time(self):
        key, = self.make()
        stamps = [self.admin.get("ticket", ticket=key)["updated_datetime"]]
        for call in ("follow_up", "reopen", "cancel", "follow_up"):
            self.admin.post(call, ticket=key)
            stamps.append(self.admin.get("ticket", ticket=key)["updated_datetime"])
        self.admin.post("clock", skew_ms=-3_600_000)
        self.update(key)
        stamps.append(self.admin.get("ticket", ticket=key)["updated_datetime"])
        self.assertEqual(stamps, sorted(set(stamps)))

    def test_an_update_is_applied_once_and_a_repeat_is_answered_like_the_first(self):
        key, = self.make()
        first, again = self.update(key), self.update(key)
        self.assertEqual(first[0], 200)
        self.assertEqual(first, again)
        ticket = self.admin.get("ticket", ticket=key)
        self.assertEqual((ticket["status"], len(ticket["updates"])), ("answered", 1))
        self.assertEqual(ticket["updated_datetime"], first[1][0]["updated_datetime"])
        self.assertEqual(self.whats(), ["made", "update", "repeat"])

    def test_an_update_changes_the_status_as_it_says(self):
        rows = (("answered", "answered"), (None, "reopened"), ("open", "reopened"))
        for number, (asked, expected) in enumerate(rows):
            key, = self.make()
            self.admin.post("reopen", ticket=key)
            form = UPDATE | {"service_request_id": key, "update_id": f"r-{number}"}
            form.pop("status")
            self.wire.saja("/servicerequestupdates.json", form | ({"status": asked} if asked else {}))
            self.assertEqual(self.admin.get("ticket", ticket=key)["status"], expected)
        entry = self.admin.ledger()[-1]
        self.assertEqual((entry["before"], entry["after"]), ("reopened", "reopened"))

    def test_what_is_wrong_is_refused_and_told(self):
        key, = self.make()
        self.assertEqual(self.update("1405-1")[0], 404)
        self.assertEqual(self.update(key, status="closed")[0], 400)
        self.assertEqual(self.update(key, updated_datetime="yesterday")[0], 400)
        self.assertEqual(self.wire.saja("/requests.json", token="other")[0], 401)
        status, _, body = self.wire.saja("/requests.json", jurisdiction_id="tehran")
        self.assertEqual((status, json.loads(body)[0]["code"]), (403, 403))
        self.assertEqual(self.whats(), ["made"] + ["refused"] * 3)

    def test_a_reopened_ticket_has_a_new_round(self):
        key, = self.make()
        self.assertNotIn("reopened_datetime", self.admin.get("ticket", ticket=key))
        seen = set()
        for _ in range(2):
            self.admin.post("reopen", ticket=key)
            seen.add(self.admin.get("ticket", ticket=key)["reopened_datetime"])
        self.assertEqual(len(seen), 2)

    def test_files_of_a_ticket_are_those_in_the_ledger(self):
        self.make(40)
        made = [entry for entry in self.admin.ledger() if entry["files"]]
        self.assertTrue(made)
        for entry in made:
            urls = [m["url"] for m in self.admin.get("ticket", ticket=entry["ticket"])["media"]]
            bodies = [self.wire.saja(url.partition(f":{self.server.port}")[2])[2] for url in urls]
            self.assertEqual([hashlib.sha256(body).hexdigest() for body in bodies], entry["files"])

    def test_shades_of_a_page(self):
        key, = self.make()
        self.admin.post("faults", single={"count": 1}, new_field={"count": 1})
        page = self.page()
        self.assertEqual((page["service_request_id"], page["x_channel"]), (key, "137"))
        self.admin.post("faults", duplicate={"count": 1})
        self.assertEqual(len(self.page()), 2)
        self.assertEqual(self.admin.get("counters"), {"duplicate": 1, "new_field": 1, "single": 1})


class Webhook(unittest.TestCase):
    def test_a_webhook_is_signed_and_repeated_until_it_is_taken(self):
        got, taken = [], threading.Event()

        class Receiver(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                got.append((self.headers["X-Saja-Signature"], body))
                self.send_response(503 if len(got) == 1 else 200)
                self.send_header("Content-Length", "0")
                self.end_headers()
                if len(got) == 3:
                    taken.set()

            def log_message(self, *_):
                pass

        receiver = HTTPServer(("127.0.0.1", 0), Receiver)
        threading.Thread(target=receiver.serve_forever, args=(0.01,), daemon=True).start()
        server, admins = saja.start()
        admin = client.Admin(admins.port)
        try:
            admin.post("faults", duplicate={"count": 1, "on": ["webhook"]})
            admin.post("webhook", urls=[f"http://127.0.0.1:{receiver.server_port}/hooks/saja/ticket"], secret="s")
            key, = admin.post("ticket")["tickets"]
            self.assertTrue(taken.wait(10))
        finally:
            receiver.shutdown()
            receiver.server_close()
            server.down()
            admins.down()
        for signature, body in got:
            self.assertEqual(signature, "sha256=" + hmac.new(b"s", body, hashlib.sha256).hexdigest())
            self.assertEqual(json.loads(body)["request"][0]["service_request_id"], key)


if __name__ == "__main__":
    unittest.main()
