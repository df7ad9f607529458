"""Writes fixtures/losses.json: losses and gradients from torch and torchvision, float64.

    python test/reference/losses.py        needs torch, torchvision, numpy
"""
import json
from pathlib import Path

import torch
import torchvision
from torch.nn.functional import binary_cross_entropy_with_logits
from torchvision.ops import sigmoid_focal_loss

import hash_numbers

shape = (5, 7)
logits = torch.from_numpy(hash_numbers.images(shape) * 4).double().requires_grad_()
labels = torch.from_numpy(hash_numbers.labels(shape)).double()


def batch_mean(values):
    return values.sum(1).mean()


def case(setting, loss):
    logits.grad = None
    value = loss()
    value.backward()
    return {"setting": setting, "value": value.item(), "gradient": logits.grad.flatten().tolist()}


def focal(**options):
    return sigmoid_focal_loss(logits, labels, reduction="none", **options)


cases = [
    case({"type": "focal"}, lambda: batch_mean(focal(gamma=2, alpha=-1))),
    case({"type": "focal", "gamma": 0.5, "reduction": "mean"}, lambda: focal(gamma=0.5, alpha=-1).mean()),
    case({"type": "focal", "gamma": 2, "alpha": 0.25}, lambda: batch_mean(focal(gamma=2, alpha=0.25))),
    case({"type": "bce"}, lambda: binary_cross_entropy_with_logits(logits, labels)),
    case(
        {"type": "bce", "pos_weight": 3, "reduction": "batch_mean"},
        lambda: batch_mean(
            binary_cross_entropy_with_logits(logits, labels, reduction="none", pos_weight=torch.full((7,), 3.0).double())
        ),
    ),
]
result = {
    "script": "test/reference/losses.py",
    "versions": {"torch": torch.__version__, "torchvision": torchvision.__version__},
    "cases": cases,
}
(Path(__file__).parent / "fixtures" / "losses.json").write_text(json.dumps(result, indent=1) + "\n")
