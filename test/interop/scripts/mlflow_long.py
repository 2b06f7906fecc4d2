"""Logs one point after the other until the file `stop` appears, and ends with an exit code of its own.

`acknowledged` holds how many points MLflow has said are logged.
"""

import os
import sys
import time

import mlflow
from truth import Truth

truth = Truth()
with mlflow.start_run(run_name="long"):
    main = truth.run("long")
    step = 0
    while not os.path.exists("stop"):
        mlflow.log_metric("loss", main.metric("loss", 1 / (step + 1), step), step=step)
        step += 1
        with open("acknowledged.new", "w") as file:
            file.write(str(step))
        os.replace("acknowledged.new", "acknowledged")
        time.sleep(0.02)
    mlflow.log_param("steps", main.params({"steps": step})["steps"])
    with mlflow.start_run(run_name="late", nested=True):
        late = truth.run("late", parent="long")
        mlflow.log_metric("late", late.metric("late", 1.0, 0), step=0)
sys.exit(7)
