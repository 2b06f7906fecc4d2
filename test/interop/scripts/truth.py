"""Remembers what a script logs and writes it to a file at the end, so that the record can be compared with it.

The scripts beside this one are ordinary training scripts: they know nothing of Lockstep. One file per process lies in
the folder that INTEROP_TRUTH names.
"""

import atexit
import hashlib
import json
import math
import os


def number(value):
    if isinstance(value, float) and math.isnan(value):
        return "NaN"
    if isinstance(value, float) and math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return value


class Run:
    """What one run was told: the run of the command itself (parent None), or a child run."""

    def __init__(self, name, parent=None):
        self.said = {
            "name": name,
            "parent": parent,
            "metrics": {},
            "params": {},
            "tags": {},
            "artifacts": {},
            "media": [],
            "models": [],
            "datasets": [],
            "state": "finished",
        }

    def metric(self, key, value, step, rank=None):
        series = key if rank is None else f"{key} rank {rank}"
        self.said["metrics"].setdefault(series, []).append([step, number(value)])
        return value

    def metrics(self, values, step, rank=None):
        for key, value in values.items():
            self.metric(key, value, step, rank)
        return values

    def params(self, values):
        self.said["params"].update({key: str(value) for key, value in values.items()})
        return values

    def tags(self, values):
        self.said["tags"].update(values)
        return values

    def artifact(self, path, content):
        data = content.encode() if isinstance(content, str) else content
        self.said["artifacts"][path] = hashlib.sha256(data).hexdigest()
        return content

    def media(self, kind, key, step, **more):
        self.said["media"].append({"kind": kind, "key": key, "step": step, **more})

    def model(self, name, **more):
        self.said["models"].append({"name": name, **more})

    def dataset(self, name, **more):
        self.said["datasets"].append({"name": name, **more})

    def state(self, state):
        self.said["state"] = state


class Truth:
    def __init__(self):
        self.runs = []
        atexit.register(self.write)

    def run(self, name, parent=None):
        run = Run(name, parent)
        self.runs.append(run)
        return run

    def write(self):
        folder = os.environ["INTEROP_TRUTH"]
        # A reproduction compares the files that were written.
        if folder == "":
            return
        with open(os.path.join(folder, f"{os.getpid()}.json"), "w") as file:
            json.dump([run.said for run in self.runs], file, allow_nan=False)
