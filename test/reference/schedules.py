"""Writes fixtures/schedules.json: learning rates of PyTorch's schedulers and fastai's combined schedules, peak 1.

    python test/reference/schedules.py        (needs torch, fastai)
"""

import json
import warnings
from importlib.metadata import version
from pathlib import Path

import torch
from fastai.callback.schedule import SchedCos, SchedNo, combine_scheds, combined_cos
from torch.optim import lr_scheduler

warnings.filterwarnings("ignore")


def torch_trace(create, steps):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    scheduler = create(optimizer)
    rates = []
    for step in range(steps):
        if step > 0:
            optimizer.step()
            scheduler.step()
        rates.append(optimizer.param_groups[0]["lr"])
    return rates


def by_epoch(create, epochs, steps_per_epoch):
    return [rate for rate in torch_trace(create, epochs) for _ in range(steps_per_epoch)]


def fastai_trace(schedule, steps):
    return [float(schedule(step / steps)) for step in range(steps)]


def flat_cosine(flat, div_final):
    return combine_scheds([flat, 1 - flat], [SchedNo(1, 1), SchedCos(1, 1 / div_final)])


def case(setting, cycles, steps_per_epoch, rates):
    return {"setting": setting, "cycles": cycles, "stepsPerEpoch": steps_per_epoch, "rates": rates}


def plateau(mode, values, **options):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    scheduler = lr_scheduler.ReduceLROnPlateau(optimizer, mode=mode, eps=0, **options)
    rates = [1.0]
    for value in values:
        scheduler.step(value)
        rates.append(optimizer.param_groups[0]["lr"])
    return rates


losses = [1.0, 0.9, 0.9, 0.89995, 0.91, 0.92, 0.8, 0.81, 0.82, 0.83, 0.84, 0.85, 0.86, 0.87, 0.7, 0.71, 0.72, 0.73]
plateau_options = [
    {"patience": 1, "factor": 0.5},
    {"patience": 2, "factor": 0.1, "cooldown": 2},
    {"patience": 0, "factor": 0.5, "threshold": 0.05, "min_lr": 0.1},
]
directions = {"min": ("minimize", losses), "max": ("maximize", [2 - loss for loss in losses])}

fixture = {
    "madeBy": "test/reference/schedules.py",
    "versions": {"torch": torch.__version__, "fastai": version("fastai")},
    "cases": [
        case({"type": "one_cycle"}, {"epochs": 4}, 5, fastai_trace(combined_cos(0.25, 1 / 25, 1, 1e-5), 20)),
        case(
            {"type": "one_cycle", "div": 10, "div_final": 1000, "pct_start": 0.4},
            {"cycles": 2, "cycle_len": 1, "cycle_mult": 2},
            7,
            fastai_trace(combined_cos(0.4, 0.1, 1, 1e-3), 7) + fastai_trace(combined_cos(0.4, 0.1, 1, 1e-3), 14),
        ),
        case(
            {"type": "one_cycle", "variant": "torch", "pct_start": 0.3, "div_final": 25e4},
            {"epochs": 4},
            5,
            torch_trace(lambda o: lr_scheduler.OneCycleLR(o, 1.0, total_steps=20), 20),
        ),
        case({"type": "flat_cosine"}, {"epochs": 4}, 5, fastai_trace(flat_cosine(0.75, 1e5), 20)),
        case({"type": "flat_cosine", "flat": 0.3, "div_final": 50}, {"epochs": 3}, 4, fastai_trace(flat_cosine(0.3, 50), 12)),
        case(
            {"type": "cosine"},
            {"cycles": 3, "cycle_len": 1, "cycle_mult": 2},
            5,
            torch_trace(lambda o: lr_scheduler.CosineAnnealingWarmRestarts(o, T_0=5, T_mult=2), 35),
        ),
        case({"type": "cosine"}, {"epochs": 3}, 4, torch_trace(lambda o: lr_scheduler.CosineAnnealingLR(o, T_max=12), 12)),
        case(
            {"type": "step", "every": 2, "factor": 0.3},
            {"epochs": 7},
            3,
            by_epoch(lambda o: lr_scheduler.StepLR(o, step_size=2, gamma=0.3), 7, 3),
        ),
        case(
            {"type": "step", "at": [2, 3, 6]},
            {"epochs": 8},
            2,
            by_epoch(lambda o: lr_scheduler.MultiStepLR(o, milestones=[2, 3, 6]), 8, 2),
        ),
    ],
    "plateaus": [
        {
            "setting": {"type": "plateau", **{{"min_lr": "floor"}.get(name, name): v for name, v in options.items()}},
            "direction": direction,
            "monitored": values,
            "rates": plateau(mode, values, **options),
        }
        for mode, (direction, values) in directions.items()
        for options in plateau_options
    ],
}
path = Path(__file__).parent / "fixtures" / "schedules.json"
path.write_text(json.dumps(fixture) + "\n")
print(path.stat().st_size, "bytes")
