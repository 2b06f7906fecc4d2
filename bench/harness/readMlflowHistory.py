"""Reads every point of a run with MLflow's own client: readMlflowHistory.py URI RUN METRICS. Prints what that took."""
import json
import os
import resource
import sys
import time

os.environ["MLFLOW_ALLOW_FILE_STORE"] = "true"
from mlflow.tracking import MlflowClient

uri, run, metrics = sys.argv[1], sys.argv[2], int(sys.argv[3])
client = MlflowClient(uri)
start = time.perf_counter()
points = sum(len(client.get_metric_history(run, f"metric/{m}")) for m in range(metrics))
ms = (time.perf_counter() - start) * 1000
print(json.dumps({"ms": ms, "points": points, "bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}))
