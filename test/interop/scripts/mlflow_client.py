"""MLflow's client API, and reading back what was logged: search, history, artifacts, experiments."""

import os
import time

from mlflow.entities import Metric, Param, RunTag
from mlflow.tracking import MlflowClient
from truth import Truth

truth = Truth()
client = MlflowClient()
experiment = client.create_experiment("by client", tags={"of": "tests"})
assert client.get_experiment(experiment).name == "by client"
assert client.get_experiment_by_name("by client").experiment_id == experiment
assert client.get_experiment_by_name("nobody made this") is None
assert "by client" in [one.name for one in client.search_experiments()]
client.set_experiment_tag(experiment, "colour", "blue")
assert client.get_experiment(experiment).tags["colour"] == "blue"

run = client.create_run(experiment, run_name="from the client", tags={"begun": "yes"})
run_id = run.info.run_id
main = truth.run("renamed by the client")
main.tags({"begun": "yes", "batch": "of tags"})

start = int(time.time() * 1000)
batch = [Metric("batch", main.metric("batch", index / 3, index), start + index, index) for index in range(2500)]
client.log_batch(run_id, metrics=batch[:1000], params=[Param("p", main.params({"p": "q"})["p"])], tags=[RunTag("batch", "of tags")])
client.log_batch(run_id, metrics=batch[1000:2000])
client.log_batch(run_id, metrics=batch[2000:])
client.log_metric(run_id, "single", main.metric("single", 0.5, 9), timestamp=start, step=9)
client.log_param(run_id, "alpha", main.params({"alpha": "1e-3"})["alpha"])
client.set_tag(run_id, "temporary", "yes")
client.delete_tag(run_id, "temporary")
client.log_text(run_id, main.artifact("deep/er/text.txt", "by the client"), "deep/er/text.txt")
client.log_dict(run_id, {"a": [1, 2]}, "dict.json")

# The same value again is accepted, another one is refused: MLflow's own rule.
client.log_param(run_id, "alpha", "1e-3")
try:
    client.log_param(run_id, "alpha", "2e-3")
    raise SystemExit("a changed parameter was accepted")
except Exception as error:
    assert "alpha" in str(error), error

history = client.get_metric_history(run_id, "batch")
assert [(one.step, one.value, one.timestamp) for one in sorted(history, key=lambda one: one.step)] == [
    (index, index / 3, start + index) for index in range(2500)
]
data = client.get_run(run_id).data
assert data.params == {"p": "q", "alpha": "1e-3"}, data.params
assert data.metrics["batch"] == 2499 / 3, data.metrics
assert data.tags["begun"] == "yes" and "temporary" not in data.tags

other = client.create_run(experiment, run_name="other")
child = truth.run("other", parent="renamed by the client")
client.log_metric(other.info.run_id, "single", child.metric("single", 0.75, 1), step=1)
client.log_param(other.info.run_id, "p", child.params({"p": "r"})["p"])
client.set_terminated(other.info.run_id, "KILLED")
child.state("cancelled")

found = client.search_runs([experiment], filter_string="metrics.single > 0.6")
assert [one.info.run_id for one in found] == [other.info.run_id], found
found = client.search_runs([experiment], filter_string="params.p = 'q' and tags.batch = 'of tags'")
assert [one.info.run_id for one in found] == [run_id], found
found = client.search_runs([experiment], order_by=["metrics.single DESC"])
assert [one.info.run_id for one in found] == [other.info.run_id, run_id], found
found = client.search_runs([experiment], filter_string="attributes.status = 'KILLED'")
assert [one.info.run_id for one in found] == [other.info.run_id], found
first = client.search_runs([experiment], max_results=1)
second = client.search_runs([experiment], max_results=1, page_token=first.token)
assert {first[0].info.run_id, second[0].info.run_id} == {run_id, other.info.run_id}

assert sorted(one.path for one in client.list_artifacts(run_id)) == ["deep", "dict.json"]
assert [(one.path, one.is_dir, one.file_size) for one in client.list_artifacts(run_id, "deep/er")] == [("deep/er/text.txt", False, 13)]
copy = client.download_artifacts(run_id, "deep", os.environ["INTEROP_TRUTH"])
with open(os.path.join(copy, "er", "text.txt")) as file:
    assert file.read() == "by the client"

client.update_run(run_id, name="renamed by the client")
client.set_terminated(run_id)
assert client.get_run(run_id).info.status == "FINISHED"
