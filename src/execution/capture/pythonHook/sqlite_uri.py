"""Which file `sqlite3.connect("file:…", uri=True)` opens, by the rules of https://www.sqlite.org/uri.html.

Loaded by sitecustomize.py with the first such name, never imported.
"""

import os

_HEX = frozenset(b"0123456789abcdefABCDEF")


def database_file(name):
    """The path and whether it may be written to, of a name that begins with `file:`; None for a database in memory."""
    # Without uri=True, which nobody says here, the name is a path as any other.
    if os.path.lexists(name):
        return name, True
    name, _, query = name[5:].partition("#")[0].partition("?")
    if name.startswith("//"):
        name = name[2:]
        name = name[name.find("/"):] if "/" in name else ""
    options = {}
    for part in query.split("&"):
        key, _, value = part.partition("=")
        options[_decoded(key)] = _decoded(value)
    path = _decoded(name)
    mode = options.get("mode")
    if mode == "memory" or path == ":memory:" or path == "":
        return None
    fixed = options.get("immutable", "0").lower() not in ("0", "no", "false", "off", "")
    return path, mode != "ro" and not fixed


def _decoded(value):
    if "%" not in value:
        return value
    first, rest = value.split("%")[0], value.split("%")[1:]
    out = os.fsencode(first)
    for part in rest:
        part = os.fsencode(part)
        if len(part) >= 2 and part[0] in _HEX and part[1] in _HEX:
            out += bytes([int(part[:2], 16)]) + part[2:]
        else:
            out += b"%" + part
    return os.fsdecode(out.split(b"\0")[0])
