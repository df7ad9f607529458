"""Writes fixtures/timm.json: what timm's networks give with the weights that model/export writes.

    node scripts/build.mjs && python test/reference/timm_models.py        needs torch, timm, numpy, safetensors

Makes models whose weights come from hash_numbers.py, has the command line export them, and loads the folders in timm. The
test exports the same models and compares the files' digests, so that the very bytes that timm has loaded are compared.
"""
import hashlib
import json
import platform
import subprocess
import tempfile
from pathlib import Path

import safetensors
import timm
import torch
from safetensors.torch import load_file, save_file
from torch import nn

import hash_numbers
import resnet

root = Path(__file__).parents[2]
models = {
    "resnet18": {"arch": "resnet18", "pool": "average", "hidden": []},
    "resnet34": {"arch": "resnet34", "pool": "concat", "hidden": [512]},
    "resnet50": {"arch": "resnet50", "pool": "concat", "hidden": []},
}


def weights(arch, pool, hidden):
    """Under the names of our own safetensors file."""
    network = resnet.Network(arch, 64, hidden)
    state = {name: value for name, value in network.names().items() if not name.endswith("num_batches_tracked")}
    if pool == "average":
        features = network.head.get_submodule("0.bn").num_features // 2
        state = {
            name: value[..., :features] if name.startswith("head.0.") and name != "head.0.linear.bias" else value
            for name, value in state.items()
        }
    return {name: torch.from_numpy(value) for name, value in hash_numbers.fill(state).items()}


def export(folder, arch, pool, hidden):
    (folder / "model").mkdir()
    description = {
        "version": 1, "arch": arch, "channels": ["red", "green", "blue", "yellow"], "numClasses": resnet.num_classes,
        "classNames": None, "head": {"pool": pool, "hidden": hidden, "dropout": 0.5},
        "normalize": {"mean": [0.1, 0.2, 0.3, 0.4], "std": [0.2, 0.25, 0.3, 0.35]}, "size": 64, "augment": None,
        "epoch": 1, "metrics": {},
    }
    (folder / "model" / "model.json").write_text(json.dumps(description))
    save_file(weights(arch, pool, hidden), folder / "model" / "weights.safetensors")
    stages = {"export": {"uses": "model/export", "with": {"model": "model/"}}}
    (folder / "p.yaml").write_text(json.dumps({"version": 1, "name": "export", "stages": stages}))
    subprocess.run(["node", root / "dist/bundle/entry.js", "run", "p.yaml", "--no-mlflow"], cwd=folder, check=True)
    return folder / "runs/latest/stages/export/outputs/timm"


class Model(nn.Module):
    """timm's network, and behind it the head that timm has no place for."""

    def __init__(self, folder):
        super().__init__()
        self.body = timm.create_model(f"local-dir:{folder}", pretrained=True)
        self.head = nn.Identity()
        if (folder / "head.safetensors").exists():
            arrays = load_file(folder / "head.safetensors")
            layers = []
            for index in range(0, 4 * sum(name.endswith("running_mean") for name in arrays), 4):
                outputs, inputs = arrays[f"{index + 2}.weight"].shape
                layers += [nn.BatchNorm1d(inputs), nn.Dropout(0.5), nn.Linear(inputs, outputs), nn.ReLU()]
            self.head = nn.Sequential(*layers[:-1])
            print(self.head.load_state_dict(arrays, strict=True))

    def forward(self, x):
        return self.head(self.body(x))


if __name__ == "__main__":
    results = {}
    for name, setting in models.items():
        with tempfile.TemporaryDirectory() as temporary:
            folder = export(Path(temporary), **setting)
            model = Model(folder).eval()
            with torch.no_grad():
                logits = model(resnet.batch(64, 2)[0]).double().flatten().tolist()
            digests = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in sorted(folder.glob("*"))}
            results[name] = {**setting, "sha256": digests, "logits": [round(value, 7) for value in logits]}
    versions = {"python": platform.python_version(), "torch": torch.__version__, "timm": timm.__version__, "safetensors": safetensors.__version__}
    result = {"script": "test/reference/timm_models.py", "versions": versions, "models": results}
    (resnet.folder / "timm.json").write_text(json.dumps(result, indent=1) + "\n")
