"""Logs one of everything with the writers of tensorboardX and TensorBoard: write_events.py LOGDIR [small]."""
import math
import os
import sys

import numpy as np
from tensorboard.compat.proto import event_pb2, summary_pb2, tensor_pb2
from tensorboard.plugins.hparams import plugin_data_pb2, summary_v2 as hparams_summary
from tensorboard.plugins.histogram import summary_v2 as histogram_summary
from tensorboard.plugins.scalar import summary_v2 as scalar_summary
from tensorboard.plugins.text import summary_v2 as text_summary
from tensorboard.summary import Writer
from tensorboard.summary.writer.event_file_writer import EventFileWriter
from tensorboard.util import tensor_util
from tensorboardX import SummaryWriter

logdir = sys.argv[1]
steps = 5 if "small" in sys.argv else 200
START = 1_795_354_055.25
rng = np.random.default_rng(7)


def write_tensorboardx():
    folder = os.path.join(logdir, "x")
    writer = SummaryWriter(folder, filename_suffix=".first")
    for step in range(steps):
        writer.add_scalar("train/loss", math.exp(-step / 7), step, START + step * 0.37)
        writer.add_scalar("far apart", step / 3, step * 1_000_003, START + step)
    for step, value in enumerate([math.nan, math.inf, -math.inf, 1e-45, 3.4028234e38, 1e300, -0.0]):
        writer.add_scalar("odd", value, step, START + step)
    writer.add_scalar("far", 1.5, 2**53 - 1, START)
    # In milliseconds and back it is another number.
    writer.add_scalar("odd time", 1, 1, float.fromhex("0x1.ac125f8fa0895p+30"))
    writer.add_scalar("before", 2.5, -3, START)
    writer.add_scalar("named", 0.1, 1, START, display_name="Named", summary_description="What it is")
    writer.add_scalars("group/of", {"a": 0.25, "b": 0.75}, 3, START)
    writer.add_hparams({"lr": 0.1, "name": "adam", "nesterov": True, "layers": 3}, {"hparam/accuracy": 0.9})
    writer.add_text("notes", "a **bold** text with ünïcode", 4, START)
    writer.add_image("picture", np.linspace(0, 255, 48, dtype=np.uint8).reshape(3, 4, 4), 2, START)
    writer.add_histogram("weights", rng.normal(size=1000).astype(np.float32), 6, walltime=START)
    writer.add_histogram("constant", np.ones(10, dtype=np.float32), 6, walltime=START)
    writer.add_pr_curve("curve", rng.integers(2, size=50), rng.random(50), 1, walltime=START)
    writer.close()
    # A restart as torch and tensorboardX write it: TensorBoard drops steps from 3 on, all of them stay here.
    again = SummaryWriter(folder, purge_step=3, filename_suffix=".second")
    for step in range(3, steps + 2):
        again.add_scalar("train/loss", -step, step, START + 1000 + step)
    again.close()


def add(writer, summary, step, wall_time=START):
    writer.add_event(event_pb2.Event(wall_time=wall_time, step=step, summary=summary))


def tensor_summary(tag, plugin, tensor):
    summary = summary_pb2.Summary()
    value = summary.value.add(tag=tag, tensor=tensor)
    if plugin is not None:
        value.metadata.plugin_data.plugin_name = plugin
    return summary


def write_tensorboard():
    folder = os.path.join(logdir, "tb2")
    writer = EventFileWriter(folder)
    for step in range(steps):
        # TensorFlow says what a tag is on every value, others only on the first.
        summary = scalar_summary.scalar_pb("epoch_loss", 1 / (step + 1))
        if step > 0:
            summary.value[0].ClearField("metadata")
        add(writer, summary, step, START + step)
        add(writer, scalar_summary.scalar_pb("epoch_accuracy", step / steps), step, START + step)
    for name in ["float16", "float32", "float64", "int8", "int16", "int32", "int64", "uint8", "uint16", "bool"]:
        for which, value in enumerate([0, 1, 100 if name != "bool" else 1]):
            proto = tensor_util.make_tensor_proto(np.array(value, dtype=name))
            add(writer, tensor_summary(f"types/{name}", "scalars", proto), which)
            content = tensor_pb2.TensorProto(dtype=proto.dtype, tensor_shape=proto.tensor_shape)
            content.tensor_content = np.array(value, dtype=name).tobytes()
            add(writer, tensor_summary(f"content/{name}", "scalars", content), which)
    for step, value in enumerate([math.nan, math.inf, -math.inf, 6e-8, 65504.0]):
        add(writer, tensor_summary("odd16", "scalars", tensor_util.make_tensor_proto(np.float16(value))), step)
    add(writer, scalar_summary.scalar_pb("größe/🙂", 0.5), 7)
    exact = tensor_util.make_tensor_proto(np.float64(math.pi))
    add(writer, tensor_summary("exact", "scalars", exact), 1)
    add(writer, tensor_summary("plain", None, exact), 1)
    add(writer, histogram_summary.histogram_pb("table", rng.normal(size=500)), 3)
    add(writer, histogram_summary.histogram_pb("nothing", np.zeros((0,))), 3)
    add(writer, text_summary.text_pb("one", "single"), 1)
    add(writer, text_summary.text_pb("several", ["first", "second"]), 1)
    png = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4
    images = tensor_util.make_tensor_proto([b"16", b"8", png, png + b"!"])
    add(writer, tensor_summary("shots", "images", images), 2)
    add(writer, tensor_summary("sound", "audio", tensor_util.make_tensor_proto([[b"RIFF", b""]])), 2)
    many = summary_pb2.Summary()
    for index in range(5):
        many.value.add(tag=f"many/{index}", simple_value=index / 7)
    add(writer, many, 9)
    big = summary_pb2.Summary()
    big.value.add(tag="before big", simple_value=1)
    writer.add_event(event_pb2.Event(wall_time=START, step=1, graph_def=b"\0" * 3_000_000 if steps > 5 else b"\0" * 300))
    add(writer, big, 2)
    writer.close()

    writer = Writer(os.path.join(logdir, "new"))
    for step in range(steps):
        writer.add_scalar("new/loss", step * step, step, wall_time=START + step)
    writer.close()

    writer = EventFileWriter(os.path.join(logdir, "hp"))
    add(writer, hparams_summary.hparams_pb({"lr": 1e-4, "act": "relu", "bias": False, "units": 64}), 0)
    status = plugin_data_pb2.HParamsPluginData()
    status.session_end_info.status = 2
    end = tensor_summary("_hparams_/session_end_info", "hparams", tensor_util.make_tensor_proto(0.0))
    end.value[0].metadata.plugin_data.content = status.SerializeToString()
    add(writer, end, 0)
    writer.close()


write_tensorboardx()
write_tensorboard()
