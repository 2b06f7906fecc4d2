"""Writes an event file with TensorBoard's own messages and framing: writeEventFile.py PATH POINTS plain|tensor.

plain: scalars as torch, tensorboardX and TensorFlow 1 write them. tensor: as TensorFlow 2 and Keras do.
"""
import math
import sys

from tensorboard.compat.proto import event_pb2
from tensorboard.plugins.scalar import summary_v2
from tensorboard.summary.writer.record_writer import RecordWriter

path, points, form = sys.argv[1], int(sys.argv[2]), sys.argv[3]
tags = [f"{part}/{name}" for part in ("train", "val") for name in "loss accuracy f1 auc lr grad_norm ema time mem eta".split()]

with open(path, "wb") as file:
    writer = RecordWriter(file)
    writer.write(event_pb2.Event(wall_time=1.79e9, file_version="brain.Event:2").SerializeToString())
    for index in range(points):
        step, place = divmod(index, len(tags))
        event = event_pb2.Event(wall_time=1.79e9 + step * 0.25, step=step)
        value = math.exp(-step / 20000) + math.sin(index) / 10
        if form == "plain":
            event.summary.value.add(tag=tags[place], simple_value=value)
        else:
            event.summary.CopyFrom(summary_v2.scalar_pb(tags[place], value))
        writer.write(event.SerializeToString())
