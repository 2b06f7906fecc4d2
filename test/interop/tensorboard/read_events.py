"""Prints what TensorBoard's own reader finds in each event file below LOGDIR, as JSON; floats as hexadecimal bytes."""
import base64
import glob
import json
import os
import struct
import sys

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins.hparams import plugin_data_pb2
from tensorboard.util import tensor_util

ALL = dict.fromkeys(["scalars", "tensors", "images", "histograms", "compressedHistograms", "audio"], 0)


def number(value):
    return struct.pack(">d", float(value)).hex()


def hparams(accumulator):
    found = {"parameters": {}, "status": None}
    try:
        contents = accumulator.PluginTagToContent("hparams")
    except KeyError:
        return found
    for content in contents.values():
        data = plugin_data_pb2.HParamsPluginData.FromString(content)
        if data.WhichOneof("data") == "session_start_info":
            for name, value in data.session_start_info.hparams.items():
                found["parameters"][name] = getattr(value, value.WhichOneof("kind"))
        if data.WhichOneof("data") == "session_end_info":
            found["status"] = data.session_end_info.status
    return found


def read(path):
    accumulator = EventAccumulator(path, size_guidance=ALL, purge_orphaned_data=False)
    accumulator.Reload()
    tags = accumulator.Tags()
    out = {"scalars": {}, "texts": {}, "images": {}, "tensorImages": {}, "histograms": {}, "tables": {}}
    for tag in tags["scalars"]:
        out["scalars"][tag] = [[e.step, number(e.wall_time), number(e.value)] for e in accumulator.Scalars(tag)]
    for tag in tags["images"]:
        out["images"][tag] = [
            [e.step, e.width, e.height, base64.b64encode(e.encoded_image_string).decode()]
            for e in accumulator.Images(tag)
        ]
    for tag in tags["histograms"]:
        out["histograms"][tag] = [
            [e.step, number(e.histogram_value.min), number(e.histogram_value.max), number(e.histogram_value.num)]
            + [number(e.histogram_value.sum), sum(e.histogram_value.bucket)]
            for e in accumulator.Histograms(tag)
        ]
    for tag in tags["tensors"]:
        metadata = accumulator.summary_metadata.get(tag)
        plugin = metadata.plugin_data.plugin_name if metadata else ""
        for event in accumulator.Tensors(tag):
            value = tensor_util.make_ndarray(event.tensor_proto)
            if plugin == "scalars" or (plugin == "" and value.ndim == 0 and value.dtype.kind in "fiub"):
                entry = [event.step, number(event.wall_time), number(value.item())]
                out["scalars"].setdefault(tag, []).append(entry)
            elif plugin == "text":
                text = "\n".join(part.decode() for part in value.ravel())
                out["texts"].setdefault(tag, []).append([event.step, text])
            elif plugin == "images":
                parts = [base64.b64encode(part).decode() for part in value[2:]]
                out["tensorImages"].setdefault(tag, []).append([event.step, int(value[0]), int(value[1]), *parts])
            elif plugin == "histograms":
                rows = [[number(cell) for cell in row] for row in value]
                out["tables"].setdefault(tag, []).append([event.step, rows])
    out["hparams"] = hparams(accumulator)
    return out


logdir = sys.argv[1]
paths = sorted(glob.glob(os.path.join(glob.escape(logdir), "**", "*tfevents*"), recursive=True))
json.dump({os.path.relpath(path, logdir).replace(os.sep, "/"): read(path) for path in paths}, sys.stdout)
