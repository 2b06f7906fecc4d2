"""An Optuna study whose callback logs every trial with MLflow."""

import mlflow
import optuna
from optuna.integration.mlflow import MLflowCallback
from truth import Truth

truth = Truth()
optuna.logging.set_verbosity(optuna.logging.WARNING)
callback = MLflowCallback(metric_name="score", create_experiment=False, mlflow_kwargs={"nested": True})
study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=1), study_name="quadratic")


@callback.track_in_mlflow()
def objective(trial):
    x = trial.suggest_float("x", -3, 3)
    kind = trial.suggest_categorical("kind", ["a", "b"])
    child = truth.run(str(trial.number), parent="study")
    child.params({"x": x, "kind": kind})
    for step in range(3):
        mlflow.log_metric("running", child.metric("running", x + step, step), step=step)
    score = (x - 1) ** 2
    child.metric("score", score, 0)
    return score


with mlflow.start_run(run_name="study"):
    main = truth.run("study")
    study.optimize(objective, n_trials=5, callbacks=[callback])
    mlflow.log_metric("best", main.metric("best", study.best_value, 0), step=0)
    mlflow.log_params(main.params({"best x": study.best_params["x"]}))
