"""tensorboardX: scalars, text, images, histograms, hyperparameters and grouped scalars."""

import math
import struct

import numpy
from tensorboardX import SummaryWriter
from truth import Truth


def single(value):
    """As an event file holds it: single precision."""
    return struct.unpack("f", struct.pack("f", value))[0]


truth = Truth()
main = truth.run(None)
with SummaryWriter("runs/first try") as writer:
    for step in range(60):
        writer.add_scalar("train/loss", 1 / (step + 3), step)
        main.metric("train/loss", single(1 / (step + 3)), step)
    for step, value in enumerate([math.nan, math.inf, -math.inf]):
        writer.add_scalar("odd", value, step)
        main.metric("odd", value, step)
    writer.add_text("notes", "a **bold** word", 3)
    main.media("text", "notes", 3)
    writer.add_image("picture", numpy.full((3, 4, 6), 128, dtype=numpy.uint8), 7)
    main.media("image", "picture", 7)
    writer.add_histogram("weights", numpy.arange(100.0), 2)
    main.media("histogram", "weights", 2)
