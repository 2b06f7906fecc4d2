"""Reads one event file with TensorBoard's EventAccumulator; prints as one line of JSON what that took."""
import json
import resource
import sys
import time

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

start = time.perf_counter()
accumulator = EventAccumulator(sys.argv[1], size_guidance={"scalars": 0, "tensors": 0})
accumulator.Reload()
ms = (time.perf_counter() - start) * 1000
tags = accumulator.Tags()
points = sum(len(accumulator.Scalars(tag)) for tag in tags["scalars"])
points += sum(len(accumulator.Tensors(tag)) for tag in tags["tensors"])
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
print(json.dumps({"ms": ms, "points": points, "problems": 0, "bytes": peak}))
