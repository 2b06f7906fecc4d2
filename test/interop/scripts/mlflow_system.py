"""System metrics, sampled by MLflow beside the training."""

import time

import mlflow
from truth import Truth

truth = Truth()
mlflow.enable_system_metrics_logging()
mlflow.set_system_metrics_sampling_interval(0.2)
with mlflow.start_run(run_name="system") as run:
    main = truth.run("system")
    mlflow.log_metric("loss", main.metric("loss", 0.5, 0), step=0)
    key = "system/cpu_utilization_percentage"
    client = mlflow.MlflowClient()
    until = time.monotonic() + 60
    while len(client.get_metric_history(run.info.run_id, key)) < 2 and time.monotonic() < until:
        time.sleep(0.1)
for key in client.get_run(run.info.run_id).data.metrics:
    if key.startswith("system/"):
        for point in client.get_metric_history(run.info.run_id, key):
            main.metric(key, point.value, point.step)
assert len(main.said["metrics"]) > 5, main.said
