"""Writes fixtures/losses.json: losses and gradients from torch, torchvision, timm and Berman's Lovász hinge.

    python test/reference/losses.py        needs torch, torchvision, timm, segmentation-models-pytorch, numpy

All in float64; where an implementation casts to float32 it is made not to.
"""
import json
from importlib.metadata import version
from pathlib import Path
from unittest.mock import patch

import torch
import torchvision
from torch.nn.functional import binary_cross_entropy_with_logits
from segmentation_models_pytorch.losses.lovasz import _lovasz_hinge_flat
from timm.loss import AsymmetricLossMultiLabel
from torchvision.ops import sigmoid_focal_loss

import hash_numbers

shape = (4, 9)
logits = torch.from_numpy(hash_numbers.images(shape) * 4).double().requires_grad_()
labels = torch.from_numpy(hash_numbers.labels(shape)).double()
absent = (labels.sum(0) == 0).nonzero().flatten().tolist()
assert 0 < len(absent) < shape[1], "classes with and without a sample are both to be there"
class_weights = [0.5, 1.0, 2.0, 3.5, 1.0, 8.0, 0.25, 6.0, 1.5]


def batch_mean(values):
    return values.sum(1).mean()


def case(setting, loss):
    logits.grad = None
    with patch.object(torch.Tensor, "float", torch.Tensor.double):
        value = loss()
    value.backward()
    return {"setting": setting, "value": value.item(), "gradient": logits.grad.flatten().tolist()}


def focal(**options):
    return sigmoid_focal_loss(logits, labels, reduction="none", **options)


def asymmetric(**options):
    return AsymmetricLossMultiLabel(**options)(logits, labels)


def soft_f1():
    """1 - soft F1 for classes that the batch has, binary cross-entropy for the others."""
    p = logits.sigmoid()
    terms = []
    for k in range(shape[1]):
        if k in absent:
            terms.append(binary_cross_entropy_with_logits(logits[:, k], labels[:, k]))
        else:
            terms.append(1 - 2 * (p[:, k] * labels[:, k]).sum() / (p[:, k] + labels[:, k]).sum())
    return torch.stack(terms).mean()


def lovasz():
    """Symmetric: of the label, and of its absence."""
    both = [
        (_lovasz_hinge_flat(logits[:, k], labels[:, k]) + _lovasz_hinge_flat(-logits[:, k], 1 - labels[:, k])) / 2
        for k in range(shape[1])
    ]
    return torch.stack(both).mean()


cases = [
    case({"type": "focal"}, lambda: batch_mean(focal(gamma=2, alpha=-1))),
    case({"type": "focal", "gamma": 0.5, "reduction": "mean"}, lambda: focal(gamma=0.5, alpha=-1).mean()),
    case({"type": "focal", "gamma": 2, "alpha": 0.25}, lambda: batch_mean(focal(gamma=2, alpha=0.25))),
    case({"type": "bce"}, lambda: binary_cross_entropy_with_logits(logits, labels)),
    case(
        {"type": "bce", "pos_weight": 3, "reduction": "batch_mean"},
        lambda: batch_mean(
            binary_cross_entropy_with_logits(logits, labels, reduction="none", pos_weight=torch.full((shape[1],), 3.0).double())
        ),
    ),
    case(
        {"type": "bce", "pos_weight": class_weights},
        lambda: binary_cross_entropy_with_logits(logits, labels, pos_weight=torch.tensor(class_weights).double()),
    ),
    case({"type": "asymmetric"}, asymmetric),
    case({"type": "asymmetric", "clip": 0}, lambda: asymmetric(clip=0)),
    case({"type": "asymmetric", "gamma_neg": 0, "gamma_pos": 0, "clip": 0.2}, lambda: asymmetric(gamma_neg=0, gamma_pos=0, clip=0.2)),
    case(
        {"type": "asymmetric", "gamma_neg": 1.5, "gamma_pos": 0.5, "clip": 0.1, "reduction": "mean"},
        lambda: asymmetric(gamma_neg=1.5, gamma_pos=0.5, clip=0.1, reduction="mean"),
    ),
    case({"type": "soft_f1"}, soft_f1),
    case({"type": "lovasz"}, lovasz),
    case(
        {
            "type": "sum",
            "terms": [{"weight": 0.5, "loss": {"type": "focal"}}, {"loss": {"type": "lovasz"}}, {"weight": 2, "loss": {"type": "soft_f1"}}],
        },
        lambda: 0.5 * batch_mean(focal(gamma=2, alpha=-1)) + lovasz() + 2 * soft_f1(),
    ),
]
result = {
    "script": "test/reference/losses.py",
    "versions": {"torch": torch.__version__, "torchvision": torchvision.__version__, "timm": version("timm"), "segmentation-models-pytorch": version("segmentation-models-pytorch")},
    "shape": shape,
    "cases": cases,
}
(Path(__file__).parent / "fixtures" / "losses.json").write_text(json.dumps(result, indent=1) + "\n")
