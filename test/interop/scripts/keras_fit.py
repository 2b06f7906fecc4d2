"""A Keras model fitted with the CSVLogger callback."""

import csv
import os

os.environ.setdefault("KERAS_BACKEND", "jax")
import keras
import numpy
from truth import Truth

truth = Truth()
random = numpy.random.default_rng(0)
inputs = random.normal(size=(64, 4)).astype("float32")
labels = (inputs[:, :1] > 0).astype("float32")
model = keras.Sequential([keras.layers.Input((4,)), keras.layers.Dense(3, activation="relu"), keras.layers.Dense(1, activation="sigmoid")])
model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
os.makedirs("logs", exist_ok=True)
history = model.fit(
    inputs, labels, validation_split=0.25, epochs=4, verbose=0, callbacks=[keras.callbacks.CSVLogger("logs/training.csv")]
)
main = truth.run(None)
for key, values in history.history.items():
    for epoch, value in enumerate(values):
        main.metric(key, float(value), epoch)
