"""Writes fixtures/frozen-norm.json: steps of a thin ResNet-18 whose batch norms are in eval mode while all weights train.

    python test/reference/frozen_norm.py        needs what resnet.py needs
"""
import json
import platform

import torch
import torchvision
from torch import nn

from resnet import Network, batch, focal, folder


def freeze_norms(network):
    """fastai 0.7's bn_freeze: running statistics are used and stay, scale and offset train."""
    for module in network.modules():
        if isinstance(module, nn.modules.batchnorm._BatchNorm):
            module.eval()


def training(make_optimizer):
    """Twenty batches bring the statistics near those of the data; then ten steps."""
    network = Network("resnet18", 8, [16]).train()
    images, labels = batch(64, 8)
    with torch.no_grad():
        for _ in range(20):
            network(images)
    freeze_norms(network)
    optimizer = make_optimizer([{"params": g, "lr": r} for g, r in zip(network.groups(), rates)])
    losses, norms = [], []
    for _ in range(10):
        optimizer.zero_grad()
        loss = focal(network(images), labels)
        loss.backward()
        norms.append(nn.utils.clip_grad_norm_(network.parameters(), 1.0).item())
        optimizer.step()
        losses.append(loss.item())
    return {"losses": losses, "norms": norms}


rates = [2e-5, 2e-4, 5e-3]
torch.manual_seed(0)
torch.use_deterministic_algorithms(True)
result = {
    "script": "test/reference/frozen_norm.py",
    "versions": {"python": platform.python_version(), "torch": torch.__version__, "torchvision": torchvision.__version__},
    "learningRates": rates,
    "training": {
        "adam": training(lambda groups: torch.optim.Adam(groups)),
        "sgd": training(lambda groups: torch.optim.SGD(groups, momentum=0.9, weight_decay=1e-3)),
    },
}
(folder / "frozen-norm.json").write_text(json.dumps(result, indent=1) + "\n")
