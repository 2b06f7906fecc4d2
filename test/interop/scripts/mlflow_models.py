"""Logged models with a registered name, images by step, and tables; loaded again from where they were logged."""

import io

import mlflow
import numpy
import pandas
from PIL import Image
from sklearn.linear_model import LinearRegression
from truth import Truth

truth = Truth()
inputs = numpy.arange(12.0).reshape(6, 2)
model = LinearRegression().fit(inputs, inputs @ [2.0, -1.0] + 3)

with mlflow.start_run(run_name="models") as run:
    main = truth.run("models")
    mlflow.log_metric("r2", main.metric("r2", float(model.score(inputs, inputs @ [2.0, -1.0] + 3)), 1), step=1)
    name = {"artifact_path": "model"} if mlflow.__version__.startswith("2.") else {"name": "model"}
    # `skops`, where it is the default, asks which types to trust; pickling is what both generations know.
    logged = mlflow.sklearn.log_model(
        model, **name, registered_model_name="line", serialization_format="cloudpickle", pip_requirements=["scikit-learn"]
    )
    main.model("model", registeredAs="line", version="1")
    for step in (0, 5):
        pixels = numpy.full((4, 6, 3), 40 * step, dtype=numpy.uint8)
        if hasattr(mlflow, "Image"):
            mlflow.log_image(pixels, key="picture of/it", step=step)
            main.media("image", "picture of/it", step)
        mlflow.log_image(pixels, f"images by name/{step}.png")
    mlflow.log_table(pandas.DataFrame({"in": [1, 2], "out": ["a", "b"]}), "table.json")
    mlflow.log_table({"in": [3], "out": ["c"]}, "table.json")

again = mlflow.sklearn.load_model(logged.model_uri)
assert numpy.array_equal(again.predict(inputs), model.predict(inputs))
again = mlflow.pyfunc.load_model("models:/line/1")
assert numpy.array_equal(again.predict(inputs), model.predict(inputs))
table = mlflow.load_table("table.json", run_ids=[run.info.run_id])
assert list(table["out"]) == ["a", "b", "c"], table
version = mlflow.MlflowClient().get_model_version("line", "1")
assert version.run_id == run.info.run_id and version.status == "READY", version
copy = mlflow.artifacts.download_artifacts(run_id=run.info.run_id, artifact_path="images by name/5.png")
with open(copy, "rb") as file:
    assert Image.open(io.BytesIO(file.read())).getpixel((0, 0)) == (200, 200, 200)
