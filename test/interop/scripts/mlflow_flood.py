"""A thousand metrics a second, for as many seconds as are asked for, in one of the ways of the client."""

import sys
import time

import mlflow
from mlflow.entities import Metric
from truth import Truth

truth = Truth()
seconds = int(sys.argv[1])
with mlflow.start_run(run_name="flood") as run:
    main = truth.run("flood")
    client = mlflow.MlflowClient()
    begin = time.monotonic()
    for tenth in range(10 * seconds):
        now = int(time.time() * 1000)
        client.log_batch(
            run.info.run_id,
            metrics=[
                Metric(f"m{key}", main.metric(f"m{key}", tenth + key / 7 + step / 100, 10 * tenth + step), now, 10 * tenth + step)
                for key in range(10)
                for step in range(10)
            ],
        )
        time.sleep(max(0, begin + (tenth + 1) / 10 - time.monotonic()))
