/**
 * A Python module that logs as MLflow's client does on the wire, with the standard library alone: the same calls, and
 * the same patience with a server that is away (every call again after connection errors and 5xx, POST too).
 */
export const mlflowScript = `
import http.client, json, os, time, urllib.parse

uri = urllib.parse.urlsplit(os.environ["MLFLOW_TRACKING_URI"])

def call(verb, path, fields, patience=240):
    end = time.monotonic() + patience
    pause = 0.02
    while True:
        try:
            connection = http.client.HTTPConnection(uri.hostname, uri.port, timeout=120)
            target = uri.path + "/api/2.0/mlflow/" + path
            if verb == "GET":
                connection.request(verb, target + "?" + urllib.parse.urlencode(fields))
            else:
                connection.request(verb, target, json.dumps(fields), {"content-type": "application/json"})
            answer = connection.getresponse()
            body = answer.read()
            connection.close()
            if answer.status < 500 and answer.status not in (408, 429):
                if answer.status != 200:
                    raise SystemExit("answered %d: %s" % (answer.status, body.decode()))
                return json.loads(body or b"{}")
        except (OSError, http.client.HTTPException):
            pass
        if time.monotonic() > end:
            raise SystemExit("the server did not come back")
        time.sleep(pause)
        pause = min(pause * 2, 1)

def start_run(name=None, parent=None):
    tags = [{"key": k, "value": str(v)} for k, v in json.loads(os.environ.get("MLFLOW_RUN_CONTEXT", "{}")).items()]
    if parent is not None:
        tags.append({"key": "mlflow.parentRunId", "value": parent})
    fields = {"experiment_id": "0", "user_id": "me", "start_time": int(time.time() * 1000), "tags": tags}
    if name is not None:
        fields["run_name"] = name
    return call("POST", "runs/create", fields)["run"]["info"]["run_id"]

def log_metric(run, key, value, step):
    call("POST", "runs/log-metric", {"run_uuid": run, "run_id": run, "key": key, "value": value,
        "timestamp": int(time.time() * 1000), "step": step})

def log_param(run, key, value):
    call("POST", "runs/log-parameter", {"run_uuid": run, "run_id": run, "key": key, "value": str(value)})

def set_tag(run, key, value):
    call("POST", "runs/set-tag", {"run_uuid": run, "run_id": run, "key": key, "value": str(value)})

def end_run(run, status="FINISHED"):
    call("POST", "runs/update", {"run_uuid": run, "run_id": run, "status": status,
        "end_time": int(time.time() * 1000)})
`;
