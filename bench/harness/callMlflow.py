"""Calls MLflow's client as a training does, and writes calls per second as JSON to the file it is given."""
import json
import sys
import time

import mlflow
from mlflow.entities import Metric


def per_second(count, call):
    for index in range(count // 10):
        call(-1 - index)
    begin = time.perf_counter()
    for index in range(count):
        call(index)
    return count / (time.perf_counter() - begin)


with mlflow.start_run() as run:
    client = mlflow.MlflowClient()
    now = int(time.time() * 1000)
    ten = [f"metric {number}" for number in range(10)]

    def batch(index):
        metrics = [Metric(f"batch {index}", number / 7, now + number, number) for number in range(1000)]
        client.log_batch(run.info.run_id, metrics)

    told = {
        "log_metric": per_second(200, lambda index: mlflow.log_metric("loss", index / 7, step=index)),
        "log_metrics": per_second(100, lambda index: mlflow.log_metrics({key: index / 7 for key in ten}, step=index)),
        "log_param": per_second(100, lambda index: mlflow.log_param(f"parameter {index}", index)),
        "log_batch": per_second(10, batch),
    }

with open(sys.argv[1], "w") as file:
    json.dump(told, file)
