"""Tells of what a program tries to change below folders that it may only read, and refuses it where nobody else does.

Loaded by sitecustomize.py in a reproduction, never imported. It fails as a read-only file system would: what would
have failed for another reason anyway (a folder that is there already, a file that is gone) is left to the system.
"""

import os

_EROFS = 30
_MOST_NOTED = 100

# Event -> places of the paths among its arguments: path, folder that it is relative to, whether a link is followed,
# whether it has to be there already (or must not be).
_THERE, _NEW = True, False
_EVENTS = {
    "os.remove": ((0, 1, False, _THERE),),
    "os.rmdir": ((0, 1, False, _THERE),),
    "os.mkdir": ((0, 2, False, _NEW),),
    "os.rename": ((0, 2, False, _THERE), (1, 3, False, None)),
    "os.link": ((1, 3, False, _NEW),),
    "os.symlink": ((1, 2, False, _NEW),),
    "os.truncate": ((0, None, True, _THERE),),
    "os.chmod": ((0, 2, True, _THERE),),
    "os.chown": ((0, 3, True, _THERE),),
    "os.utime": ((0, 3, True, _THERE),),
    "os.setxattr": ((0, None, True, _THERE),),
    "os.removexattr": ((0, None, True, _THERE),),
}


def keep(rules, note, text_of, database):
    """An audit hook. `rules`: a line `refuse` or `note`, then of each folder `-path` (kept) or `+path` (not, below one).

    `database`: of what sqlite3.connect() is given, the file and whether it may be written to, or None.
    """
    lines = rules.split("\n")
    refuse = lines[0] == "refuse"
    kept = [line[1:] for line in lines[1:] if line.startswith("-")]
    free = [line[1:] for line in lines[1:] if line.startswith("+")]
    noted = set()
    path_module = os.path
    writing = os.O_WRONLY | os.O_RDWR
    making = os.O_CREAT

    def below(path, folders):
        for folder in folders:
            if path == folder or path.startswith(folder + os.sep):
                return True
        return False

    def real(value, fd, follow):
        path = text_of(value)
        if path is None:
            return None
        if not path_module.isabs(path) and type(fd) is int and fd >= 0:
            path = path_module.join(os.readlink("/proc/self/fd/%d" % fd), path)
        path = path_module.abspath(path)
        if follow:
            return path_module.realpath(path)
        return path_module.join(path_module.realpath(path_module.dirname(path)), path_module.basename(path))

    def kept_path(value, fd, follow, there):
        path = real(value, fd, follow)
        if path is None or not below(path, kept) or below(path, free):
            return None
        if there is not None and path_module.lexists(path) != there:
            return None
        return path if path_module.lexists(path) or path_module.isdir(path_module.dirname(path)) else None

    def opened(args):
        path, mode, flags = args
        if type(flags) is not int:
            return None
        if mode is None:
            if not flags & (writing | os.O_TRUNC):
                return None
            made, alone = flags & making, flags & making and flags & os.O_EXCL
        else:
            if not ("w" in mode or "a" in mode or "x" in mode or "+" in mode):
                return None
            made, alone = "r" not in mode, "x" in mode
        path = kept_path(path, None, True, None)
        if path is None:
            return None
        if path_module.lexists(path):
            return None if alone or not path_module.isfile(path) else path
        return path if made else None

    def connected(args):
        # SQLite looks for itself whether it may write. Where nothing tells it, it may not begin.
        path, write = database(args[0]) or (None, False)
        return kept_path(path, None, True, None if refuse else _NEW) if write else None

    def changed(event, args):
        if event == "open":
            return opened(args)
        if event == "sqlite3.connect":
            return connected(args)
        for at, folder, follow, there in _EVENTS[event]:
            if at < len(args):
                fd = args[folder] if folder is not None and folder < len(args) else None
                path = kept_path(args[at], fd, follow, there)
                if path is not None:
                    return path
        return None

    def hook(event, args):
        if event != "open" and event != "sqlite3.connect" and event not in _EVENTS:
            return
        path = None
        try:
            path = changed(event, args)
            # Python itself keeps what it compiled there where it can.
            if path is not None and os.sep + "__pycache__" not in path and path not in noted:
                if len(noted) < _MOST_NOTED:
                    noted.add(path)
                    note({"k": "refused", "p": path}, True)
        except Exception:
            pass
        if path is not None and refuse:
            raise OSError(_EROFS, "Read-only file system", path)

    return hook
