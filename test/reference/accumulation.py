"""Writes fixtures/accumulation.json: steps of a thin ResNet-18 whose gradients are added up over parts of the batch.

    python test/reference/accumulation.py        needs what resnet.py needs
"""
import json
import platform

import torch
import torchvision
from torch import nn

from resnet import Network, batch, focal, folder

batch_size, parts = 14, [5, 5, 4]


def accumulate():
    """As in PyTorch's own examples: each part's mean loss weighs as much as its share of the batch, and one step follows."""
    network = Network("resnet18", 16, [16]).train()
    images, labels = batch(64, batch_size)
    optimizer = torch.optim.Adam([{"params": g, "lr": r} for g, r in zip(network.groups(), [2e-5, 2e-4, 5e-3])])
    losses, norms = [], []
    for _ in range(5):
        optimizer.zero_grad()
        total = 0
        for x, t in zip(images.split(parts), labels.split(parts)):
            loss = focal(network(x), t) * (len(x) / batch_size)
            loss.backward()
            total += loss.item()
        norms.append(nn.utils.clip_grad_norm_(network.parameters(), 1.0).item())
        optimizer.step()
        losses.append(total)
    state = network.names()
    statistics = {n: state[n].tolist() for n in ("bn1.running_mean", "bn1.running_var", "head.1.bn.running_var")}
    return {"batch": batch_size, "parts": parts, "losses": losses, "norms": norms, "statistics": statistics}


torch.manual_seed(0)
torch.use_deterministic_algorithms(True)
result = {
    "script": "test/reference/accumulation.py",
    "versions": {"python": platform.python_version(), "torch": torch.__version__, "torchvision": torchvision.__version__},
    **accumulate(),
}
(folder / "accumulation.json").write_text(json.dumps(result, indent=1) + "\n")
