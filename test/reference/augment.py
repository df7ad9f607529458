"""Writes fixtures/augment.json: fastai 0.7's rotate, dihedral, lighting and cutout by OpenCV and numpy on a small smooth image.

    python test/reference/augment.py        (needs opencv-python-headless and numpy)
"""

import json
import pathlib

import cv2
import numpy as np

SIZE, CHANNELS = 24, 4

rng = np.random.default_rng(7)
# Smooth, because OpenCV rounds source coordinates to 1/32 pixel.
image = cv2.GaussianBlur(rng.random((SIZE, SIZE, CHANNELS)).astype(np.float32), (0, 0), 2.0)
image = (image - image.min()) / (image.max() - image.min())
image = np.round(image * 255).astype(np.uint8)


def rotate(x, degrees):
    rows, columns = x.shape[:2]
    matrix = cv2.getRotationMatrix2D((columns // 2, rows // 2), degrees, 1)
    return cv2.warpAffine(x, matrix, (columns, rows), borderMode=cv2.BORDER_REFLECT, flags=cv2.WARP_FILL_OUTLIERS + cv2.INTER_LINEAR)


def dihedral(x, turns, flip):
    x = np.rot90(x, turns)
    return np.fliplr(x).copy() if flip else x.copy()


def lighting(x, brightness, contrast):
    if brightness == 0 and contrast == 1:
        return x
    mean = np.average(x)
    return np.clip((x - mean) * contrast + mean + brightness, 0.0, 1.0).astype(np.float32)


def cutout(x, holes):
    """fastai's draws centres in whole pixels and takes a length in pixels; here both are shares of the side."""
    r, c = x.shape[:2]
    mask = np.ones((r, c), np.int32)
    for hole in holes:
        y, x_, length = int(hole["centerY"] * r), int(hole["centerX"] * c), int(hole["length"] * r)
        y1, y2 = int(np.clip(y - length / 2, 0, r)), int(np.clip(y + length / 2, 0, r))
        x1, x2 = int(np.clip(x_ - length / 2, 0, c)), int(np.clip(x_ + length / 2, 0, c))
        mask[y1:y2, x1:x2] = 0
    return x * mask[:, :, None]


settings = [
    {"angle": 0, "quarterTurns": turns, "flip": flip, "contrast": 1, "brightness": 0}
    for turns in range(4)
    for flip in (False, True)
] + [
    {"angle": 30, "quarterTurns": 0, "flip": False, "contrast": 1, "brightness": 0},
    {"angle": -17.5, "quarterTurns": 3, "flip": True, "contrast": 1, "brightness": 0},
    {"angle": 0, "quarterTurns": 0, "flip": False, "contrast": 1.3, "brightness": 0.2},
    {"angle": 12, "quarterTurns": 1, "flip": True, "contrast": 0.7, "brightness": -0.1},
    {
        **{"angle": 0, "quarterTurns": 0, "flip": False, "contrast": 1, "brightness": 0.2},
        "holes": [
            {"centerX": 0.5, "centerY": 0.25, "length": 0.25},
            {"centerX": 0.01, "centerY": 0.99, "length": 0.4},
            {"centerX": 0.9, "centerY": 0.6, "length": 0.21},
        ],
    },
]
settings = [{"holes": [], **setting} for setting in settings]


def change(s):
    x = image.astype(np.float32) / 255
    x = rotate(x, s["angle"]) if s["angle"] else x
    x = lighting(dihedral(x, s["quarterTurns"], s["flip"]), s["brightness"], s["contrast"])
    return cutout(x, s["holes"])


fixture = {
    "madeBy": "test/reference/augment.py",
    "versions": {"cv2": cv2.__version__, "numpy": np.__version__},
    "size": SIZE,
    "numChannels": CHANNELS,
    "image": image.ravel().tolist(),
    # One channel and every other pixel are enough to tell a wrong map from a right one.
    "cases": [{"setting": s, "values": [round(float(v), 4) for v in change(s)[::2, ::2, 1].ravel()]} for s in settings],
}
path = pathlib.Path(__file__).parent / "fixtures" / "augment.json"
path.write_text(json.dumps(fixture) + "\n")
print(path.stat().st_size, "bytes")
