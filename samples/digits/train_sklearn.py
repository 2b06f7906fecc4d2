"""The same digits with scikit-learn, logging as training scripts usually do: `key: value` lines for people.

Needs scikit-learn (python3 -m pip install scikit-learn); train.py needs nothing.
"""
import argparse
from pathlib import Path

try:
    import joblib
    import numpy as np
    from sklearn.metrics import log_loss
    from sklearn.model_selection import train_test_split
    from sklearn.neural_network import MLPClassifier
except ImportError as error:
    raise SystemExit(f"{error}. Install it with: python3 -m pip install scikit-learn")

HERE = Path(__file__).resolve().parent

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--lr", type=float, default=0.002)
parser.add_argument("--epochs", type=int, default=30)
parser.add_argument("--hidden", type=int, default=64)
parser.add_argument("--seed", type=int, default=0)
args = parser.parse_args()

rows = np.loadtxt(HERE / "data" / "digits.csv.gz", delimiter=",")
x_train, x_test, y_train, y_test = train_test_split(
    rows[:, :64] / 16, rows[:, 64].astype(int), test_size=0.2, random_state=args.seed
)
model = MLPClassifier(hidden_layer_sizes=(args.hidden,), learning_rate_init=args.lr, random_state=args.seed)

for epoch in range(1, args.epochs + 1):
    model.partial_fit(x_train, y_train, classes=range(10))
    val_loss = log_loss(y_test, model.predict_proba(x_test))
    print(
        f"Epoch {epoch}/{args.epochs} - loss: {model.loss_:.4f} - accuracy: {model.score(x_train, y_train):.4f}"
        f" - val_loss: {val_loss:.4f} - val_accuracy: {model.score(x_test, y_test):.4f}"
    )

joblib.dump(model, "model.joblib")
print("saved model.joblib")
