"""A script that has a store of its own."""

import sys

import mlflow

if len(sys.argv) > 1:
    mlflow.set_tracking_uri(sys.argv[1])
with mlflow.start_run(run_name="elsewhere") as run:
    mlflow.log_metric("loss", 0.5, step=0)
print(mlflow.get_tracking_uri())
assert mlflow.MlflowClient().get_metric_history(run.info.run_id, "loss")[0].value == 0.5
