"""trackio, writing beside its database, with nothing set."""

import math
import os

import trackio
from truth import Truth

truth = Truth()
main = truth.run("try one")
trackio.init(project="digits", name="try one", config=main.params({"lr": 0.1, "kind": "cnn"}), embed=False)
for step in range(40):
    values = {"loss": 1 / (step + 3), "acc": step / 40}
    if step == 5:
        values["odd"] = math.inf
    trackio.log(main.metrics(values, step), step=step)
trackio.finish()
