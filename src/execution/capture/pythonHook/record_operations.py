"""Records a hash of what each operation of PyTorch computes, where a run was asked to (LOCKSTEP_OPERATIONS).

Executed by sitecustomize.py once `torch` has been imported. Works through torch.utils._debug_mode.DebugMode (PyTorch 2.10
and newer) and never fails the program: whatever goes wrong becomes one line of the file, and the recording ends there.
Each line is JSON: {"n": operation, "h": [hash of each tensor it returned], "f": file, "l": line}, or {"problem": words}.
A hash depends on every bit and its place, and on nothing else: not on the number of threads that add it up.
"""

import atexit
import json
import os
import sys
import threading

MOST_LINES = 200000
MOST_BYTES = 48 * 1024 * 1024
CHUNK = 1 << 20
FRAMES = 80


class Recorder(object):
    def __init__(self, torch, path):
        self.torch = torch
        self.pid = os.getpid()
        # Of several processes the first records; the others leave the file alone.
        self.fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | getattr(os, "O_CLOEXEC", 0), 0o644)
        self.lines = 0
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
        data = "".join(lines).encode("utf-8", "replace")
        while data:
            data = data[os.write(self.fd, data):]

    def end(self):
        try:
            if os.getpid() == self.pid:
                with self.lock:
                    self.flush()
        except Exception:
            pass

    def start(self):
        from torch.utils._debug_mode import DebugMode

        self.mode = DebugMode(record_output=False, record_profiler_context=False)
        # Never left: both last as long as the program.
        self.hooks = DebugMode.dispatch_hooks(log_hook=self.after)
        self.hooks.__enter__()
        self.mode.__enter__()

    def after(self, func, types, args, kwargs, result):
        try:
            # What was recorded of the call is here now: without this a training would fill the memory with it.
            del self.mode.operators[:]
            if self.off or os.getpid() != self.pid or not self.counts(func):
                return None
            tensors = []
            self.collect(result, tensors)
            if tensors:
                line = {"n": str(getattr(func, "__qualname__", None) or func), "h": tensors}
                place = self.place()
                if place is not None:
                    line["f"], line["l"] = place
                self.write(line)
        except Exception as error:
            try:
                self.write({"problem": "%s: %s" % (type(error).__name__, str(error)[:200])})
                self.end()
            except Exception:
                pass
            self.off = True
        return None

    def counts(self, func):
        name = str(func)
        # Memory that nobody has written yet holds anything.
        if "empty" in name or "resize" in name or "profiler" in name:
            return False
        schema = getattr(func, "_schema", None)
        if schema is None:
            return True
        # A view computes nothing.
        return not all(r.alias_info is not None and not r.alias_info.is_write for r in schema.returns)

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
                return name, frame.f_lineno
            frame = frame.f_back
        return None


def record(torch, path):
    recorder = None
    try:
        recorder = Recorder(torch, path)
    except Exception:
        return
    atexit.register(recorder.end)
    try:
        recorder.start()
    except Exception as error:
        found = "PyTorch %s has no recording of operations, 2.10 and newer have one" % getattr(torch, "__version__", "")
        recorder.write({"problem": "%s (%s: %s)" % (found, type(error).__name__, str(error)[:200])})
        recorder.end()
        recorder.off = True
