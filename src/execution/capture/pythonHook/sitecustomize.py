"""Lockstep's observer: notes which files a Python program opens and which seeds it sets (see_seeds.py), and at its end
which modules it had loaded.

Python imports a module of this name at its start when the folder is on PYTHONPATH. This one takes itself out of the
way first (out of sys.path, and a sitecustomize of the user's own is run in its place), prints nothing, imports nothing
that is not loaded already (but the built-in atexit), never fails, and runs no code of the program's objects: the
program must not be able to tell the difference, but by looking for it. LOCKSTEP_HOOK=0 switches it off. The syntax is the oldest that still runs anywhere, because a program may
start another Python.

Each fact is one JSON line appended to the file named by LOCKSTEP_SEEN, opened for that moment only: a descriptor held
open could be closed by the program and then stand for one of its own files.
"""

import sys


def _observe(seen_file):
    import atexit
    import os

    most_paths = 20000
    # What was read is written together from so many lines on, by processes whose end this hears of.
    at_once_until = 256
    batch = 32
    held_back = ("r", "code", "l")
    most_bytes = 32 * 1024 * 1024
    most_moves = 2000
    most_folders = 1000

    os_open, os_write, os_close = os.open, os.write, os.close
    os_fstat, os_stat, os_lstat, os_getcwd = os.fstat, os.stat, os.lstat, os.getcwd
    isabs, join, normpath = os.path.isabs, os.path.join, os.path.normpath
    fsdecode = getattr(os, "fsdecode", None)
    text = type(u"")
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
    writing = os.O_WRONLY | os.O_RDWR
    # Files that metrics may be followed in; their lines are not held back.
    followed = (".csv", ".tsv", ".log", ".jsonl", ".ndjson", ".json", ".wandb", ".yaml", ".yml", ".db")
    known = set()
    # Paths up to their last "..", without a link before one, and the folders that they are.
    plain_folders = {}
    upward = os.sep + os.pardir
    waiting = []
    # Times of sources as they were read.
    sources = {}
    # Made when the program first writes to a file; see keep_earlier.py.
    earlier_content = []
    # The function of sqlite_uri.py, when a program first names a database by one.
    database_names = []
    # The function of child_programs.py, when the first program is started.
    child_programs = []
    # The watch of see_hosts.py, when the first name of a host is asked for.
    hosts = []
    state = {"off": False, "lines": 0, "batch": 1, "alone": False, "moves": 0, "mlflow": False}
    # The system says of a folder that is held open which one it is. Where it does not, what shutil.rmtree() removes in
    # it goes by the name that it was given.
    folders_named = os.path.isdir("/proc/self/fd")
    # What was started, each once.
    children = set()
    most_children = 200
    # Other programs, which may write what nobody here sees. Forked workers are seen.
    starts = ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn")
    mlflow_uri = "MLFLOW_TRACKING_URI"
    mlflow_bytes = mlflow_uri.encode("ascii")
    own_mlflow = os.environ.get("LOCKSTEP_MLFLOW_URI")
    # Of a reproduction: folders that it may not change.
    read_only = os.environ.get("LOCKSTEP_READ_ONLY")

    # Control characters and lone surrogates are not.
    printable = getattr(text, "isprintable", lambda value: False)

    def quote(value):
        out = value.replace("\\", "\\\\").replace('"', '\\"')
        if not printable(out) and any(c < " " or u"\ud800" <= c <= u"\udfff" for c in out):
            out = "".join("\\u%04x" % ord(c) if c < " " or u"\ud800" <= c <= u"\udfff" else c for c in out)
        return '"' + out + '"'

    def encode(value):
        if value is None:
            return "null"
        if value is True or value is False:
            return "true" if value else "false"
        if isinstance(value, (int, float)):
            number = repr(value)
            return number if number[-1].isdigit() else quote(number)
        if isinstance(value, dict):
            return "{" + ",".join([quote(str(k)) + ":" + encode(value[k]) for k in list(value)]) + "}"
        if isinstance(value, (list, tuple)):
            return "[" + ",".join([encode(v) for v in value]) + "]"
        return quote(value if isinstance(value, text) else str(value))

    def flush():
        if not waiting:
            return
        # One by one, because other threads add to them.
        lines = []
        try:
            while waiting:
                lines.append(waiting.pop(0))
        except IndexError:
            pass
        data = "".join(lines)
        fd = os_open(seen_file, flags, 0o644)
        try:
            if os_fstat(fd).st_size > most_bytes:
                data = "" if state["off"] else encode({"k": "limit", "pid": os.getpid()}) + "\n"
                state["off"] = True
            os_write(fd, data.encode("utf-8") if isinstance(data, text) else data)
        finally:
            os_close(fd)

    def note(line, now=False):
        waiting.append(encode(line) + "\n")
        state["lines"] += 1
        # A worker is killed, or leaves by os._exit(), when its work is done: nothing of it may wait.
        if state["lines"] == at_once_until and not state["alone"] and not is_worker():
            state["batch"] = batch
            waiting.append(encode({"k": "held", "pid": os.getpid()}) + "\n")
            now = True
        if now or len(waiting) >= state["batch"] or line["k"] not in held_back:
            flush()

    def absolute(path):
        path = path if isabs(path) else join(os_getcwd(), path)
        return normpath(path) if upward not in path else through_links(path)

    def through_links(path):
        # A folder that is a link has its parent elsewhere; whatever else is a link keeps its name.
        parts = path.split(os.sep)
        if os.pardir not in parts or os.name == "nt":
            return normpath(path)
        end = len(parts) - parts[::-1].index(os.pardir)
        above = os.sep.join(parts[:end])
        folder = plain_folders.get(above)
        if folder is None:
            folder, plain = os.sep, True
            for part in parts[:end]:
                if part != os.pardir:
                    folder = join(folder, part)
                    continue
                folder = normpath(folder)
                if os.path.islink(folder):
                    folder, plain = os.path.realpath(folder), False
                folder = os.path.dirname(folder)
            if plain and len(plain_folders) < most_folders:
                plain_folders[above] = folder
        return normpath(join(folder, *parts[end:]))

    # What belongs to the interpreter and its environment is no input: packages are recorded as packages.
    environment = []
    # Of it, where packages are installed.
    installed = []
    for prefix in {sys.prefix, sys.exec_prefix, getattr(sys, "base_prefix", sys.prefix)}:
        for part in ("lib", "lib64", "bin", "include", "share", "etc", "Lib", "DLLs", "Scripts", "conda-meta", "pkgs"):
            environment.append(join(prefix, part) + os.sep)
    environment.append(os.path.dirname(os.__file__) + os.sep)
    try:
        import site  # is running right now, so this loads nothing

        installed.extend(join(p, "") for p in site.getsitepackages())
        if site.ENABLE_USER_SITE and site.USER_SITE:
            installed.append(join(site.USER_SITE, ""))
        environment.extend(installed)
    except Exception:
        pass
    # Memory that processes share is no file, though it lies where files may lie, too.
    segments = ["psm_", "pym-", "torch_", "sem.", "nccl-", "cuda.shm.", "__KMP_REGISTERED"]
    outside = tuple(environment) + ("/proc/", "/sys/") + tuple(["/dev/shm/" + name for name in segments])

    def text_of(path):
        # Never isinstance(), which asks an object for its __class__.
        kind = type(path)
        if issubclass(kind, text):
            return path if kind is text else text.__str__(path)
        if issubclass(kind, bytes):
            return fsdecode(bytes.__getitem__(path, slice(None)))
        pathlib = sys.modules.get("pathlib")
        if pathlib is None or (kind is not pathlib.PosixPath and kind is not pathlib.WindowsPath):
            return None
        return str(path)

    def named(path, folder=-1):
        path = text_of(path)
        if path is None:
            return None
        if type(folder) is int and folder >= 0 and not isabs(path):
            # Relative to a folder that is held open. Systems that do not say which one raise OSError here.
            path = join(os.readlink("/proc/self/fd/%d" % folder), path)
        return absolute(path)

    def is_import(frame):
        # Where modules are looked for, others beside them decide nothing.
        return frame.f_code.co_filename.startswith("<frozen importlib")

    def listed(path):
        path = absolute(".") if path is None else named(path)
        key = (path, "listed")
        if path is None or key in known or len(known) >= most_paths or join(path, "").startswith(outside):
            return
        known.add(key)
        note({"k": "l", "p": path})

    def folder(path, made):
        # Whether it was there before the run: the first time that it is made, or taken away, tells.
        path = named(path)
        key = (path, "folder")
        if path is None or key in known or len(known) >= most_paths or path.startswith(outside):
            return
        known.add(key)
        try:
            os_stat(path)
        except OSError:
            if made:
                note({"k": "d", "p": path, "made": True})
            return
        if not made:
            note({"k": "d", "p": path, "made": False})

    def earlier(path, how):
        # What is replaced matters only where the program has read it.
        if how == "replace" and (path, False) not in known:
            return
        if not earlier_content:
            folder = os.path.dirname(seen_file)
            made = run_own("keep_earlier.py")["EarlierContent"]
            own = join(own_folder, "")
            earlier_content.append(made(note, known, join(folder, "earlier"), join(folder, "plan.json"), own))
        earlier_content[0].look(path, how)

    def moved_away(path):
        # What was read and is put away may be made anew under its name.
        if path is not None and (path, False) in known:
            earlier(path, "replace")

    def linked(path):
        key = (path, "link")
        if path is None or key in known or len(known) >= most_paths or path.startswith(outside):
            return
        known.add(key)
        note({"k": "link", "p": path})

    def all_moved_away(folder):
        below = join(folder, "")
        for key in list(known):
            if key[1] is False and key[0].startswith(below):
                earlier(key[0], "replace")
            elif key[1] is True and key[0].startswith(below):
                # What is written there from now on is another file.
                known.discard(key)

    def renamed(source, target):
        if source is None or target is None:
            return
        try:
            kind = os_lstat(source).st_mode & 0o170000
        except OSError:
            return
        if kind == 0o120000:
            linked(target)
        if kind != 0o040000:
            moved_away(source)
            opened(target, True, False, True, "replace")
            return
        state["moves"] += 1
        if state["moves"] > most_moves:
            if state["moves"] == most_moves + 1:
                note({"k": "limit", "pid": os.getpid()})
            return
        all_moved_away(source)
        # What is in it was written, or is found, below its new name.
        if not join(target, "").startswith(outside):
            note({"k": "w", "p": target, "f": source})

    def database(name):
        """Of SQLite: the file, and whether it may be written to. None where there is none."""
        name = text_of(name)
        if name is None or name == ":memory:" or name == "":
            return None
        if not name.startswith("file:"):
            return name, True
        if not database_names:
            database_names.append(run_own("sqlite_uri.py")["database_file"])
        return database_names[0](name)

    def opened(path, write, both=False, anew=False, how=None):
        path = text_of(path)
        if path is None:
            return
        path = absolute(path)
        key = (path, write)
        if key in known and path in sources:
            look_again(path)
        if key in known or path.startswith(outside) or path == seen_file:
            return
        if path.startswith("/dev/") and not path.startswith("/dev/shm/"):
            return
        if len(known) >= most_paths:
            if not state["off"]:
                state["off"] = True
                note({"k": "limit", "pid": os.getpid()}, True)
            return
        known.add(key)
        if write:
            if how is not None:
                earlier(path, how)
            line = {"k": "rw" if both else "w", "p": path}
            name = path[path.rfind(os.sep) + 1:]
            metrics = name.endswith(followed) or "tfevents" in name
            if metrics:
                # This comes before the file is opened: what it held until now is of an earlier run.
                line.update({"pid": os.getpid(), "rank": _rank(os), "anew": anew})
                try:
                    line["s"] = os_stat(path).st_size
                except OSError:
                    pass
            note(line, metrics)
            return
        try:
            found = os_stat(path)
        except OSError:
            known.discard(key)
            return
        if (found.st_mode & 0o170000) != 0o100000:
            return
        if path.endswith((".py", ".pyc", ".pyw")):
            note_code(path, found)
        else:
            note(with_times({"k": "r", "p": path}, found))

    def with_times(line, found):
        # The inode's own time cannot be set back.
        line.update({"s": found.st_size, "m": found.st_mtime * 1000.0})
        line["t"] = max(found.st_mtime, found.st_ctime) * 1000.0
        return line

    def note_code(path, found):
        # What is cached stands for the source beside that folder.
        at = path.rfind(os.sep + "__pycache__" + os.sep)
        if at >= 0:
            name = path[at + 13:]
            try:
                found = os_stat(path[:at + 1] + name[:name.find(".")] + ".py")
            except OSError:
                pass
        elif len(sources) < most_paths:
            sources[path] = found.st_mtime, found.st_ctime
        note(with_times({"k": "code", "p": path}, found))

    def look_again(path):
        # A source is read anew by what compiles it once more; it matters only where somebody has edited it meanwhile.
        try:
            found = os_stat(path)
        except OSError:
            return
        if sources[path] != (found.st_mtime, found.st_ctime):
            sources[path] = found.st_mtime, found.st_ctime
            note(with_times({"k": "code", "p": path}, found))

    def native(path):
        """A library that Python itself loads into the process, which opens no file that it tells of."""
        if type(path) is not text or os.sep not in path:
            return
        path = absolute(path)
        key = (path, False)
        if key in known or len(known) >= most_paths or path.startswith(outside):
            return
        known.add(key)
        try:
            found = os_stat(path)
        except OSError:
            return
        if (found.st_mode & 0o170000) == 0o100000:
            note(with_times({"k": "code", "p": path}, found))

    def started(event, args):
        # Of more than are noted, and of those that cannot be told, nobody knows which they were.
        line = {"k": "child", "p": ""}
        try:
            # Loaded with the first one.
            if not child_programs:
                child_programs.append(run_own("child_programs.py")["child_program"])
            if len(children) < most_children:
                line = child_programs[0](event, args, own_folder_of_hook)
        except Exception:
            pass
        key = encode(line)
        if key not in children:
            children.add(key)
            note(line, True)

    def talks(event, args):
        if not hosts:
            hosts.append(run_own("see_hosts.py")["HostWatch"](note, [own_mlflow, os.environ.get(mlflow_uri)]))
        if event == "socket.connect":
            hosts[0].connects(args[0], args[1])
        else:
            hosts[0].asks(args[0], args[1])

    def load_native(path):
        try:
            if path is not None and not state["off"]:
                native(path)
        except Exception:
            pass

    def hook(event, args):
        # Called for everything the interpreter audits, so the common way out comes first.
        if event != "open" and event != "os.rename" and event != "sqlite3.connect" and event != "os.putenv":
            if event == "import":
                # The program may say so itself, with anything beside it.
                if len(args) == 5 and type(args[0]) is text:
                    if args[0] in awaited:
                        await_import(args[0])
                    load_native(args[1])
            elif event == "ctypes.dlopen":
                load_native(args[0])
            elif event == "os.listdir" or event == "os.scandir":
                try:
                    if not state["off"] and type(args[0]) is not int and not is_import(sys._getframe(1)):
                        listed(args[0])
                except Exception:
                    pass
            elif event == "os.mkdir" or event == "os.rmdir" or event == "shutil.rmtree":
                try:
                    if not state["off"] and (event == "shutil.rmtree" or args[-1] == -1):
                        folder(args[0], event == "os.mkdir")
                        if event == "shutil.rmtree" and not folders_named:
                            all_moved_away(named(args[0]))
                except Exception:
                    pass
            elif event == "os.remove":
                try:
                    if not state["off"]:
                        moved_away(named(args[0], args[1]))
                except Exception:
                    pass
            elif event == "os.symlink":
                try:
                    if not state["off"]:
                        linked(named(args[1], args[2]))
                except Exception:
                    pass
            elif event == "os.link":
                try:
                    if not state["off"]:
                        opened(named(args[1], args[3]), True, False, True, "replace")
                except Exception:
                    pass
            elif event == "socket.connect" or event == "socket.getaddrinfo":
                try:
                    if not state["off"]:
                        talks(event, args)
                except Exception:
                    pass
            elif event in starts:
                try:
                    # This program may end here without a word.
                    if event == "os.exec":
                        flush()
                    if len(children) <= most_children:
                        started(event, args)
                except Exception:
                    pass
            return
        try:
            if state["off"]:
                return
            if event == "open":
                path, mode, how = args
                if type(path) is int or type(how) is not int:
                    return
                if mode is None:
                    write = bool(how & writing)
                    anew = bool(how & os.O_TRUNC)
                    only_append = how & os.O_APPEND and not how & os.O_RDWR
                    before = "replace" if anew else "append" if only_append else "update"
                    opened(path, write, write and not anew and how & os.O_RDWR, anew, before)
                elif type(mode) is text:
                    write = "w" in mode or "a" in mode or "x" in mode or "+" in mode
                    anew = "w" in mode or "x" in mode
                    before = "replace" if anew else "update" if "+" in mode else "append"
                    opened(path, write, "+" in mode and "w" not in mode, anew, before)
            elif event == "os.rename":
                renamed(named(args[0], args[2]), named(args[1], args[3]))
            elif event == "os.putenv":
                if type(args[0]) is not bytes and type(args[0]) is not text:
                    return
                # A worker of multiprocessing learns its rank from the program, after it has begun; a program that
                # sets the rank of a process it is about to start has none itself.
                if args[0] in ranks and is_worker():
                    _tell_rank(os, args[1] if isinstance(args[1], text) else args[1].decode("ascii"))
                elif args[0] == mlflow_uri or args[0] == mlflow_bytes:
                    note_mlflow(args[1] if isinstance(args[1], text) else args[1].decode("ascii"))
            else:
                path, write = database(args[0]) or (None, False)
                opened(path, write, write, False, "update")
        except Exception:
            pass

    # Libraries that have a seed. What a program imports is looked at only when it imports one of them.
    awaited = {"random", "numpy.random", "torch.random", "torch.cuda.random", "jax.random"}
    awaited.add("tensorflow.python.framework.random_seed")
    if _operations:
        awaited.add("torch")
    watches = []

    def await_import(name):
        try:
            if not any(type(finder) is _AfterImport and finder.name == name for finder in sys.meta_path):
                sys.meta_path.insert(0, _AfterImport(name, imported))
        except Exception:
            pass

    def imported(name, module):
        awaited.discard(name)
        if name == "torch":
            # Of a distributed training the first process; workers prepare data.
            if not is_worker() and not _rank(os):
                run_own("record_operations.py")["record"](module, *_operations)
            return
        try:
            if not watches:
                exchange = run_own("exchange_code.py")["exchange_code"]
                made = run_own("see_seeds.py")["SeedWatch"](note, outside, absolute, os.getpid, is_worker, exchange)
                watches.append(made)
            watches[0].watch(name, module)
        except Exception:
            # That none was seen says nothing then.
            note({"k": "seedless", "pid": os.getpid()}, True)

    def run_own(name):
        source = join(os.path.dirname(own_file), name)
        known.add((source, False))
        # Not by open(), which may import what reads the locale.
        code = compile(read_file(source), source, "exec")
        names = {"__name__": "_lockstep_" + name[:-3], "__file__": source}
        exec(code, names)
        return names

    def modules():
        found = {}
        for name, module in list(sys.modules.items()):
            path = getattr(module, "__file__", None)
            if isinstance(path, str) and len(found) < most_paths:
                # Some libraries make modules up that have a name and no file.
                if not isabs(path) and not os.path.exists(path):
                    continue
                path = absolute(path)
                if not path.startswith(outside) and path != own_file:
                    found[name] = path
        return found

    def packages():
        """Names at the top of what was loaded from installed packages."""
        found = set()
        places = tuple(installed)
        for name, module in list(sys.modules.items()):
            path = getattr(module, "__file__", None)
            if type(path) is str and type(name) is str and path.startswith(places):
                found.add(name.partition(".")[0])
        return sorted(found)

    def read_file(path):
        parts = []
        fd = os_open(path, os.O_RDONLY)
        try:
            while len(parts) < 256:
                part = os.read(fd, 65536)
                if not part:
                    break
                parts.append(part)
        finally:
            os_close(fd)
        return b"".join(parts).decode("utf-8", "replace")

    def note_mlflow(uri):
        # Its own client says to the environment, too, where it logs.
        if state["mlflow"] or "mlflow" not in sys.modules or not own_mlflow:
            return
        if uri.rstrip("/") != own_mlflow.rstrip("/"):
            state["mlflow"] = True
            note({"k": "mlflow", "pid": os.getpid()}, True)

    def at_exit():
        try:
            for watch in watches:
                watch.finish()
            state["batch"], state["alone"] = 1, True
            flush()
            said = getattr(sys.modules.get("mlflow.tracking._tracking_service.utils"), "_tracking_uri", None)
            note_mlflow(str(said or os.environ.get(mlflow_uri, "")))
            facts = run_own("collect_facts.py")["facts"](read_file)
            note({"k": "end", "pid": os.getpid(), "modules": modules(), "packages": packages(), "facts": facts}, True)
        except Exception:
            pass

    def after_fork():
        # What waits is the parent's to write.
        del waiting[:]
        state["batch"], state["alone"] = 1, True

    def is_worker():
        process = sys.modules.get("multiprocessing.process")
        return process is not None and process.parent_process() is not None

    ranks = _rank_names + tuple(name.encode("ascii") for name in _rank_names)
    own_file = absolute(__file__)
    own_folder_of_hook = os.path.dirname(own_file)
    own_folder = absolute(".")
    note({
        "k": "start",
        "pid": os.getpid(),
        "exe": sys.executable,
        "version": "%d.%d.%d" % tuple(sys.version_info[:3]),
        "implementation": getattr(getattr(sys, "implementation", None), "name", "cpython"),
        "prefix": sys.prefix,
        "base": getattr(sys, "base_prefix", sys.prefix),
        "path": [p for p in sys.path if isinstance(p, str)],
        "user": getattr(sys.modules.get("site"), "ENABLE_USER_SITE", None),
        "seeds": hasattr(sys, "addaudithook"),
    }, True)
    atexit.register(at_exit)
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=after_fork)
    if hasattr(sys, "addaudithook"):
        for name in list(awaited):
            if name in sys.modules:
                try:
                    imported(name, sys.modules[name])
                except Exception:
                    pass
        sys.addaudithook(hook)
        if read_only:
            sys.addaudithook(run_own("keep_read_only.py")["keep"](read_only, note, text_of, database))


# Of each launcher the rank, and what it sets beside it.
_launchers = (
    ("RANK", "LOCAL_RANK", "WORLD_SIZE", "LOCAL_WORLD_SIZE", "GROUP_RANK", "MASTER_PORT"),
    ("OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_LOCAL_RANK"),
    ("SLURM_PROCID", "SLURM_STEP_ID", "SLURM_NTASKS", "SLURM_LOCALID"),
    ("PMI_RANK", "PMI_SIZE"),
)
_rank_names = tuple(names[0] for names in _launchers)
# Ranks that Lockstep itself was started with: then the whole run is one process of something bigger.
_outer = {}


def _note_outer(os):
    outer = {}
    for word in os.environ.get("LOCKSTEP_OUTER_RANK", "").split(","):
        name, _, value = word.partition("=")
        outer[name] = _whole_number(value)
    for names in _launchers:
        # A launcher below says the same rank with something else beside it.
        if all(_whole_number(os.environ.get(name)) == outer.get(name) for name in names):
            _outer[names[0]] = outer.get(names[0])


def _rank(os):
    """Which process of a distributed launch below the command this one is, where its launcher says so."""
    for name in _rank_names:
        rank = _whole_number(os.environ.get(name))
        if rank is not None and rank != _outer.get(name):
            return rank
    return None


def _whole_number(value):
    return int(value) if value and len(value) < 7 and not value.strip("0123456789") else None


def _tell_rank(os, told=None):
    """Puts the rank into what MLflow tags its runs with, where Lockstep has set that up."""
    rank = _rank(os) if told is None else _whole_number(told)
    tags = os.environ.get("MLFLOW_RUN_CONTEXT", "")
    if rank is None or '"lockstep.' not in tags or not tags.endswith("}"):
        return
    # Always the last field, so that a process started by one of another rank replaces what that one has said.
    end = tags.find(', "lockstep.rank": ')
    tags = tags[:end] if end >= 0 else tags[:-1]
    os.environ["MLFLOW_RUN_CONTEXT"] = tags + ', "lockstep.rank": "%d"}' % rank


# The file that operations of PyTorch are recorded into, where that is asked for, and the folder of the repository.
_operations = []


class _AfterImport(object):
    """Stands among the finders only while the program imports `name`, and says when the module is there."""

    def __init__(self, name, imported):
        self.name = name
        self.imported = imported

    def find_spec(self, name, path=None, target=None):
        if name != self.name:
            return None
        sys.meta_path[:] = [finder for finder in sys.meta_path if finder is not self]
        spec = None
        for finder in sys.meta_path:
            spec = finder.find_spec(name, path, target) if hasattr(finder, "find_spec") else None
            if spec is not None:
                break
        loader = getattr(spec, "loader", None)
        if loader is None:
            return spec
        # What an archive imports from has none before Python 3.10.
        load = getattr(loader, "exec_module", None)
        if load is None:
            return spec

        def exec_module(module):
            try:
                del loader.exec_module
            except Exception:
                pass
            load(module)
            try:
                self.imported(name, module)
            except Exception:
                pass

        try:
            # Python leaves the lines of its own import out of what it says of an error.
            own = exec_module.__code__.replace(co_filename="<frozen importlib._bootstrap_external>")
            exec_module.__code__ = own
            loader.exec_module = exec_module
        except Exception:
            pass
        return spec


def _step_aside():
    """Takes this folder out of sys.path and runs the sitecustomize that would have been found without it, if any."""
    import os

    own = os.path.dirname(os.path.abspath(__file__))
    same = os.path.realpath(own)
    sys.path[:] = [p for p in sys.path if not p or os.path.realpath(p) != same]
    for cached in [own, same]:
        sys.path_importer_cache.pop(cached, None)
    return _find_next()


def _find_next():
    name = "sitecustomize"
    if sys.version_info < (3, 4):
        import imp

        try:
            found = imp.find_module(name)
        except ImportError:
            return None

        def run_old():
            del sys.modules[name]
            imp.load_module(name, *found)

        return run_old
    # Loaded by the interpreter itself at its start; importlib.machinery would be a new module.
    finder = sys.modules.get("_frozen_importlib_external")
    bootstrap = sys.modules.get("_frozen_importlib")
    if finder is None or bootstrap is None:
        return None
    spec = finder.PathFinder.find_spec(name)
    if spec is None or spec.loader is None:
        return None

    def run():
        module = bootstrap.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)

    return run


def _start():
    import os

    following = None
    try:
        following = _step_aside()
    except Exception:
        pass
    try:
        seen = os.environ.get("LOCKSTEP_SEEN")
        if seen and os.environ.get("LOCKSTEP_HOOK", "1") != "0":
            _note_outer(os)
            operations = os.environ.get("LOCKSTEP_OPERATIONS")
            if operations:
                _operations.extend([operations, os.environ.get("LOCKSTEP_OPERATIONS_ROOT")])
            _observe(seen)
            _tell_rank(os)
    except Exception:
        pass
    return following


_next = _start()
if _next is not None:
    # Outside of any try: when the user's own start-up fails, Python says so as it always does.
    _next()
