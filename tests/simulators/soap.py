"""SOAP 1.1 as GAM speaks it: envelopes read into elements, and written from text that is escaped."""

import xml.etree.ElementTree as ElementTree
from xml.sax.saxutils import escape, quoteattr

ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
NAMESPACE = "urn:gam:cases:1"
CONTENT = "text/xml; charset=utf-8"


class Fault(Exception):
    """A SOAP fault: its code (`Client.UnknownReceiver`) and text."""

    def __init__(self, code, text):
        super().__init__(text)
        self.code, self.text = code, text


def read(body):
    """(header or None, the child of Body); Fault if it is no envelope."""
    try:
        envelope = ElementTree.fromstring(body)
    except (ElementTree.ParseError, ValueError):
        raise Fault("Client", "not well-formed") from None
    content = envelope.find(f"{{{ENVELOPE}}}Body")
    if envelope.tag != f"{{{ENVELOPE}}}Envelope" or content is None or len(content) != 1:
        raise Fault("Client", "not a SOAP 1.1 envelope with one element")
    return envelope.find(f"{{{ENVELOPE}}}Header"), content[0]


def child(element, path):
    """The element at `Letter/Subject`, in GAM's namespace, or None."""
    return element.find("/".join(f"{{{NAMESPACE}}}{name}" for name in path.split("/")))


def text(element, path, required=True):
    """The text there, "" for none; Fault when it is required."""
    found = child(element, path)
    value = (found.text or "").strip() if found is not None else ""
    if required and not value:
        raise Fault("Client.Missing", f"{path} is missing")
    return value


def element(name, content="", **attributes):
    """`<name a="…">content</name>`; content is XML already, attributes are text."""
    shown = "".join(f" {key}={quoteattr(value)}" for key, value in attributes.items())
    return f"<{name}{shown}>{content}</{name}>"


def leaf(name, value, **attributes):
    """An element that holds text."""
    return element(name, escape(str(value)), **attributes)


def response(operation, content):
    name = f"{operation}Response"
    return _envelope(f'<{name} xmlns="{NAMESPACE}">{content}</{name}>')


def fault(code, text_):
    """A fault; where its code says more than Client or Server, `detail` names that too."""
    detail = element("detail", f'<{code.split(".")[-1]} xmlns="{NAMESPACE}"/>') if "." in code else ""
    return _envelope(element("s:Fault", leaf("faultcode", f"s:{code}") + leaf("faultstring", text_) + detail))


def _envelope(content):
    return (f'<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="{ENVELOPE}"><s:Body>{content}'
            "</s:Body></s:Envelope>").encode("utf-8")
