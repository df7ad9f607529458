"""Training steps and inference of ResNet-34 in PyTorch; prints images per second, and the peak of memory in MB, as JSON.

    python resnet34_torch.py SIZE BATCH STEPS LAYOUT

LAYOUT is that of tensors in memory, contiguous_format or channels_last; medians after three steps to warm up.
"""
import json
import resource
import statistics
import sys
import time

import torch
from torch import nn
from torch.nn.functional import relu

size, batch, steps = (int(argument) for argument in sys.argv[1:4])


def conv_bn(inputs, outputs, kernel, stride):
    convolution = nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(outputs))


class BasicBlock(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.first = conv_bn(inputs, outputs, 3, stride)
        self.second = conv_bn(outputs, outputs, 3, 1)
        changes = stride != 1 or inputs != outputs
        self.shortcut = conv_bn(inputs, outputs, 1, stride) if changes else nn.Identity()

    def forward(self, x):
        return relu(self.second(relu(self.first(x))) + self.shortcut(x))


class ResNet34(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = conv_bn(4, 64, 7, 2)
        blocks, inputs = [], 64
        for outputs, count, stride in [(64, 3, 1), (128, 4, 2), (256, 6, 2), (512, 3, 2)]:
            for index in range(count):
                blocks.append(BasicBlock(inputs, outputs, stride if index == 0 else 1))
                inputs = outputs
        self.blocks = nn.Sequential(*blocks)
        self.classifier = nn.Linear(512, 28)

    def forward(self, x):
        x = nn.functional.max_pool2d(relu(self.stem(x)), 3, 2, 1)
        return self.classifier(self.blocks(x).mean((2, 3)))


def images_per_second(run):
    seconds = []
    for _ in range(steps + 3):
        start = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - start)
    return batch / statistics.median(seconds[3:])


def measure(layout):
    torch.manual_seed(0)
    network = ResNet34().to(memory_format=layout)
    images = torch.randn(batch, 4, size, size).contiguous(memory_format=layout)
    labels = (torch.rand(batch, 28) < 0.1).float()
    optimizer = torch.optim.Adam(network.parameters(), 1e-3)
    loss_function = nn.BCEWithLogitsLoss()

    def train():
        optimizer.zero_grad()
        loss = loss_function(network(images), labels)
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        return loss.item()

    @torch.inference_mode()
    def infer():
        return network(images).numpy()

    rates = {"train": images_per_second(train)}
    network.eval()
    return {**rates, "infer": images_per_second(infer)}


rates = measure(getattr(torch, sys.argv[4]))
print(json.dumps({**rates, "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))
