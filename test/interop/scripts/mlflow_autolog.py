"""Autologging of scikit-learn: nothing in the script logs, MLflow does."""

import mlflow
import numpy
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, f1_score, log_loss
from truth import Truth

truth = Truth()
mlflow.sklearn.autolog(log_models=False)
random = numpy.random.default_rng(0)
inputs = random.normal(size=(80, 4))
labels = (inputs[:, 0] + inputs[:, 1] > 0).astype(int)
model = LogisticRegression(C=0.5, max_iter=50)
model.fit(inputs, labels)

main = truth.run(None)
main.params(model.get_params())
guess = model.predict(inputs)
# A score that is asked for afterwards is logged, too.
score = model.score(inputs, labels)
main.metric("training_score", score, 0)
main.metric("LogisticRegression_score_inputs", score, 0)
main.metric("training_accuracy_score", accuracy_score(labels, guess), 0)
main.metric("training_f1_score", f1_score(labels, guess, average="weighted"), 0)
main.metric("training_log_loss", log_loss(labels, model.predict_proba(inputs)), 0)
main.tags({"estimator_name": "LogisticRegression"})
