"""Writes fixtures/resize.json: three rows of images of hash_numbers.py, resized by OpenCV and PyTorch.

    python test/reference/resize.py        (needs opencv-python-headless, torch, numpy)
"""

import json
from importlib.metadata import version
from pathlib import Path

import cv2
import numpy as np
import torch

import hash_numbers


def noise(key, height, width):
    """White noise: where one pixel counts too much, it shows."""
    return np.floor(hash_numbers.uniform(key, height * width) * 256).astype(np.uint8).reshape(height, width)


def bilinear(image, size):
    pixels = torch.from_numpy(image).double()[None, None]
    resized = torch.nn.functional.interpolate(pixels, (size, size), mode="bilinear", align_corners=False)
    return np.floor(resized[0, 0].numpy() + 0.5).astype(np.uint8)


def case(key, width, height, size, method, resize):
    resized = resize(noise(key, height, width), size)
    rows = [0, size // 2, size - 1]
    return {"key": key, "width": width, "height": height, "size": size, "method": method, "rows": rows, "values": resized[rows].tolist()}


def area(image, size):
    return cv2.resize(image, (size, size), interpolation=cv2.INTER_AREA)


def linear(image, size):
    return cv2.resize(image, (size, size), interpolation=cv2.INTER_LINEAR)


names = {area: "OpenCV's INTER_AREA", linear: "OpenCV's INTER_LINEAR", bilinear: "PyTorch's bilinear"}
cases = [
    (512, 512, 256, area),
    (512, 512, 256, linear),
    (512, 512, 256, bilinear),
    (512, 512, 224, area),
    (512, 512, 384, area),
    (100, 100, 64, area),
    (100, 100, 37, area),
    (90, 60, 40, area),
    (100, 100, 150, bilinear),
    (48, 48, 101, bilinear),
    (48, 48, 101, linear),
    (40, 56, 64, bilinear),
]
fixture = {
    "madeBy": "test/reference/resize.py",
    "versions": {"opencv": cv2.__version__, "torch": version("torch"), "numpy": version("numpy")},
    "cases": [case(key + 1, width, height, size, names[how], how) for key, (width, height, size, how) in enumerate(cases)],
}
path = Path(__file__).parent / "fixtures" / "resize.json"
path.write_text(json.dumps(fixture) + "\n")
print(path.stat().st_size, "bytes")
