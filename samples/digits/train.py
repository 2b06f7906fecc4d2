"""Trains a small neural network to read handwritten digits, with the Python standard library alone.

One hidden layer, stochastic gradient descent with momentum. Prints one line of JSON per epoch and writes the
trained network to a file. The same arguments on the same Python give the same bytes, every time.
"""
import argparse
import csv
import gzip
import json
import math
import random
from operator import mul
from pathlib import Path

HERE = Path(__file__).resolve().parent
PIXELS, CLASSES = 64, 10


def main():
    options = parse_arguments()
    generator = random.Random(options.seed)
    training, validation = split(load(options.data))
    network = new_network(generator, options.hidden)
    velocity = zeros_like(network)

    for epoch in range(1, options.epochs + 1):
        generator.shuffle(training)
        total_loss = correct = 0
        for start in range(0, len(training), options.batch_size):
            batch = training[start:start + options.batch_size]
            gradient, loss, right = gradient_of(network, batch)
            step(network, velocity, gradient, options.lr / len(batch), options.momentum)
            total_loss += loss
            correct += right
        validation_loss, validation_accuracy = evaluate(network, validation)
        print(json.dumps({
            "epoch": epoch,
            "loss": total_loss / len(training),
            "accuracy": correct / len(training),
            "val_loss": validation_loss,
            "val_accuracy": validation_accuracy,
        }))

    options.model.write_text(json.dumps({"hidden": options.hidden, "layers": network}) + "\n")


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lr", type=float, default=0.05, help="learning rate (default: %(default)s)")
    parser.add_argument("--momentum", type=float, default=0.9, help="default: %(default)s")
    parser.add_argument("--epochs", type=int, default=40, help="default: %(default)s")
    parser.add_argument("--hidden", type=int, default=32, help="units of the hidden layer (default: %(default)s)")
    parser.add_argument("--batch-size", type=int, default=32, help="default: %(default)s")
    parser.add_argument("--seed", type=int, default=0, help="default: %(default)s")
    parser.add_argument("--data", type=Path, default=HERE / "data" / "digits.csv.gz", help="default: %(default)s")
    parser.add_argument("--model", type=Path, default=Path("model.json"), help="where to write (default: %(default)s)")
    return parser.parse_args()


def load(path):
    """Rows of (64 pixels from 0 to 1, digit)."""
    with gzip.open(path, "rt", newline="") as file:
        return [([int(value) / 16 for value in row[:PIXELS]], int(row[PIXELS])) for row in csv.reader(file)]


def split(rows):
    """A fifth for validation: the same one for every seed, so that runs can be compared."""
    random.Random(0).shuffle(rows)
    count = len(rows) // 5
    return rows[count:], rows[:count]


def new_network(generator, hidden):
    """Two layers, each a list of units, each unit its weights with the bias last."""
    return [
        [[generator.gauss(0, math.sqrt(2 / inputs)) for _ in range(inputs)] + [0.0] for _ in range(units)]
        for inputs, units in [(PIXELS, hidden), (hidden, CLASSES)]
    ]


def zeros_like(network):
    return [[[0.0] * len(unit) for unit in layer] for layer in network]


def forward(network, pixels):
    """The layer inputs (a 1 for the bias appended) and the probability of each digit."""
    first = pixels + [1.0]
    second = [max(0.0, sum(map(mul, unit, first))) for unit in network[0]] + [1.0]
    scores = [sum(map(mul, unit, second)) for unit in network[1]]
    highest = max(scores)
    powers = [math.exp(score - highest) for score in scores]
    total = sum(powers)
    return first, second, [power / total for power in powers]


def gradient_of(network, batch):
    """The gradient of the cross-entropy summed over a batch, the loss, and how many digits were right."""
    gradient = zeros_like(network)
    loss, right = 0.0, 0
    for pixels, digit in batch:
        first, second, probabilities = forward(network, pixels)
        loss -= math.log(max(probabilities[digit], 1e-300))
        right += probabilities.index(max(probabilities)) == digit

        errors = probabilities
        errors[digit] -= 1
        back = [0.0] * len(second)
        for unit, weights, error in zip(gradient[1], network[1], errors):
            unit[:] = [g + error * value for g, value in zip(unit, second)]
            back = [b + error * weight for b, weight in zip(back, weights)]
        for unit, error, value in zip(gradient[0], back, second):
            if value > 0:
                unit[:] = [g + error * pixel for g, pixel in zip(unit, first)]
    return gradient, loss, right


def step(network, velocity, gradient, rate, momentum):
    for layer, speeds, slopes in zip(network, velocity, gradient):
        for unit, speed, slope in zip(layer, speeds, slopes):
            speed[:] = [momentum * v - rate * g for v, g in zip(speed, slope)]
            unit[:] = [weight + v for weight, v in zip(unit, speed)]


def evaluate(network, rows):
    """Mean loss and accuracy."""
    loss, right = 0.0, 0
    for pixels, digit in rows:
        probabilities = forward(network, pixels)[2]
        loss -= math.log(max(probabilities[digit], 1e-300))
        right += probabilities.index(max(probabilities)) == digit
    return loss / len(rows), right / len(rows)


if __name__ == "__main__":
    main()
