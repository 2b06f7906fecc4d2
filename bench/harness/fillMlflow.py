"""Fills MLflow's own default store, made by MLflow itself, with the runs given as JSON on standard input.

The first run goes through MLflow's client; the others are rows like its rows, because ten thousand calls of the client
take an hour and end in the same rows.
"""
import json
import sqlite3
import sys
import uuid

import mlflow
from mlflow.entities import Metric, Param

runs = json.load(sys.stdin)
client = mlflow.MlflowClient()
first = client.create_run("0", start_time=runs[0]["startedAt"], run_name=runs[0]["name"])
client.log_batch(
    first.info.run_id,
    [Metric(key, value, runs[0]["startedAt"], 99) for key, value in runs[0]["metrics"].items()],
    [Param(key, str(value)) for key, value in runs[0]["parameters"].items()],
    [],
)
client.set_terminated(first.info.run_id, end_time=runs[0]["startedAt"] + 200_000)

with sqlite3.connect("mlflow.db") as database:
    database.row_factory = sqlite3.Row

    def copies(table, changes):
        rows = [dict(row) for row in database.execute(f"select * from {table} where run_uuid = ?", [first.info.run_id])]
        made = [{**row, **change} for row in rows for change in changes(row)]
        names = list(made[0])
        sql = f"insert into {table} ({', '.join(names)}) values ({', '.join('?' * len(names))})"
        database.executemany(sql, [[row[name] for name in names] for row in made])

    others = [(uuid.uuid4().hex, run) for run in runs[1:]]
    uri = database.execute("select artifact_uri from runs").fetchone()[0]
    copies("runs", lambda row: [
        {"run_uuid": id, "name": run["name"], "start_time": run["startedAt"], "end_time": run["startedAt"] + 200_000,
         "artifact_uri": uri.replace(first.info.run_id, id)}
        for id, run in others])
    for table in ("metrics", "latest_metrics"):
        copies(table, lambda row: [
            {"run_uuid": id, "value": run["metrics"][row["key"]], "timestamp": run["startedAt"]} for id, run in others])
    copies("params", lambda row: [
        {"run_uuid": id, "value": str(run["parameters"][row["key"]])} for id, run in others])
    copies("tags", lambda row: [
        {"run_uuid": id, **({"value": run["name"]} if row["key"] == "mlflow.runName" else {})} for id, run in others])
