"""Makes one run with many points in a store of MLflow: fillMlflowStore.py URI METRICS STEPS.

The run and its tables come from MLflow itself; the points are put into them as its own store would, which takes an
hour through the client.
"""
import math
import os
import sqlite3
import sys

os.environ["MLFLOW_ALLOW_FILE_STORE"] = "true"
from mlflow.tracking import MlflowClient

uri, metrics, steps = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
client = MlflowClient(uri)
run = client.create_run(client.create_experiment("bench"))
start = run.info.start_time


def point(metric, step):
    return start + step * 250, math.exp(-step / 20000) + math.sin(step * metrics + metric) / 10


if uri.startswith("sqlite:///"):
    with sqlite3.connect(uri[len("sqlite:///") :]) as database:
        rows = ((f"metric/{m}", point(m, s)[1], point(m, s)[0], run.info.run_id, s, False) for s in range(steps) for m in range(metrics))
        database.executemany("insert into metrics (key, value, timestamp, run_uuid, step, is_nan) values (?, ?, ?, ?, ?, ?)", rows)
        for m in range(metrics):
            time, value = point(m, steps - 1)
            database.execute("insert into latest_metrics (key, value, timestamp, step, is_nan, run_uuid) values (?, ?, ?, ?, ?, ?)", (f"metric/{m}", value, time, steps - 1, False, run.info.run_id))
else:
    folder = os.path.join(uri[len("file:") :], run.info.experiment_id, run.info.run_id, "metrics", "metric")
    os.makedirs(folder)
    for m in range(metrics):
        with open(os.path.join(folder, str(m)), "w") as file:
            file.writelines(f"{point(m, s)[0]} {point(m, s)[1]} {s}\n" for s in range(steps))
client.set_terminated(run.info.run_id)
print(run.info.run_id)
