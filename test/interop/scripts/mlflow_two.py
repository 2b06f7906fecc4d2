"""Two processes with MLflow at once: each with a run of its own, and both with one that they share."""

import os
import subprocess
import sys

import mlflow
from truth import Truth

truth = Truth()
client = mlflow.MlflowClient()
if len(sys.argv) == 1:
    with mlflow.start_run(run_name="shared") as run:
        truth.run("shared")
        workers = [subprocess.Popen([sys.executable, *sys.argv, name, run.info.run_id]) for name in ("one", "two")]
        sys.exit(max(worker.wait() for worker in workers))

name, shared_id = sys.argv[1:]
shared = truth.run("shared")
with mlflow.start_run(run_name=name):
    own = truth.run(name, parent="shared")
    for step in range(150):
        mlflow.log_metric("loss", own.metric("loss", step / 3, step), step=step)
        client.log_metric(shared_id, f"of {name}", shared.metric(f"of {name}", step / 7, step), step=step)
