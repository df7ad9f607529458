"""Writes fixtures/mixing.json: batches mixed by timm's Mixup, and quantiles of beta distributions by scipy.

    python test/reference/mixing.py        needs torch, timm, numpy, scipy

Images and labels come from hash_numbers.py; timm's own draws are replaced by the ones that stand beside the results.
"""
import json
from pathlib import Path
from unittest import mock

import numpy as np
import scipy
import timm
import torch
from scipy import stats
from timm.data.mixup import Mixup

import hash_numbers

count, size, channels, classes = 4, 12, 2, 3
cases = [
    {"share": 0.3, "center": None},
    {"share": 0.36, "center": [6, 5]},
    {"share": 0.5, "center": [0, 11]},
    {"share": 0.83, "center": [11, 3]},
]


def mix(share, center):
    images = torch.from_numpy(hash_numbers.images((count, size, size, channels)).transpose(0, 3, 1, 2).copy())
    labels = torch.from_numpy(hash_numbers.labels((count, classes)))
    mixer = Mixup(mixup_alpha=1, cutmix_alpha=1, label_smoothing=0, num_classes=classes, multi_label=True)
    draws = iter(center or [])
    with (
        mock.patch.object(mixer, "_params_per_batch", lambda: (share, center is not None)),
        mock.patch.object(np.random, "randint", lambda *_, **__: next(draws)),
    ):
        images, labels = mixer(images, labels)
    return {
        "images": [round(value, 6) for value in images.permute(0, 2, 3, 1).double().flatten().tolist()],
        "labels": [round(value, 6) for value in labels.double().flatten().tolist()],
    }


result = {
    "script": "test/reference/mixing.py",
    "versions": {"torch": torch.__version__, "timm": timm.__version__, "scipy": scipy.__version__},
    "shape": [count, size, size, channels],
    "numClasses": classes,
    "cases": [{**case, **mix(**case)} for case in cases],
    "beta": {str(alpha): [stats.beta.ppf(q / 10, alpha, alpha) for q in range(1, 10)] for alpha in (0.2, 1, 4)},
}
path = Path(__file__).parent / "fixtures" / "mixing.json"
path.write_text(json.dumps(result) + "\n")
