"""Records a hash of what each operation of PyTorch computes, where a run was asked to (LOCKSTEP_OPERATIONS).

Executed by sitecustomize.py once `torch` has been imported. Works through torch.utils._debug_mode.DebugMode (PyTorch 2.10
and newer) and never fails the program: whatever goes wrong becomes one line of the file, and the recording ends there.
Each line is JSON: {"n": operation, "h": [hash of each tensor it wrote], "f": file, "l": line, "s": steps that optimizers
had made}, {"problem": words}, or at the end {"end": {"operations": number, "seconds": spent here, "of": since the start}}.
Files below the repository are named relative to it. A hash depends on every bit and its place, and on nothing else: not
on the number of threads that add it up.
"""

import atexit
import json
import os
import sys
import threading
import time

MOST_LINES = 200000
MOST_BYTES = 48 * 1024 * 1024
CHUNK = 1 << 20
FRAMES = 80

# Operations that also return memory to work in, or that is written in part: only the first outputs are computed.
WORKSPACES = (
    ("mkldnn_rnn_layer", 3),
    ("cudnn_rnn", 3),
    ("miopen_rnn", 3),
    ("cudnn_batch_norm", 3),
    ("miopen_batch_norm", 3),
    ("batch_norm_with_update", 3),
    ("scaled_dot_product", 1),
    ("flash_attention", 1),
    ("efficient_attention", 1),
    ("cudnn_attention", 1),
    ("ctc_loss", 1),
    ("embedding_bag", 1),
)


class Recorder(object):
    def __init__(self, torch, path, root):
        self.torch = torch
        self.path = path
        self.root = os.path.join(root, "") if root else None
        self.pid = os.getpid()
        self.fd = None
        self.lines = 0
        self.operations = 0
        self.steps = 0
        self.spent = 0.0
        self.began = time.perf_counter()
        self.plans = {}
        self.names = {}
        self.bytes = 0
        self.waiting = []
        self.off = False
        self.weights = {}
        self.lock = threading.Lock()
        self.outside = (os.path.dirname(os.path.abspath(torch.__file__)) + os.sep, os.path.abspath(__file__))
        self.mode = None

    def write(self, line):
        with self.lock:
            if self.off:
                return
            text = json.dumps(line, separators=(",", ":")) + "\n"
            self.lines += 1
            self.bytes += len(text)
            self.waiting.append(text)
            if self.lines >= MOST_LINES or self.bytes >= MOST_BYTES:
                self.waiting.append(json.dumps({"problem": "there are more operations than are recorded"}) + "\n")
                self.off = True
            if self.off or len(self.waiting) >= 256:
                self.flush()

    def flush(self):
        lines, self.waiting = self.waiting, []
        if lines and self.fd is None:
            # Of several processes the first that has something to say records; the others leave the file alone. One that
            # only imports PyTorch, as a launcher does, is none of them.
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | getattr(os, "O_CLOEXEC", 0)
            try:
                self.fd = os.open(self.path, flags, 0o644)
            except OSError:
                self.off = True
                return
        data = "".join(lines).encode("utf-8", "replace")
        while data:
            data = data[os.write(self.fd, data):]

    def end(self):
        try:
            if os.getpid() == self.pid:
                with self.lock:
                    if self.operations:
                        took = {"operations": self.operations, "seconds": round(self.spent, 3)}
                        took["of"] = round(time.perf_counter() - self.began, 3)
                        self.waiting.append(json.dumps({"end": took}, separators=(",", ":")) + "\n")
                    self.flush()
        except Exception:
            pass

    def start(self):
        from torch.utils._debug_mode import DebugMode

        try:
            from torch.optim.optimizer import register_optimizer_step_post_hook

            register_optimizer_step_post_hook(self.stepped)
        except Exception:
            pass

        self.mode = DebugMode(record_output=False, record_profiler_context=False)
        # Never left: both last as long as the program.
        self.hooks = DebugMode.dispatch_hooks(log_hook=self.after)
        self.hooks.__enter__()
        self.mode.__enter__()

    def stepped(self, optimizer, args, kwargs):
        self.steps += 1

    def after(self, func, types, args, kwargs, result):
        start = time.perf_counter()
        try:
            # What was recorded of the call is here now: without this a training would fill the memory with it.
            del self.mode.operators[:]
            if self.off or os.getpid() != self.pid:
                return None
            plan = self.plans.get(func)
            if plan is None:
                plan = self.plans[func] = self.planned(func)
            most, written = plan
            tensors = []
            if written:
                result = [args[at] if at < len(args) else kwargs.get(name) for at, name in written]
            elif most and isinstance(result, (list, tuple)):
                result = result[:most]
            if most:
                self.collect(result, tensors)
            if tensors:
                line = {"n": str(getattr(func, "__qualname__", None) or func), "h": tensors}
                place = self.place()
                if place is not None:
                    line["f"], line["l"] = place
                if self.steps:
                    line["s"] = self.steps
                self.operations += 1
                self.write(line)
        except Exception as error:
            try:
                self.write({"problem": "%s: %s" % (type(error).__name__, str(error)[:200])})
                self.end()
            except Exception:
                pass
            self.off = True
        finally:
            self.spent += time.perf_counter() - start
        return None

    def planned(self, func):
        """How many of its outputs count, and which arguments it writes where it returns nothing: place and name."""
        name = str(func)
        # Memory that nobody has written yet holds anything.
        if "empty" in name or "resize" in name or "profiler" in name:
            return 0, ()
        schema = getattr(func, "_schema", None)
        if schema is None:
            return 64, ()
        if not schema.returns:
            # As those of optimizers that take all parameters at once.
            found = [(at, a.name) for at, a in enumerate(schema.arguments) if a.alias_info and a.alias_info.is_write]
            return (64 if found else 0), found
        # A view computes nothing.
        if all(r.alias_info is not None and not r.alias_info.is_write for r in schema.returns):
            return 0, ()
        if "backward" not in name:
            for part, most in WORKSPACES:
                if part in name:
                    return most, ()
        return 1 << 20, ()

    def collect(self, value, found):
        torch = self.torch
        if isinstance(value, torch.Tensor):
            found.append(self.hash(value))
        elif isinstance(value, (list, tuple)):
            for one in value:
                self.collect(one, found)

    def hash(self, tensor):
        torch = self.torch
        if tensor.layout != torch.strided or tensor.device.type == "meta" or tensor.is_quantized:
            return None
        # A graph of kernels that is being made computes nothing yet, and may not be waited for.
        if tensor.is_cuda and torch.cuda.is_current_stream_capturing():
            return None
        if type(tensor) is not torch.Tensor and hasattr(tensor, "to_local"):
            tensor = tensor.to_local()
        with torch.no_grad():
            tensor = tensor.detach()
            if tensor.is_complex():
                tensor = torch.view_as_real(tensor.resolve_conj())
            tensor = tensor.resolve_neg().contiguous().reshape(-1)
            whole = {1: torch.uint8, 2: torch.int16, 4: torch.int32, 8: torch.int64}[tensor.element_size()]
            if tensor.dtype != torch.bool:
                tensor = tensor.view(whole)
            total = tensor.numel()
            for start in range(0, tensor.numel(), CHUNK):
                part = tensor[start:start + CHUNK].to(torch.int64)
                # Whole numbers add up to the same in any order, also where they overflow.
                summed = ((part + 0x632BE5AB) * self.weighing(part)).sum().item()
                total = (total * 0x100000001B3 + summed) & 0xFFFFFFFFFFFFFFFF
        return "%016x" % total

    def weighing(self, part):
        """An odd number for each place, the same in every process."""
        torch = self.torch
        key = str(part.device)
        known = self.weights.get(key)
        if known is None or known.numel() < part.numel():
            size = 1 << max(12, (part.numel() - 1).bit_length())
            known = torch.arange(size, dtype=torch.int64, device=part.device) * -7046029254386353131
            known = (known ^ (known >> 29)) | 1
            self.weights[key] = known
        return known[:part.numel()]

    def place(self):
        frame = sys._getframe(2)
        for _ in range(FRAMES):
            if frame is None:
                return None
            name = frame.f_code.co_filename
            if not name.startswith(self.outside) and not name.startswith("<"):
                return self.named(name), frame.f_lineno
            frame = frame.f_back
        return None

    def named(self, name):
        known = self.names.get(name)
        if known is None:
            known = os.path.abspath(name)
            if self.root is not None:
                for root, path in ((self.root, known), (os.path.realpath(self.root) + os.sep, os.path.realpath(known))):
                    if path.startswith(root):
                        known = path[len(root):].replace(os.sep, "/")
                        break
            self.names[name] = known
        return known


def record(torch, path, root):
    recorder = Recorder(torch, path, root)
    atexit.register(recorder.end)
    try:
        recorder.start()
    except Exception as error:
        found = "PyTorch %s has no recording of operations, 2.10 and newer have one" % getattr(torch, "__version__", "")
        recorder.write({"problem": "%s (%s: %s)" % (found, type(error).__name__, str(error)[:200])})
        recorder.end()
        recorder.off = True
