"""Notes the calls that fix a seed, or start at random: which library, which value, and the program's own line.

Loaded by sitecustomize.py when a program imports the first library that has a seed, never imported. Nothing public is
replaced, so that identity, signature, type, pickling and subclasses stay as they are: of a function written in Python
the code is exchanged for one that tells first (exchange_code.py), and what numpy has in C is seen where it looks up its own
helpers. Values are worded by their type, without calling any code of the program's objects.
"""

import sys

# Of one call so many values are noted, then that there were more.
_MOST_VALUES = 8
_MOST_HASHED = 65536
_MOST_BITS = 256

# Module -> functions written in Python whose first argument is the seed; those without one start at random.
SEEDED = {
    "torch.random": {"manual_seed": "torch.manual_seed", "seed": "torch.seed"},
    "torch.cuda.random": {
        "manual_seed": "torch.cuda.manual_seed",
        "manual_seed_all": "torch.cuda.manual_seed_all",
        "seed": "torch.cuda.seed",
        "seed_all": "torch.cuda.seed_all",
    },
    "jax.random": {"PRNGKey": "jax.random.PRNGKey", "key": "jax.random.key"},
    "tensorflow.python.framework.random_seed": {
        "set_seed": "tensorflow.random.set_seed",
        "set_random_seed": "tensorflow.compat.v1.set_random_seed",
    },
}


class SeedWatch(object):
    def __init__(self, note, outside, absolute, getpid, is_worker, exchange):
        self.exchange = exchange
        self.note = note
        self.outside = outside
        self.absolute = absolute
        self.getpid = getpid
        self.is_worker = is_worker
        self.pid = getpid()
        self.known = {}
        self.pending = None
        self.process = self.pid

    def watch(self, name, module):
        """After the import of `module`."""
        if name == "random":
            self._watch_random(module)
        elif name == "numpy.random":
            self._watch_numpy()
        else:
            for function, call in SEEDED[name].items():
                self._watch_function(getattr(module, function, None), call)

    def finish(self):
        pending, self.pending = self.pending, None
        if pending is not None:
            self._tell(pending[2], None, pending[3])

    # Of every call.

    def saw(self, call, value, frame, own):
        """`own`: the seed of a generator of its own, which libraries make for themselves when they are imported."""
        values = self.known.get(call, ())
        if len(values) <= _MOST_VALUES:
            worded = _worded(value)
            if worded not in values:
                self._tell(call, worded, self._place(frame, own))

    def _in_worker(self):
        return self.getpid() != self.pid or self.is_worker()

    def _tell(self, call, value, place):
        if place is None:
            return
        values = self.known.setdefault(call, set())
        if value in values or len(values) > _MOST_VALUES:
            return
        values.add(value)
        line = {"k": "seed", "c": call, "pid": self.getpid()}
        if len(values) > _MOST_VALUES:
            line["more"] = True
        else:
            line.update({"v": value, "f": place[0], "n": place[1]})
            if place[2]:
                line["lib"] = True
        if self._in_worker():
            line["w"] = True
        self.note(line, True)

    def _place(self, frame, own):
        """File and line of the program, else of the library that called, and whether one did; None for its own affair."""
        direct = None
        steps = 0
        worker = self._in_worker()
        while frame is not None and steps < 100:
            name = frame.f_code.co_filename
            # Below lies what started the worker. Libraries seed their workers, too, in an order that is never the same.
            if worker and frame.f_code.co_name == "_bootstrap" and name.endswith("process.py"):
                return None
            if not name.startswith("<frozen "):
                path = name if name.startswith("<") else self.absolute(name)
                if direct is None:
                    direct = (path, frame.f_lineno)
                if not path.startswith(self.outside):
                    return path, frame.f_lineno, direct[0] != path
                if own and frame.f_code.co_name == "<module>":
                    return None
            frame = frame.f_back
            steps += 1
        return None if worker or direct is None else direct + (True,)

    # Functions written in Python.

    def _watch_function(self, function, call):
        package = call.split(".", 1)[0]

        def tell(value=None, *rest):
            try:
                frame = sys._getframe(2)
                # Decorates manual_seed as soon as it is imported, which many libraries do.
                while str(frame.f_globals.get("__name__", "")).startswith(("torch._compile", "torch._dynamo.")):
                    frame = frame.f_back
                # A library that calls itself: manual_seed seeds the GPUs, too.
                if str(frame.f_globals.get("__name__", "")).split(".", 1)[0] != package:
                    self.saw(call, value, frame, False)
            except Exception:
                pass

        self.exchange(function, tell, 1)

    def _watch_random(self, module):
        inst = getattr(module, "_inst", None)

        def tell(generator, value=None, *rest):
            try:
                if generator is not inst:
                    # Libraries make generators with a random start for names of files and the like.
                    if value is not None:
                        self.saw("random.Random", value, self._after_init(sys._getframe(2)), True)
                    return
                before, self.process = self.process, self.getpid()
                # In a forked process Python itself does so first.
                if value is not None or before == self.process:
                    self.saw("random.seed", value, sys._getframe(2), False)
            except Exception:
                pass

        self.exchange(getattr(module.Random, "seed", None), tell, 2)

    @staticmethod
    def _after_init(frame):
        return frame.f_back if frame.f_code.co_name == "__init__" and frame.f_back is not None else frame

    # numpy: RandomState, SeedSequence and the bit generators are written in C. They call helpers by name in their own
    # modules: `randbits` for a random start, `_coerce_to_uint32_array` for each seed of a SeedSequence (and so of
    # default_rng and each bit generator), `operator.index` for each seed of numpy.random.seed and RandomState.

    def _watch_numpy(self):
        import _thread  # built in

        sequences = vars(sys.modules["numpy.random.bit_generator"])
        legacy = vars(sys.modules["numpy.random._mt19937"])
        draw, coerce, operators = sequences["randbits"], sequences["_coerce_to_uint32_array"], legacy["operator"]
        ident = _thread.get_ident
        drawn, inside, keys = {}, set(), set()

        def randbits(*args):
            value = draw(*args)
            drawn[ident()] = value
            return value

        def coerced(value):
            me = ident()
            if me in inside:
                return coerce(value)
            key = me in keys
            keys.discard(me)
            inside.add(me)
            try:
                result = coerce(value)
            finally:
                inside.discard(me)
            try:
                # After the seed comes the key of the child, a tuple.
                if not key or type(value) is not tuple:
                    keys.add(me)
                    started = drawn.pop(me, None)
                    if started is not None and started is value:
                        self._numpy_started(sys._getframe(1))
                    else:
                        self._numpy_seeded(value, sys._getframe(1))
            except Exception:
                pass
            return result

        class Operators(object):
            """The module `operator`, as far as numpy asks it."""

            def __getattr__(self, name):
                return getattr(operators, name)

            @staticmethod
            def index(value):
                try:
                    self._numpy_legacy(value, sys._getframe(1))
                except Exception:
                    pass
                return operators.index(value)

        sequences["_coerce_to_uint32_array"] = coerced
        sequences["randbits"] = randbits
        legacy["operator"] = Operators()

    def _numpy_started(self, frame):
        self.finish()
        names = frame.f_code.co_names
        call = place = None
        # These make a generator only to give it the state of another one.
        if not any(name in names for name in ("jumped", "loads", "load", "deepcopy", "copy")):
            found = [name for name in ("RandomState", "seed") + _SEQUENCED if name in names]
            if found:
                call = "numpy.random." + (found[0] if len(found) == 1 else "SeedSequence")
                place = self._place(frame, found != ["seed"])
        # A RandomState with a seed starts at random first; then the seed follows from the same place.
        self.pending = (frame.f_code, frame.f_lasti, call, place)

    def _numpy_seeded(self, value, frame):
        self.finish()
        worded = _worded(value)
        if any(worded in values for call, values in self.known.items() if call.startswith("numpy.random.")):
            # Children of a sequence have its seed.
            return
        found = [name for name in _SEQUENCED if name in frame.f_code.co_names]
        self.saw("numpy.random." + (found[0] if len(found) == 1 else "SeedSequence"), value, frame, True)

    def _numpy_legacy(self, value, frame):
        pending = self.pending
        own = pending is not None and pending[0] is frame.f_code and pending[1] == frame.f_lasti
        if own:
            self.pending = None
        self.finish()
        self.saw("numpy.random.RandomState" if own else "numpy.random.seed", value, frame, own)


# What makes a SeedSequence of its seed. Which one it was is told by the code that called, where it names only one.
_SEQUENCED = ("default_rng", "SeedSequence", "PCG64", "PCG64DXSM", "MT19937", "Philox", "SFC64")


def _worded(value, depth=0):
    """None stays None: a random start."""
    if value is None:
        return None
    kind = type(value)
    if issubclass(kind, int):
        bits = int.bit_length(value)
        return int.__repr__(value) if bits <= _MOST_BITS else "integer of %d bits" % bits
    if issubclass(kind, float):
        return float.__repr__(value)
    if issubclass(kind, (str, bytes, bytearray)):
        return _hidden(value, kind)
    if kind is list or kind is tuple:
        if depth > 1:
            return "[...]"
        words = [str(_worded(one, depth + 1)) for one in value[:8]] + ["..."] * (len(value) > 8)
        return ("[%s]" if kind is list else "(%s)") % ", ".join(words)
    # What a class or its metaclass says of itself may be code of the program.
    module, name = [type.__dict__[one].__get__(kind) for one in ("__module__", "__qualname__")]
    numpy = sys.modules.get("numpy")
    if numpy is not None and type(module) is str and module == "numpy":
        if issubclass(kind, numpy.generic):
            return _worded(numpy.generic.item(value), 2)
        if kind is numpy.ndarray:
            return _worded(value.tolist(), depth) if value.size <= 8 else "array of shape %s" % (value.shape,)
    return "<%s.%s>" % (module if type(module) is str else "?", name)


def _hidden(value, kind):
    """Text may be a secret: its type, length and a short hash tell whether it is the same. (FNV-1a; imports nothing.)"""
    for text, unit in ((str, "characters"), (bytes, "bytes"), (bytearray, "bytes")):
        if issubclass(kind, text):
            break
    start = text.__getitem__(value, slice(0, _MOST_HASHED))
    found = 0x811C9DC5
    for byte in bytearray(start.encode("utf-8", "surrogatepass") if text is str else start):
        found = ((found ^ byte) * 0x01000193) & 0xFFFFFFFF
    return "%s of %d %s, hash %08x" % (text.__name__, text.__len__(value), unit, found)
