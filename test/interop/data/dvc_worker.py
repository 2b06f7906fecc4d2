"""Runs dvc commands in one process, because starting Python costs more than most of them: JSON lines in, JSON lines out."""

import json
import os
import sys
import tempfile

answers = os.fdopen(os.dup(1), "w")
null = os.open(os.devnull, os.O_WRONLY)
os.dup2(null, 1)


def captured(body):
    """What `body` returns, and what it wrote to the two descriptors themselves."""
    saved = os.dup(1), os.dup(2)
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        os.dup2(out.fileno(), 1)
        os.dup2(err.fileno(), 2)
        try:
            result = body()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os.dup2(saved[0], 1)
            os.dup2(saved[1], 2)
            for one in saved:
                os.close(one)
        texts = []
        for file in (out, err):
            file.seek(0)
            texts.append(file.read().decode("utf-8", "replace"))
    return (result, *texts)


from dvc.cli import main

for line in sys.stdin:
    request = json.loads(line)
    os.chdir(request["cwd"])
    code, out, err = captured(lambda: main(list(request["args"])))
    answers.write(json.dumps({"code": code, "stdout": out, "stderr": err}) + "\n")
    answers.flush()
