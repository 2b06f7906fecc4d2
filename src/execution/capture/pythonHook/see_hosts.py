"""Which other machines a program talks to, from audit events of the interpreter: by the name that it asked for, else by
address. What goes on with this machine itself is left out, and what only asks for a name.
"""

import os
import sys
import time

text = type(u"")
# SOCK_DGRAM: connecting it sends nothing, and is how programs find out their own address.
datagram = 2
most_hosts = 50
# In seconds.
moment = 30


class HostWatch(object):
    """@param note: Takes a line: `h` the host, `p` the port. @param trackers: URIs of what only takes metrics."""

    def __init__(self, note, trackers):
        self.note = note
        self.trackers = [uri + "/" for uri in trackers if uri]
        # Names that were asked for and when, by port; by None where no number was said.
        self.asked = {}
        # Addresses that were asked for as such, and those that belong to one of the names.
        self.literal = set()
        self.named = set()
        self.told = set()
        self.machine = os.uname()[1] if hasattr(os, "uname") else os.environ.get("COMPUTERNAME")

    def asks(self, host, port):
        host = plain(host)
        if not host:
            return
        host = host.lower()
        if is_address(host):
            if len(self.literal) < most_hosts:
                self.literal.add(host)
            return
        machine = (self.machine or "").lower()
        if is_here(host) or host in (machine, machine + ".local", machine + ".localdomain"):
            return
        names = self.asked.setdefault(number(port), {})
        if host in names or len(names) < most_hosts:
            names[host] = time.time()

    def connects(self, connection, address):
        if not isinstance(address, tuple) or tuple.__len__(address) < 2:
            return
        host, port = plain(tuple.__getitem__(address, 0)), number(tuple.__getitem__(address, 1))
        if not host or port is None or kind_of(connection) == datagram:
            return
        host = host.lower()
        if is_here(host):
            return
        names = [host]
        if is_address(host) and host not in self.literal:
            if (host, port) in self.named:
                return
            # Whoever asks for a name talks to its address right after.
            since = time.time() - moment
            asked = dict(self.asked.get(None, {}), **self.asked.get(port, {}))
            fresh = [name for name in asked if asked[name] >= since]
            if fresh:
                names = fresh
                self.named.add((host, port))
        for name in names:
            if (name, port) in self.told or len(self.told) >= most_hosts:
                continue
            if not self.is_tracker(name, port):
                self.told.add((name, port))
                self.note({"k": "host", "h": name, "p": port}, True)

    def is_tracker(self, host, port):
        ends = [":%d/" % port] + (["/"] if port in (80, 443) else [])
        signs = [start + host + end for start in ("//", "@") for end in ends]
        return any(sign in uri for sign in signs for uri in self.trackers)


def kind_of(connection):
    # Past any attribute that the class of the program has of its own.
    try:
        return sys.modules["_socket"].socket.type.__get__(connection)
    except Exception:
        return None


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
