"""Writes fixtures/channels.json: images of several channels laid over each other in colour by OpenCV.

    python test/reference/channels.py        (needs opencv-python-headless, numpy)
"""

import json
from importlib.metadata import version
from pathlib import Path

import cv2
import numpy as np

COLOURS = {
    "red": (255, 0, 0),
    "green": (0, 255, 0),
    "blue": (0, 0, 255),
    "yellow": (255, 255, 0),
    "magenta": (255, 0, 255),
    "cyan": (0, 255, 255),
    "grey": (255, 255, 255),
}


def overlay(channels, colours):
    """Each channel as a colour image, added up by OpenCV's saturating addition."""
    height, width = channels[0].shape
    picture = np.zeros((height, width, 3), np.uint8)
    for channel, colour in zip(channels, colours):
        layer = cv2.merge([channel if part else np.zeros_like(channel) for part in COLOURS[colour]])
        picture = cv2.add(picture, layer)
    return picture


def case(names, colours, seed):
    images = np.random.default_rng(seed).integers(0, 256, (len(names), 5, 7), dtype=np.uint8)
    # The corners that saturate, and those that do not.
    images[:, 0, 0], images[:, 0, 1] = 255, 0
    return {
        "channels": names,
        "values": np.moveaxis(images, 0, -1).reshape(-1).tolist(),
        "composed": overlay(list(images), colours).reshape(-1).tolist(),
    }


hpa = ["red", "green", "blue", "yellow"]
cases = [
    case(hpa, hpa, 1),
    case(hpa[::-1], hpa[::-1], 2),
    case(["protein"], ["grey"], 3),
    case(["green"], ["grey"], 4),
    case(["R", "G"], ["red", "green"], 5),
    case(["nucleus", "red", "er"], ["green", "red", "blue"], 6),
    case(["c1", "c2", "c3", "c4", "c5", "c6", "c7", "c8"], [*hpa, "magenta", "cyan", "grey", "grey"], 7),
]
versions = {"opencv": cv2.__version__, "numpy": version("numpy")}
target = Path(__file__).parent / "fixtures" / "channels.json"
target.write_text(json.dumps({"madeBy": "test/reference/channels.py", "versions": versions, "cases": cases}) + "\n")
