"""Runs that are taken up again by their id."""

import mlflow
from truth import Truth

truth = Truth()
main = truth.run("resumed")
child = truth.run("child", parent="resumed")

with mlflow.start_run(run_name="resumed") as first:
    mlflow.log_param("phase", main.params({"phase": 1})["phase"])
    for step in range(3):
        mlflow.log_metric("loss", main.metric("loss", 3 - step, step), step=step)
    with mlflow.start_run(run_name="child", nested=True) as nested:
        mlflow.log_metric("inner", child.metric("inner", 1, 0), step=0)

with mlflow.start_run(run_id=first.info.run_id) as again:
    assert again.info.run_name == "resumed" and again.data.params["phase"] == "1"
    mlflow.log_param("second", main.params({"second": 2})["second"])
    for step in range(3, 6):
        mlflow.log_metric("loss", main.metric("loss", 3 - step, step), step=step)
    with mlflow.start_run(run_id=nested.info.run_id, nested=True):
        mlflow.log_metric("inner", child.metric("inner", 2, 1), step=1)

assert mlflow.get_run(first.info.run_id).info.status == "FINISHED"
assert [one.value for one in mlflow.MlflowClient().get_metric_history(first.info.run_id, "loss")] == [3, 2, 1, 0, -1, -2]
