"""MLflow's fluent API: parameters, tags, metrics of every kind, artifacts, a data set, nested runs."""

import math
import os

import mlflow
import pandas
from truth import Truth

truth = Truth()
mlflow.set_experiment("digits with a space")

with mlflow.start_run(run_name="fluent", description="what it is for"):
    main = truth.run("fluent")
    mlflow.log_param("lr", main.params({"lr": 0.1})["lr"])
    mlflow.log_params(
        main.params({"optimizer": "adamw", "layers": 3, "nesterov": True, "note": "two words", "empty": "", "zéro": "naïve ☃", "padded": "007"})
    )
    mlflow.log_params(main.params({f"many/{index}": index for index in range(120)}))
    mlflow.set_tag("stage", main.tags({"stage": "trial"})["stage"])
    mlflow.set_tags(main.tags({"team": "vision", "mlflow.note.content": "written later"}))
    mlflow.set_tag("gone", "soon")
    mlflow.delete_tag("gone")

    for step in range(25):
        mlflow.log_metric("train/loss", main.metric("train/loss", 1 / (step + 3), step), step=step)
        mlflow.log_metrics(
            main.metrics({"acc": step / 25, "lr": 0.1 * 0.9**step, "grad norm": math.exp(-step)}, step), step=step
        )
    for step, value in enumerate([math.nan, math.inf, -math.inf, -0.0, 5e-324, 1.7976931348623157e308, 2**53 + 1.0, 1]):
        mlflow.log_metric("odd", main.metric("odd", value, step), step=step)
    for step in (-3, 7, 7, 2):
        mlflow.log_metric("unordered", main.metric("unordered", step / 8, step), step=step)
    mlflow.log_metric("final", main.metric("final", 0.25, 0))

    os.makedirs("out put/deep", exist_ok=True)
    for name in ("out put/plain.txt", "out put/deep/näme.txt"):
        with open(name, "w", encoding="utf-8", newline="") as file:
            file.write(name)
    mlflow.log_artifact("out put/plain.txt")
    main.artifact("plain.txt", "out put/plain.txt")
    mlflow.log_artifact("out put/plain.txt", "some folder")
    main.artifact("some folder/plain.txt", "out put/plain.txt")
    mlflow.log_artifacts("out put", "all")
    main.artifact("all/plain.txt", "out put/plain.txt")
    main.artifact("all/deep/näme.txt", "out put/deep/näme.txt")
    mlflow.log_text(main.artifact("notes/a.txt", "a text"), "notes/a.txt")

    frame = pandas.DataFrame({"x": [1.0, 2.0], "y": [0, 1]})
    mlflow.log_input(mlflow.data.from_pandas(frame, source="train.csv", name="digits", targets="y"), context="training")
    main.dataset("digits", context="training")

    for fold in range(2):
        with mlflow.start_run(run_name=f"fold {fold}", nested=True):
            child = truth.run(f"fold {fold}", parent="fluent")
            mlflow.log_params(child.params({"fold": fold}))
            mlflow.set_tag("kind", child.tags({"kind": "fold"})["kind"])
            for step in range(5):
                mlflow.log_metric("val/loss", child.metric("val/loss", fold + step / 7, step), step=step)
            mlflow.log_text(child.artifact("fold.txt", f"fold {fold}"), "fold.txt")
            if fold == 1:
                with mlflow.start_run(run_name="deeper", nested=True):
                    deeper = truth.run("deeper", parent="fold 1")
                    mlflow.log_metric("depth", deeper.metric("depth", 2, 0), step=0)
    mlflow.log_metric("after", main.metric("after", 1.5, 3), step=3)

with mlflow.start_run(run_name="a second one"):
    second = truth.run("a second one", parent="fluent")
    mlflow.log_metric("second", second.metric("second", 2.0, 0))
