"""Tables in the forms of libraries that are too large to install here, written as those libraries write them."""

import csv
import json
import os
import sys

from truth import Truth

truth = Truth()
main = truth.run(None)


def lightning():
    """lightning_fabric/loggers/csv_logs.py: sparse rows; a new name has the whole file written again."""
    folder = "lightning_logs/version_0"
    os.makedirs(folder)
    rows = []
    for step in range(10):
        rows.append({"epoch": step // 5, "step": step, "train_loss": main.metric("train_loss", 1 / (step + 3), step)})
        if step % 5 == 4:
            rows.append({"epoch": step // 5, "step": step, "val_loss": main.metric("val_loss", 2 / (step + 3), step)})
        names = sorted({name for row in rows for name in row})
        with open(f"{folder}/metrics.csv", "w", newline="") as file:
            writer = csv.DictWriter(file, fieldnames=names)
            writer.writeheader()
            writer.writerows(rows)
    for row in rows:
        main.metric("epoch", row["epoch"], row["step"])
    with open(f"{folder}/hparams.yaml", "w") as file:
        file.write("lr: 0.1\nwidth: 3\n")
    main.params({"lr": 0.1, "width": 3})


def ultralytics():
    """ultralytics/engine/trainer.py: one line an epoch, values as %.6g, epochs from 1."""
    folder = "runs/detect/train"
    os.makedirs(folder)
    for epoch in range(1, 5):
        values = {"train/box_loss": 1 / (epoch + 3), "metrics/mAP50-95(B)": epoch / 7, "lr/pg0": 1e-3 / epoch}
        with open(f"{folder}/results.csv", "a") as file:
            if epoch == 1:
                file.write(",".join(["epoch", "time", *values]) + "\n")
            file.write(",".join("%.6g" % value for value in [epoch, epoch * 1.5, *values.values()]) + "\n")
        for key, value in {"time": epoch * 1.5, **values}.items():
            main.metric(key, float("%.6g" % value), epoch)


def transformers():
    """transformers/trainer_callback.py: the whole history at each checkpoint."""
    history = []
    for step in (10, 20, 30):
        history.append(
            {
                "epoch": main.metric("epoch", step / 10, step),
                "loss": main.metric("loss", 1 / step, step),
                "learning_rate": main.metric("learning_rate", 5e-5 / step, step),
                "step": step,
            }
        )
        history.append({"epoch": main.metric("epoch", step / 10, step), "eval_loss": main.metric("eval_loss", 2 / step, step), "step": step})
        folder = f"out/checkpoint-{step}"
        os.makedirs(folder)
        with open(f"{folder}/trainer_state.json", "w") as file:
            state = {"epoch": step / 10, "global_step": step, "log_history": history, "max_steps": 30}
            file.write(json.dumps(state, indent=2, sort_keys=True) + "\n")


{"lightning": lightning, "ultralytics": ultralytics, "transformers": transformers}[sys.argv[1]]()
