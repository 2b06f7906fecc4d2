"""Which other machines a program talks to, from audit events of the interpreter: by the name that it asked for, else by
address. What goes on with this machine itself is left out, and what only asks for a name.
"""

import os

text = type(u"")
# SOCK_DGRAM: connecting it sends nothing, and is how programs find out their own address.
datagram = 2
most_hosts = 50


class HostWatch(object):
    """@param note: Takes a line: `h` the host, `p` the port. @param trackers: URIs of what only takes metrics."""

    def __init__(self, note, trackers):
        self.note = note
        self.trackers = [uri + "/" for uri in trackers if uri]
        # Names that were asked for, by port; by None where no number was said.
        self.asked = {}
        self.told = set()
        self.machine = os.uname()[1] if hasattr(os, "uname") else os.environ.get("COMPUTERNAME")

    def asks(self, host, port):
        host = plain(host)
        names = self.asked.setdefault(number(port), [])
        if not host or is_address(host):
            return
        # This machine has no name there; but its address belongs to one.
        if is_here(host) or host in (self.machine, "%s.local" % self.machine, "%s.localdomain" % self.machine):
            host = ""
        if host not in names and len(names) < most_hosts:
            names.append(host)

    def connects(self, connection, address):
        if type(address) is not tuple or len(address) < 2:
            return
        host, port = plain(address[0]), number(address[1])
        if not host or port is None or getattr(connection, "type", None) == datagram:
            return
        if is_here(host):
            return
        names = [host]
        if is_address(host):
            names = self.asked.get(port) or self.asked.get(None) or names
        for name in list(names):
            if not name or (name, port) in self.told or len(self.told) >= most_hosts:
                continue
            if not self.is_tracker(name, port):
                self.told.add((name, port))
                self.note({"k": "host", "h": name, "p": port}, True)

    def is_tracker(self, host, port):
        ends = [":%d/" % port] + (["/"] if port in (80, 443) else [])
        signs = [start + host + end for start in ("//", "@") for end in ends]
        return any(sign in uri for sign in signs for uri in self.trackers)


def number(port):
    if type(port) is int:
        return port or None
    port = plain(port)
    if port in ("http", "https"):
        return 443 if port == "https" else 80
    return int(port) if port and len(port) < 6 and port.isdigit() else None


def is_address(host):
    return ":" in host or not host.replace(".", "").strip("0123456789")


def is_here(host):
    if host.startswith("::ffff:"):
        host = host[7:]
    return host in ("localhost", "::", "::1", "0.0.0.0") or (host.startswith("127.") and is_address(host))


def plain(value):
    if type(value) is bytes:
        return value.decode("ascii", "replace")
    return value if type(value) is text else None
