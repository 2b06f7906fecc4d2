"""Asynchronous logging: the calls return at once, batches arrive in any order."""

import mlflow
from truth import Truth

truth = Truth()
with mlflow.start_run(run_name="async"):
    main = truth.run("async")
    for step in range(300):
        mlflow.log_metric("loss", main.metric("loss", 1 / (step + 1), step), step=step, synchronous=False)
        if step % 50 == 0:
            mlflow.log_metrics(main.metrics({"a": step, "b": -step}, step), step=step, synchronous=False)
    mlflow.log_params(main.params({"x": 1, "y": "two"}), synchronous=False)
    mlflow.set_tags(main.tags({"t": "u"}), synchronous=False)
