"""Learn to read handwritten digits; a script that knows nothing of where it runs."""

import argparse
import os
import pickle
from pathlib import Path

import numpy as np
from sklearn.metrics import log_loss
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier

try:
    from jupyter_train_toolkit import log
except ImportError:  # outside a job the printed lines are enough

    def log(values, step):
        pass


def options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=250)
    parser.add_argument("--learning-rate", type=float, default=0.0003)
    parser.add_argument("--hidden", type=int, default=256)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--data", type=Path, default=os.environ.get("SM_CHANNEL_TRAINING", "data"))
    parser.add_argument("--model", type=Path, default=os.environ.get("SM_MODEL_DIR", "model"))
    return parser.parse_args()


def load(folder, seed):
    with np.load(folder / "digits.npz") as digits:
        images, labels = digits["images"] / 16, digits["labels"]
    return train_test_split(images, labels, test_size=0.25, random_state=seed, stratify=labels)


def train(args):
    train_x, test_x, train_y, test_y = load(args.data, args.seed)
    model = MLPClassifier(
        (args.hidden, args.hidden // 2),
        solver="sgd",
        momentum=0.9,
        batch_size=32,
        learning_rate_init=args.learning_rate,
        random_state=args.seed,
    )
    for epoch in range(1, args.epochs + 1):
        model.partial_fit(train_x, train_y, classes=np.arange(10))
        loss = log_loss(test_y, model.predict_proba(test_x))
        accuracy = model.score(test_x, test_y)
        log({"train_loss": model.loss_, "loss": loss, "accuracy": accuracy}, epoch)
        print(f"epoch {epoch}: loss={loss:.4f} accuracy={accuracy:.4f}", flush=True)
    return model


def main():
    args = options()
    model = train(args)
    args.model.mkdir(parents=True, exist_ok=True)
    with (args.model / "digits.pickle").open("wb") as file:
        pickle.dump(model, file)


if __name__ == "__main__":
    main()
