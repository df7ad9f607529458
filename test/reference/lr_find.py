"""Writes fixtures/lr-find.json: fastai's learning rates, smoothed losses and suggestions for drawn losses.

    python test/reference/lr_find.py        (needs fastai, torch)
"""

import json
import math
import warnings
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace

import torch
from fastai.callback.schedule import SchedExp, minimum, slide, steep, valley
from fastai.learner import AvgSmoothLoss

import hash_numbers

warnings.filterwarnings("ignore")


def case(key, num_steps, start, end, curve):
    noise = hash_numbers.uniform(key, num_steps).astype(float)
    rates, raw, smoothed = [], [], []
    average, schedule = AvgSmoothLoss(), SchedExp(start, end)
    average.val = torch.tensor(0.0, dtype=torch.float64)
    best = math.inf
    for step in range(num_steps):
        rate = schedule(step / num_steps)
        loss = curve(math.log10(rate)) + 0.1 * (noise[step] - 0.5)
        average.accumulate(SimpleNamespace(loss=torch.tensor(loss, dtype=torch.float64)))
        rates.append(rate)
        raw.append(loss)
        smoothed.append(float(average.value))
        best = min(best, smoothed[-1])
        if smoothed[-1] > 4 * best:
            break
    lrs = torch.tensor(rates[num_steps // 10 : -5], dtype=torch.float64)
    losses = torch.tensor(smoothed[num_steps // 10 : -5], dtype=torch.float64)
    suggestions = {rule.__name__: rule(lrs, losses, num_steps)[0] for rule in [valley, slide, minimum, steep]}
    return {
        "numSteps": num_steps,
        "start": start,
        "end": end,
        "learningRates": rates,
        "losses": raw,
        "smoothed": smoothed,
        "suggestions": suggestions,
    }


def diverging(x):
    """Flat, then falling from 1e-5 on, then diverging from 0.1 on; x is log10 of the rate."""
    return 1 + 2 / (1 + math.exp(1.5 * (x + 3))) + math.exp(9 * (x + 0.7))


def falling(x):
    return 3 - 0.3 * (x + 7)


def rising(x):
    return 1 + 0.4 * (x + 6)


fixture = {
    "madeBy": "test/reference/lr_find.py",
    "versions": {"fastai": version("fastai"), "torch": torch.__version__},
    "cases": [
        case(1, 100, 1e-7, 10, diverging),
        case(2, 100, 1e-7, 10, falling),
        case(3, 60, 1e-6, 1, rising),
        case(4, 200, 1e-7, 10, diverging),
    ],
}
path = Path(__file__).parent / "fixtures" / "lr-find.json"
path.write_text(json.dumps(fixture) + "\n")
print(path.stat().st_size, "bytes", [(c["suggestions"], len(c["losses"])) for c in fixture["cases"]])
