"""Several trainings in one script, one after the other, as a loop over seeds or parameters has them."""

import struct
import sys

from truth import Truth

truth = Truth()


def single(value):
    """As an event file holds it: single precision."""
    return struct.unpack("f", struct.pack("f", value))[0]


def told(place, name):
    """The first one is the run of the command."""
    return truth.run(names[0]) if place == 0 else truth.run(name, parent=names[0] or "the run")


def losses(place):
    return [(step, (place + 1) / (step + 3)) for step in range(30)]


def with_wandb(place, name):
    import wandb

    run = told(place, name)
    with wandb.init(mode="offline", project="digits", name=name, config=run.params({"seed": place}), reinit="finish_previous") as logged:
        for step, loss in losses(place):
            logged.log(run.metrics({"loss": loss, "acc": 1 - loss}, step), step=step)


def with_trackio(place, name):
    import trackio

    run = told(place, name)
    trackio.init(project="digits", name=name, config=run.params({"seed": place}), embed=False)
    for step, loss in losses(place):
        trackio.log(run.metrics({"loss": loss, "acc": 1 - loss}, step), step=step)
    trackio.finish()


def with_dvclive(place, name, folder=None):
    from dvclive import Live

    run = told(place, name)
    with Live(dir=folder or f"out/{name}", save_dvc_exp=False, dvcyaml=None) as live:
        live.log_params(run.params({"seed": place}))
        for step, loss in losses(place):
            live.log_metric("train/loss", run.metric("train/loss", loss, step))
            live.next_step()


def with_one_dvclive(place, name):
    import time

    with_dvclive(place, name, "dvclive")
    # The next one deletes the files of this one at once.
    time.sleep(1)


def with_tensorboard(place, name):
    from tensorboardX import SummaryWriter

    run = told(place, name)
    with SummaryWriter(f"runs/{name}") as writer:
        writer.add_text("about", f"seed {place}", 0)
        run.media("text", "about", 0)
        for step, loss in losses(place):
            writer.add_scalar("train/loss", loss, step)
            run.metric("train/loss", single(loss), step)
            writer.add_scalars("both", {"a": loss, "b": 2 * loss}, step)
            run.metric("both/a", single(loss), step)
            run.metric("both/b", single(2 * loss), step)
        writer.add_hparams({"seed": place}, {"best": 0.5}, name=None, global_step=30)
        run.params({"seed": place})
        run.metric("best", 0.5, 30)


trainings = {
    "wandb": (with_wandb, ["seed 0", "seed 1", "seed 2"]),
    "trackio": (with_trackio, ["seed 0", "seed 1", "seed 2"]),
    "dvclive": (with_dvclive, [None, "lr 2", "lr 3"]),
    "dvclive-again": (with_one_dvclive, [None, "dvclive 2", "dvclive 3"]),
    "tensorboard": (with_tensorboard, [None, "lr=0.2", "lr=0.3"]),
}
train, names = trainings[sys.argv[1]]
for place, name in enumerate(names):
    train(place, name)
