/** `compare.py` of an exported run: judges the outcome by the last values of metrics and the hashes of outputs. */

/** Python 3.6 or newer, standard library alone. Reads what {@link expectedOutcome} says. */
export const comparePython = `"""Compares a repeated run with expected.json. Standard library only; see reproduce.sh.

    python3 compare.py EXPECTED.json FOLDER EXIT_CODE

Metrics are what the program printed as JSON lines ({"step": 3, "loss": 0.1}) or as "loss: 0.1", or wrote as JSON
lines to the file that LOCKSTEP_METRICS named: their last values count. Exit codes: 0 reproduced, 1 diverged, 3 nothing
could be compared.
"""
import hashlib
import json
import math
import os
import re
import sys

STEPS = ("step", "epoch", "iteration", "iter", "global_step", "time", "timestamp", "rank")


def flatten(prefix, value, found):
    if isinstance(value, bool):
        return
    if isinstance(value, (int, float)):
        found[prefix] = float(value)
    elif isinstance(value, dict):
        for key, one in value.items():
            flatten(prefix + "/" + str(key) if prefix else str(key), one, found)


def from_json(line, last):
    try:
        fields = json.loads(line)
    except ValueError:
        return False
    if not isinstance(fields, dict):
        return False
    name = next((fields[key] for key in ("metric", "name", "key", "tag") if isinstance(fields.get(key), str)), None)
    if name is not None and isinstance(fields.get("value"), (int, float)):
        last[name] = float(fields["value"])
        return True
    inner = fields.pop("metrics", None)
    for values in (inner, fields):
        if isinstance(values, dict):
            flatten("", {key: one for key, one in values.items() if str(key).lower() not in STEPS}, last)
    return True


def from_text(line, last, names):
    for name, number in re.findall(r"([A-Za-z_][\\w./-]*)\\s*[:=]\\s*([-+]?(?:\\d+\\.?\\d*(?:[eE][-+]?\\d+)?|nan|inf))", line):
        if name in names:
            last[name] = float(number)


def last_values(folder, names):
    last = {}
    for path, text in ((folder + ".stdout.log", True), (folder + ".metrics.jsonl", False)):
        try:
            with open(path, encoding="utf-8", errors="replace") as lines:
                for line in re.split(r"[\\r\\n]+", lines.read()):
                    line = line.strip()
                    if line.startswith("{") and from_json(line, last):
                        continue
                    if text:
                        from_text(line, last, names)
        except OSError:
            pass
    return last


def same(a, b):
    return a == b or (math.isnan(a) and math.isnan(b))


def near(a, b, rtol):
    return same(a, b) or (math.isfinite(a) and math.isfinite(b) and abs(a - b) <= rtol * abs(b))


def digest(path):
    try:
        with open(path, "rb") as file:
            sha = hashlib.sha256()
            for piece in iter(lambda: file.read(1 << 20), b""):
                sha.update(piece)
            return sha.hexdigest()
    except OSError:
        return None


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        expected = json.load(file)
    folder, status = sys.argv[2], int(sys.argv[3])
    rtol = float(os.environ.get("RTOL", "1e-5"))
    worst, counted = 0, 0
    wanted = expected.get("exitCode")
    if wanted is not None and status != wanted:
        print("exit code   differs     %s then, %s now" % (wanted, status))
        worst = 2
    values = {key: float(value) for key, value in expected["metrics"].items()}
    now = last_values(folder, values)
    for key, before in sorted(values.items()):
        if key not in now:
            print("metric      not heard   %s (logged by a tracking library, or not any more)" % key)
            continue
        counted += 1
        word = "identical" if same(now[key], before) else "near" if near(now[key], before, rtol) else "differs"
        worst = max(worst, {"identical": 0, "near": 1, "differs": 2}[word])
        print("metric      %-11s %s %r then, %r now" % (word, key, before, now[key]))
    metrics = counted
    for path, sha in sorted(expected["outputs"].items()):
        found = digest(os.path.join(folder, path))
        counted += 1
        if found == sha:
            print("output      identical   %s" % path)
        elif found is None:
            worst = 2
            print("output      missing     %s" % path)
        else:
            # Files hold times and names, too: under equal metrics a difference in bytes is told, not counted as worst.
            worst = max(worst, 1 if metrics else 2)
            print("output      differs     %s" % path)
    if counted == 0 and worst == 0:
        print("Nothing could be compared.")
        return 3
    print(("Reproduced: identical.", "Reproduced: within tolerance.", "Diverged.")[worst])
    return 1 if worst == 2 else 0


if __name__ == "__main__":
    sys.exit(main())
`;
