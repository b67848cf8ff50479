"""A small convolutional network that reads handwritten digits, in plain PyTorch."""

import argparse
import os
from pathlib import Path

import numpy as np
import torch
from torch import nn

try:
    from jupyter_train_toolkit import log
except ImportError:  # outside a job the printed lines are enough

    def log(values, step):
        pass


def options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--batch-size", type=int, default=64)
    parser.add_argument("--lr", type=float, default=0.002)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--data", type=Path, default=os.environ.get("SM_CHANNEL_TRAINING", "data"))
    parser.add_argument("--model", type=Path, default=os.environ.get("SM_MODEL_DIR", "model"))
    return parser.parse_args()


def network():
    return nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 3, padding=1),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(32 * 4 * 4, 64),
        nn.ReLU(),
        nn.Linear(64, 10),
    )


def load(folder, device):
    with np.load(folder / "digits.npz") as digits:
        images = torch.tensor(digits["images"] / 16, dtype=torch.float32).reshape(-1, 1, 8, 8)
        labels = torch.tensor(digits["labels"], dtype=torch.long)
    order = torch.randperm(len(labels))
    cut = len(labels) * 3 // 4
    sides = order[:cut], order[cut:]
    return [part[side].to(device) for side in sides for part in (images, labels)]


def evaluate(model, images, labels):
    with torch.no_grad():
        scores = model(images)
    return (
        nn.functional.cross_entropy(scores, labels).item(),
        (scores.argmax(1) == labels).float().mean().item(),
    )


def train(args):
    torch.manual_seed(args.seed)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    train_x, train_y, test_x, test_y = load(args.data, device)
    model = network().to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=args.lr)
    step = 0
    for epoch in range(1, args.epochs + 1):
        for batch in torch.randperm(len(train_y)).split(args.batch_size):
            loss = nn.functional.cross_entropy(model(train_x[batch]), train_y[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            step += 1
            log({"train_loss": loss.item()}, step)
        test_loss, accuracy = evaluate(model, test_x, test_y)
        log({"loss": test_loss, "accuracy": accuracy}, step)
        print(f"epoch {epoch}: loss={test_loss:.4f} accuracy={accuracy:.4f}", flush=True)
    return model


def main():
    args = options()
    model = train(args)
    args.model.mkdir(parents=True, exist_ok=True)
    torch.save(model.cpu().state_dict(), args.model / "digits.pt")


if __name__ == "__main__":
    main()
