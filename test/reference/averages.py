"""Writes fixtures/averages.json: timm's ModelEmaV3 and PyTorch's AveragedModel with update_bn, over steps of a thin ResNet-18.

    python test/reference/averages.py        needs what resnet.py needs, and timm
"""
import json
import platform

import timm
import torch
from timm.utils import ModelEmaV3
from torch.optim.swa_utils import AveragedModel, update_bn

from resnet import Network, batch, focal, folder

names = ["bn1.weight", "bn1.running_mean", "bn1.running_var", "head.1.bn.running_var", "head.1.linear.bias"]


def values(network):
    state = network.names()
    return {name: state[name].flatten().tolist() for name in names}


def train(steps, after):
    network = Network("resnet18", 16, [16]).train()
    images, labels = batch(64, 8)
    optimizer = torch.optim.SGD(network.parameters(), lr=1e-4, momentum=0.9)
    for step in range(1, steps + 1):
        optimizer.zero_grad()
        focal(network(images), labels).backward()
        optimizer.step()
        after(network, step)
    return network


def ema(**options):
    averages = []

    def after(network, step):
        if not averages:
            averages.append(ModelEmaV3(start, foreach=False, **options))
        averages[0].update(network, step=step)

    start = Network("resnet18", 16, [16])
    train(6, after)
    return values(averages[0].module)


def swa():
    averages = []

    def after(network, step):
        if step < 3:
            return
        if not averages:
            averages.append(AveragedModel(network))
        averages[0].update_parameters(network)

    train(6, after)
    images, _ = batch(64, 8)
    update_bn(iter(images.split(4)), averages[0])
    return values(averages[0].module)


torch.manual_seed(0)
torch.use_deterministic_algorithms(True)
result = {
    "script": "test/reference/averages.py",
    "versions": {"python": platform.python_version(), "torch": torch.__version__, "timm": timm.__version__},
    "ema": {"constant": ema(decay=0.7), "warmup": ema(decay=0.6, use_warmup=True)},
    "swa": swa(),
}
(folder / "averages.json").write_text(json.dumps(result, indent=1) + "\n")
