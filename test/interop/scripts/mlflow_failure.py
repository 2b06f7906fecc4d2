"""An exception inside a run: of a child run, which the script survives, and then of the run itself."""

import mlflow
from truth import Truth

truth = Truth()
with mlflow.start_run(run_name="doomed"):
    main = truth.run("doomed")
    main.state("failed")
    mlflow.log_metric("loss", main.metric("loss", 0.5, 0), step=0)
    try:
        with mlflow.start_run(run_name="failed child", nested=True):
            child = truth.run("failed child", parent="doomed")
            child.state("failed")
            mlflow.log_metric("loss", child.metric("loss", 0.25, 0), step=0)
            raise ValueError("the child failed")
    except ValueError:
        pass
    with mlflow.start_run(run_name="good child", nested=True):
        truth.run("good child", parent="doomed")
    raise RuntimeError("out of luck")
