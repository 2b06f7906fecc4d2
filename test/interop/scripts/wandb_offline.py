"""W&B in its offline mode."""

import math

import wandb
from truth import Truth

truth = Truth()
main = truth.run("try one")
run = wandb.init(mode="offline", project="digits", name="try one", config=main.params({"lr": 0.1, "kind": "cnn"}))
for step in range(250):
    values = {"loss": 1 / (step + 3), "nested/acc": step / 250}
    if step == 5:
        values["odd"] = math.nan
    run.log(main.metrics(values, step), step=step)
run.finish()
