"""Two processes of one training, each with its RANK, each logging everything."""

import json
import multiprocessing
import os
import subprocess
import sys

from truth import Truth


def worker(rank):
    truth = Truth()
    # Of the three only MLflow names its runs.
    main = truth.run("ranks" if "mlflow" in sys.argv[1] else None)
    if "mlflow" in sys.argv[1]:
        import mlflow

        with mlflow.start_run(run_name="ranks"):
            for step in range(20):
                mlflow.log_metric("loss", main.metric("loss", rank + step / 20, step, rank), step=step)
    elif sys.argv[1] == "tensorboard":
        from tensorboardX import SummaryWriter

        os.makedirs("runs/ranks", exist_ok=True)
        with SummaryWriter("runs/ranks", filename_suffix=f".{rank}") as writer:
            for step in range(20):
                writer.add_scalar("loss", main.metric("loss", rank + step / 16, step, rank), step)
    else:
        for step in range(20):
            line = {"step": step, "rank": rank, "loss": main.metric("loss", rank + step / 20, step, rank)}
            with open(os.environ["LOCKSTEP_METRICS"], "a") as file:
                file.write(json.dumps(line) + "\n")


def pooled(rank):
    """A worker of multiprocessing sets its rank itself, after it has begun."""
    os.environ["RANK"] = str(rank)
    worker(rank)


if __name__ != "__main__":
    pass
elif sys.argv[1] == "multiprocessing mlflow":
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=pooled, args=(rank,)) for rank in range(2)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    sys.exit(max(one.exitcode for one in workers))
elif "RANK" in os.environ:
    worker(int(os.environ["RANK"]))
else:
    workers = [
        subprocess.Popen([sys.executable, *sys.argv], env={**os.environ, "RANK": str(rank), "WORLD_SIZE": "2", "LOCAL_RANK": str(rank)})
        for rank in range(2)
    ]
    sys.exit(max(one.wait() for one in workers))
