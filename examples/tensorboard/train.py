"""Learn to read handwritten digits with torch and TensorBoard: no word of jupyter-train."""

import argparse
import os
from pathlib import Path

import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.utils.tensorboard import SummaryWriter


def options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=40)
    parser.add_argument("--lr", type=float, default=0.01)
    parser.add_argument("--model", type=Path, default=os.environ.get("SM_MODEL_DIR", "model"))
    return parser.parse_args()


def main():
    given = options()
    torch.manual_seed(0)
    digits = load_digits()
    images = torch.tensor(digits.data / 16, dtype=torch.float32)
    labels = torch.tensor(digits.target)
    cut = len(labels) * 3 // 4
    model = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))
    optimizer = torch.optim.Adam(model.parameters(), lr=given.lr)
    with SummaryWriter() as writer:
        for epoch in range(given.epochs):
            loss = nn.functional.cross_entropy(model(images[:cut]), labels[:cut])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            with torch.no_grad():
                right = (model(images[cut:]).argmax(1) == labels[cut:]).float().mean()
            writer.add_scalar("loss/train", loss.item(), epoch)
            writer.add_scalar("accuracy/test", right.item(), epoch)
            print(f"epoch {epoch + 1}: loss={loss.item():.4f}")
    given.model.mkdir(parents=True, exist_ok=True)
    torch.save(model.state_dict(), given.model / "weights.pt")


if __name__ == "__main__":
    main()
