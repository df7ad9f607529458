"""The Fashion competition by the recipe of test/fashion/fashion.yaml in PyTorch: the score that ours is held against.

    python -m venv v && v/bin/pip install torch numpy opencv-python-headless
    node test/fashion/make.mjs --folder fashion && v/bin/python bench/rivals/fashion_torch.py fashion [epochs] [size] [seed]
ResNet-18 from random weights, maximum and average pooled side by side, focal loss, Adam under one circular cycle, thresholds
tuned on a tenth of the training samples. Prints the validation scores of each epoch, then macro F1 of the hidden labels and the seconds it took.
"""
import csv
import io
import pathlib
import sys
import time
import zipfile

import cv2
import numpy
import torch
from torch import nn
from torch.nn import functional

folder = pathlib.Path(sys.argv[1])
epochs = int(sys.argv[2]) if len(sys.argv) > 2 else 12
size = int(sys.argv[3]) if len(sys.argv) > 3 else 64
seed = int(sys.argv[4]) if len(sys.argv) > 4 else 42
channels, num_classes, batch, peak = ["red", "green", "blue", "yellow"], 10, 32, 2e-3
torch.manual_seed(seed)
random = numpy.random.default_rng(seed)
archive = zipfile.ZipFile(folder / "fashion.zip")


def read_table(text):
    rows = list(csv.reader(io.StringIO(text)))[1:]
    labels = numpy.zeros((len(rows), num_classes), numpy.float32)
    for index, (_, classes) in enumerate(rows):
        labels[index, [int(one) for one in classes.split()]] = 1
    return [name for name, _ in rows], labels


def read_image(path):
    image = cv2.imdecode(numpy.frombuffer(archive.read(path), numpy.uint8), cv2.IMREAD_GRAYSCALE)
    return cv2.resize(image, (size, size), interpolation=cv2.INTER_AREA)


def read_images(part, ids):
    return torch.tensor(numpy.stack([[read_image(f"{part}/{name}_{one}.png") for one in channels] for name in ids]))


class Block(nn.Module):
    def __init__(self, cin, cout, stride):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(cin, cout, 3, stride, 1, bias=False), nn.BatchNorm2d(cout), nn.ReLU(),
            nn.Conv2d(cout, cout, 3, 1, 1, bias=False), nn.BatchNorm2d(cout))
        self.skip = nn.Identity() if stride == 1 and cin == cout else nn.Sequential(
            nn.Conv2d(cin, cout, 1, stride, bias=False), nn.BatchNorm2d(cout))

    def forward(self, x):
        return torch.relu(self.body(x) + self.skip(x))


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        layers, cin = [nn.Conv2d(4, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(3, 2, 1)], 64
        for cout, stride in [(64, 1), (128, 2), (256, 2), (512, 2)]:
            layers += [Block(cin, cout, stride), Block(cout, cout, 1)]
            cin = cout
        self.body = nn.Sequential(*layers)
        self.head = nn.Sequential(
            nn.BatchNorm1d(1024), nn.Dropout(0.2), nn.Linear(1024, num_classes))
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
            if isinstance(module, nn.Linear):
                nn.init.kaiming_normal_(module.weight)
                nn.init.zeros_(module.bias)

    def forward(self, x):
        x = self.body(x)
        return self.head(torch.cat([x.amax((2, 3)), x.mean((2, 3))], 1))


def focal(logits, labels):
    cross_entropy = functional.binary_cross_entropy_with_logits(logits, labels, reduction="none")
    return ((1 - torch.exp(-cross_entropy)) ** 2 * cross_entropy).sum(1).mean()


def circular(step, steps, div=20, cut_div=5):
    cut = steps // cut_div
    share = step / cut if step <= cut else 1 - (step - cut) / (steps - cut)
    return peak * (1 + share * (div - 1)) / div


def macro_f1(labels, predicted):
    hits = (labels * predicted).sum(0)
    return float((2 * hits / numpy.maximum(labels.sum(0) + predicted.sum(0), 1e-9)).mean())


def tune_thresholds(labels, probabilities):
    """For each class the middle between the two neighbouring probabilities at which its F1 is greatest."""
    thresholds = []
    for truth, given in zip(labels.T, probabilities.T):
        order = numpy.argsort(-given)
        hits = numpy.cumsum(truth[order])
        f1 = 2 * hits / (numpy.arange(1, len(order) + 1) + truth.sum())
        best = int(f1.argmax())
        below = given[order[best + 1]] if best + 1 < len(order) else 0
        thresholds.append((given[order[best]] + below) / 2)
    return numpy.maximum(thresholds, 0.1)


started = time.perf_counter()
ids, labels = read_table(archive.read("train.csv").decode())
test_ids, test_labels = read_table((folder / "solution.csv").read_text())
images, test_images = read_images("train", ids), read_images("test", test_ids)
order = random.permutation(len(ids))
held, used = order[: len(ids) // 10], order[len(ids) // 10:]
pixels = images[torch.tensor(used)].float() / 255
mean, std = pixels.mean((0, 2, 3))[:, None, None], pixels.std((0, 2, 3))[:, None, None]
del pixels
network = Network()
optimizer = torch.optim.Adam(network.parameters(), peak)


def prepare(part, rows):
    return (part[torch.tensor(rows)].float() / 255 - mean) / std


@torch.no_grad()
def predict(part):
    network.eval()
    rows = numpy.arange(len(part))
    return torch.cat([torch.sigmoid(network(prepare(part, rows[at:at + 64]))) for at in range(0, len(part), 64)]).numpy()


steps_per_epoch = len(used) // batch
print(f"{len(used)} samples, {steps_per_epoch} steps an epoch", flush=True)
step = 0
for epoch in range(epochs):
    network.train()
    total = 0.0
    shuffled = random.permutation(used)
    for at in range(steps_per_epoch):
        rows = shuffled[at * batch:(at + 1) * batch]
        optimizer.param_groups[0]["lr"] = circular(step, epochs * steps_per_epoch)
        optimizer.zero_grad()
        loss = focal(network(prepare(images, rows)), torch.tensor(labels[rows]))
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        total += loss.item()
        step += 1
    probabilities = predict(images[torch.tensor(held)])
    score = macro_f1(labels[held], probabilities > 0.5)
    print(f"epoch {epoch + 1}: loss {total / steps_per_epoch:.3f}, validation macro F1 {score:.3f}, "
          f"{time.perf_counter() - started:.0f} s", flush=True)
thresholds = tune_thresholds(labels[held], probabilities)
given = predict(test_images)
for name, predicted in [("0.5", given > 0.5), ("tuned thresholds", given > thresholds)]:
    predicted = predicted | ((predicted.sum(1, keepdims=True) == 0) & (given == given.max(1, keepdims=True)))
    print(f"test macro F1 {macro_f1(test_labels, predicted):.3f} at {name}")
print(f"{time.perf_counter() - started:.0f} s")
