"""Writes fixtures/resnet.json and fixtures/resnet-*-gradients.safetensors: torchvision's ResNets under fastai's head.

    python test/reference/resnet.py        needs torch, torchvision, numpy, safetensors

Weights, images and labels come from hash_numbers.py, so that only results are stored.
"""
import json
import platform
from pathlib import Path

import numpy as np
import torch
import torchvision
from safetensors.numpy import save_file
from torch import nn
from torchvision.models.resnet import BasicBlock, Bottleneck, ResNet

import hash_numbers

folder = Path(__file__).parent / "fixtures"
num_channels, num_classes = 4, 28
depths = {
    "resnet18": (BasicBlock, [2, 2, 2, 2]),
    "resnet34": (BasicBlock, [3, 4, 6, 3]),
    "resnet50": (Bottleneck, [3, 4, 6, 3]),
    "resnet101": (Bottleneck, [3, 4, 23, 3]),
    "resnet152": (Bottleneck, [3, 8, 36, 3]),
}


class ThinResNet(ResNet):
    """torchvision's own blocks and layers, with `width` channels after the stem instead of 64."""

    def __init__(self, block, layers, width):
        self.thin = width
        super().__init__(block, layers)
        self.conv1 = nn.Conv2d(num_channels, width, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        del self.fc

    def _make_layer(self, block, planes, blocks, stride=1, dilate=False):
        if planes == 64:
            self.inplanes = self.thin
        return super()._make_layer(block, planes * self.thin // 64, blocks, stride, dilate)

    def forward(self, x):
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        return self.layer4(self.layer3(self.layer2(self.layer1(x))))


class Head(nn.Module):
    """fastai 0.7: maximum and mean, then batch norm, (dropout,) linear, ReLU between."""

    def __init__(self, features, hidden):
        super().__init__()
        widths = [2 * features, *hidden, num_classes]
        for index, (inputs, outputs) in enumerate(zip(widths, widths[1:])):
            self.add_module(str(index), nn.ModuleDict({"bn": nn.BatchNorm1d(inputs), "linear": nn.Linear(inputs, outputs)}))

    def forward(self, x):
        x = torch.cat([x.amax((2, 3)), x.mean((2, 3))], 1)
        for index, stage in enumerate(self.children()):
            x = stage["linear"](stage["bn"](torch.relu(x) if index else x))
        return x


class Network(nn.Module):
    def __init__(self, arch, width, hidden):
        super().__init__()
        block, layers = depths[arch]
        self.body = ThinResNet(block, layers, width)
        self.head = Head(8 * width * block.expansion, hidden)
        values = {name: torch.from_numpy(value) for name, value in hash_numbers.fill(self.names()).items()}
        self.load_state_dict({(n if n.startswith("head.") else f"body.{n}"): v for n, v in values.items()}, strict=False)

    def names(self):
        return {name.removeprefix("body."): value for name, value in self.state_dict().items()}

    def forward(self, x):
        return self.head(self.body(x))

    def groups(self):
        first = ("body.conv1", "body.bn1", "body.layer1", "body.layer2")
        named = list(self.named_parameters())
        return [
            [p for n, p in named if n.startswith(first)],
            [p for n, p in named if n.startswith("body.") and not n.startswith(first)],
            [p for n, p in named if n.startswith("head.")],
        ]


def batch(size, count):
    images = hash_numbers.images((count, size, size, num_channels))
    return torch.from_numpy(images.transpose(0, 3, 1, 2).copy()), torch.from_numpy(hash_numbers.labels((count, num_classes)))


def focal(x, t, gamma=2):
    """The kernel's: summed over classes, averaged over the batch."""
    m = (-x).clamp(min=0)
    bce = x - x * t + m + ((-m).exp() + (-x - m).exp()).log()
    return ((nn.functional.logsigmoid(-x * (t * 2 - 1)) * gamma).exp() * bce).sum(1).mean()


def logits():
    results = {}
    for arch in depths:
        network = Network(arch, 64, [512]).eval()
        with torch.no_grad():
            results[arch] = network(batch(64, 2)[0]).double().flatten().tolist()
        results[arch] = [round(value, 7) for value in results[arch]]
    return results


def gradients(arch, width, size, count):
    """In float64. In most batches some activation lies so close to a ReLU's kink that float32 falls on its other side; these are others."""
    network = Network(arch, width, [16]).train().double()
    images, labels = batch(size, count)
    loss = focal(network(images.double()), labels.double())
    loss.backward()
    arrays = {name.removeprefix("body."): p.grad.float().numpy() for name, p in network.named_parameters()}
    save_file(arrays, folder / f"resnet-{arch}-gradients.safetensors")
    return {"width": width, "size": size, "batch": count, "loss": loss.item()}


def running_statistics():
    network = Network("resnet18", 4, [16]).train()
    images, _ = batch(64, 6)
    with torch.no_grad():
        for _ in range(3):
            network(images)
    state = network.names()
    return {name: state[name].tolist() for name in sorted(state) if name.endswith(("running_mean", "running_var"))}


def training(make_optimizer):
    """Three steps with a frozen body, its batch norm in eval mode, then seven of all, by a new optimizer."""
    network = Network("resnet18", 8, [16])
    images, labels = batch(64, 8)
    losses, norms = [], []
    for rates, steps, frozen in [([0, 0, 1e-2], 3, True), ([2e-5, 2e-4, 5e-3], 7, False)]:
        network.train()
        network.body.train(not frozen)
        network.body.requires_grad_(not frozen)
        groups = [{"params": g, "lr": r} for g, r in zip(network.groups(), rates)]
        optimizer = make_optimizer(groups[2:] if frozen else groups)
        for _ in range(steps):
            optimizer.zero_grad()
            loss = focal(network(images), labels)
            loss.backward()
            trainable = [p for p in network.parameters() if p.requires_grad]
            norms.append(nn.utils.clip_grad_norm_(trainable, 1.0).item())
            optimizer.step()
            losses.append(loss.item())
    return {"losses": losses, "norms": norms}


if __name__ == "__main__":
    torch.manual_seed(0)
    torch.use_deterministic_algorithms(True)
    result = {
        "script": "test/reference/resnet.py",
        "versions": {"python": platform.python_version(), "torch": torch.__version__, "torchvision": torchvision.__version__},
        "logits": logits(),
        "gradients": {"resnet18": gradients("resnet18", 4, 64, 6), "resnet50": gradients("resnet50", 2, 48, 12)},
        "runningStatistics": running_statistics(),
        "training": {
            "adam": training(lambda groups: torch.optim.Adam(groups)),
            # At 1e-2 a gradient and its decay cancel to rounding noise, which Adam blows up: float32 and float64 part in PyTorch too.
            "adam with decay": training(lambda groups: torch.optim.Adam(groups, weight_decay=3e-2)),
            "adamw": training(lambda groups: torch.optim.AdamW(groups, weight_decay=1e-2)),
            "sgd": training(lambda groups: torch.optim.SGD(groups, momentum=0.9, weight_decay=1e-3)),
        },
    }
    (folder / "resnet.json").write_text(json.dumps(result, indent=1) + "\n")
