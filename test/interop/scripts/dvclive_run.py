"""DVCLive with nested names, parameters, an image, and a second run that deletes the files of the first."""

import math

from dvclive import Live
from PIL import Image
from truth import Truth

truth = Truth()
main = truth.run(None)
with Live(save_dvc_exp=False, dvcyaml=None) as live:
    live.log_params(main.params({"lr": 0.01, "layers": 2, "name": "resnet"}))
    for epoch in range(6):
        live.log_metric("train/loss", main.metric("train/loss", 1 / (epoch + 3), epoch))
        live.log_metric("acc", main.metric("acc", epoch / 6, epoch), timestamp=True)
        if epoch == 2:
            live.log_metric("odd", main.metric("odd", math.nan, epoch))
        if epoch == 3:
            live.log_image("sample.png", Image.new("RGB", (5, 4), (255, 0, 0)))
            # Its file tells no step.
            main.media("image", "sample", 0)
        live.next_step()
    live.summary["best"] = main.metric("best", 0.5, 5)
