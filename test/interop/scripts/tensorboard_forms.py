"""Event files in the layouts of several tools, each with the writers of tensorboardX and TensorBoard."""

import io
import os
import signal
import struct
import sys
import time

from truth import Truth


def single(value):
    """As an event file holds it: single precision."""
    return struct.unpack("f", struct.pack("f", value))[0]


truth = Truth()
main = truth.run(None)


def folded():
    """What add_scalars and add_hparams put into folders of their own belongs to the run around them."""
    from tensorboardX import SummaryWriter

    with SummaryWriter("runs/Nov22_18-00-13_box") as writer:
        for step in range(30):
            writer.add_scalar("loss", main.metric("loss", single(1 / (step + 1)), step), step)
            writer.add_scalars("rate/of", {"a": main.metric("rate/of/a", step / 4, step), "b": -step}, step)
            main.metric("rate/of/b", -step, step)
        writer.add_hparams(
            main.params({"lr": 0.01, "optimizer": "adam", "layers": 3}),
            {"hparam/accuracy": main.metric("hparam/accuracy", 0.75, 0)},
        )
        main.tags({"hparams.status": "success"})


def keras():
    """The layout of Keras' callback, with the tensors of TensorFlow 2."""
    from tensorboard.compat.proto import event_pb2
    from tensorboard.plugins.hparams import summary_v2 as hparams
    from tensorboard.plugins.histogram import summary_v2 as histogram
    from tensorboard.plugins.scalar import summary_v2 as scalar
    from tensorboard.summary.writer.event_file_writer import EventFileWriter

    def add(writer, summary, step):
        writer.add_event(event_pb2.Event(wall_time=time.time(), step=step, summary=summary))

    folder = "logs/fit/20261122-180013"
    train = EventFileWriter(f"{folder}/train")
    validation = EventFileWriter(f"{folder}/validation")
    for step in range(20):
        add(train, scalar.scalar_pb("epoch_loss", main.metric("train/epoch_loss", 1 / 2 ** step, step)), step)
        add(validation, scalar.scalar_pb("epoch_loss", main.metric("validation/epoch_loss", 2 / 2 ** step, step)), step)
    add(train, histogram.histogram_pb("kernel", [1.0, 2.0, 2.5]), 19)
    main.media("histogram", "train/kernel", 19)
    train.close()
    validation.close()
    trial = EventFileWriter(folder)
    add(trial, hparams.hparams_pb({"units": 16.0, "act": "relu"}), 0)
    main.params({"units": 16, "act": "relu"})
    trial.close()


def restart():
    """A second writer in the same folder, from step 5 on again: nothing of the first stretch is taken away."""
    from tensorboardX import SummaryWriter

    for first, number in [(0, 1), (5, 2)]:
        with SummaryWriter("tb", purge_step=first or None, filename_suffix=f".{number}") as writer:
            for step in range(first, 10):
                writer.add_scalar("loss", main.metric("loss", step * number, step), step)


def killed():
    """The process dies within a write: the torn record waits for ever, everything before it counts."""
    from tensorboard.compat.proto import event_pb2, summary_pb2
    from tensorboard.summary.writer.record_writer import RecordWriter

    def record(step):
        summary = summary_pb2.Summary()
        summary.value.add(tag="loss", simple_value=step / 8)
        file = io.BytesIO()
        RecordWriter(file).write(event_pb2.Event(wall_time=time.time(), step=step, summary=summary).SerializeToString())
        return file.getvalue()

    os.makedirs("tb")
    with open("tb/events.out.tfevents.1795354055.box", "wb", buffering=0) as file:
        for step in range(2000):
            main.metric("loss", step / 8, step)
            file.write(record(step))
        file.write(record(2000)[:-9])
        main.state("failed")
        truth.write()
        os.kill(os.getpid(), signal.SIGKILL)


globals()[sys.argv[1]]()
