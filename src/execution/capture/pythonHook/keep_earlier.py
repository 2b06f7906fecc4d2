"""What a file held that existed before the run and that the program is about to write to.

Called before the file is opened, so a small one is copied beside the notes of the run, where it is hashed after the end:
copying loads nothing and takes milliseconds, hashing here would load a library into the program. Larger ones, and all
where the folder for copies is missing (in a container), are noted by size and time alone.
"""

import os

most_bytes = 16 * 1024 * 1024
most_together = 64 * 1024 * 1024
piece = 1024 * 1024


class EarlierContent(object):
    """`known` holds what the observer passes over: its own opening of files."""

    def __init__(self, note, known, folder, plan, own):
        self.note = note
        self.known = known
        self.folder = folder
        self.own = own
        self.copied = 0
        self.files = set()
        self.stat = os.stat
        try:
            self.since = os.stat(plan).st_mtime
        except OSError:
            self.since = None

    def look(self, path, how):
        try:
            found = self.stat(path)
        except OSError:
            return
        if (found.st_mode & 0o170000) != 0o100000 or (how == "append" and found.st_size == 0):
            return
        # Made, or written to, since the start: what it held before is the run's own.
        if self.since is not None and found.st_mtime > self.since:
            return
        line = {"k": "b", "p": path, "s": found.st_size, "m": found.st_mtime * 1000.0, "how": how}
        # Closing a file a second time under another name would give up the program's locks on it.
        file = (found.st_dev, found.st_ino)
        if file not in self.files:
            self.files.add(file)
            copy = self.copy(path, found.st_size)
            if copy is not None:
                line["c"] = copy
        self.note(line)

    def copy(self, path, size):
        if size > most_bytes or self.copied + size > most_together or self.is_hidden(path):
            return None
        # A database that is in use, or was left in use, is not in its file alone.
        for tail in ("-wal", "-journal"):
            try:
                if self.stat(path + tail).st_size > 0:
                    return None
            except OSError:
                pass
        name = "%d-%d" % (os.getpid(), len(self.files))
        target = os.path.join(self.folder, name)
        self.known.add((path, False))
        self.known.add((target, True))
        exact = getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
        try:
            out = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | exact, 0o600)
        except OSError:
            return None
        self.copied += size
        try:
            source = os.open(path, os.O_RDONLY | exact)
            try:
                left = size
                while left > 0:
                    part = os.read(source, min(piece, left))
                    if not part:
                        return None
                    left -= len(part)
                    while part:
                        part = part[os.write(out, part):]
            finally:
                os.close(source)
        except OSError:
            return None
        finally:
            os.close(out)
        return name

    def is_hidden(self, path):
        """Settings and credentials lie behind a dot: of these nothing is kept."""
        for start in (self.own, os.path.join("lockstep", "checkouts") + os.sep):
            at = path.find(start)
            if start and at >= 0:
                path = path[at + len(start):]
        return path.startswith(".") or os.sep + "." in path
