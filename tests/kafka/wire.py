"""The requests of the Kafka protocol that tests make by hand: who serves, a new topic, who may do what.

The oldest versions a Kafka 4 still takes, since they need no compact encoding: Metadata 1 (key 3), CreateTopics 2
(key 19) and CreateAcls 1 (key 30), with request header 1 and response header 0.
"""

import socket
import struct

_METADATA, _CREATE_TOPICS, _CREATE_ACLS = (3, 1), (19, 2), (30, 1)
_TOPICS_BEGINNING, _CLUSTER = (2, 4), (4, 3)    # kind of resource, and whether a name is a prefix or whole
_ALL, _CREATE = 2, 5
_DENY, _ALLOW = 2, 3
_CREATE_MS = 10_000
_MAX_REPLY_BYTES = 1 << 20


class Reply:
    """A response's body, read from its beginning."""

    def __init__(self, body):
        self._body, self._at = body, 0

    def number(self, form):
        value, = struct.unpack_from(">" + form, self._body, self._at)
        self._at += struct.calcsize(form)
        return value

    def text(self):
        """A string, or None where it is null."""
        length = self.number("h")
        if length < 0:
            return None
        self._at += length
        return self._body[self._at - length:self._at].decode()


def serving(port, timeout_s):
    """{node id: port} of all brokers that the one at `port` knows to serve; OSError when it does not answer."""
    reply = _ask(port, _METADATA, struct.pack(">i", 0), timeout_s)    # of no topic
    brokers = {}
    for _ in range(reply.number("i")):
        node, _host, brokers[node], _rack = reply.number("i"), reply.text(), reply.number("i"), reply.text()
    return brokers


def create_topic(port, name, partitions, copies, settings):
    """Makes a topic with these settings, a dictionary; RuntimeError with the broker's words when it will not."""
    body = struct.pack(">i", 1) + _text(name) + struct.pack(">ihii", partitions, copies, 0, len(settings))
    body += b"".join(_text(key) + _text(value) for key, value in settings.items())
    reply = _ask(port, _CREATE_TOPICS, body + struct.pack(">i?", _CREATE_MS, False), 2 * _CREATE_MS / 1000)
    reply.number("i")    # throttled
    reply.number("i")    # topics: one
    reply.text()
    error = reply.number("h")
    if error:
        raise RuntimeError(f"no topic {name}: error {error}, {reply.text()}")


def forbid_topics(port, principal, prefix):
    """The principal may do all in the cluster and with topics of that prefix, but make new ones."""
    rules = [struct.pack(">b", kind) + _text(name) + struct.pack(">b", pattern) + _text(principal) + _text("*")
             + struct.pack(">bb", operation, permission)
             for (kind, pattern), name in ((_CLUSTER, "kafka-cluster"), (_TOPICS_BEGINNING, prefix))
             for operation, permission in ((_ALL, _ALLOW), (_CREATE, _DENY))]
    reply = _ask(port, _CREATE_ACLS, struct.pack(">i", len(rules)) + b"".join(rules), 2 * _CREATE_MS / 1000)
    reply.number("i")    # throttled
    for _ in range(reply.number("i")):
        error, why = reply.number("h"), reply.text()
        if error:
            raise RuntimeError(f"no rule for {principal}: error {error}, {why}")


def _text(value):
    return struct.pack(">h", len(value.encode())) + value.encode()


def _ask(port, request, body, timeout_s):
    key, version = request
    message = struct.pack(">hhi", key, version, 1) + _text("sgbridge-tests") + body
    with socket.create_connection(("127.0.0.1", port), timeout_s) as connection:
        connection.sendall(struct.pack(">i", len(message)) + message)
        length, = struct.unpack(">i", _receive(connection, 4))
        if not 4 <= length <= _MAX_REPLY_BYTES:
            raise OSError(f"a reply of {length} bytes on port {port} is none of Kafka's")
        return Reply(_receive(connection, length)[4:])    # after the correlation id


def _receive(connection, length):
    received = b""
    while len(received) < length:
        more = connection.recv(length - len(received))
        if not more:
            raise ConnectionResetError("closed in the middle of a reply")
        received += more
    return received
