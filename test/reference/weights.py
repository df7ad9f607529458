"""Writes fixtures/element-types.safetensors and fixtures/first-filter.json.

    python test/reference/weights.py        needs torch, timm, safetensors, numpy
"""
import json
from pathlib import Path

import numpy as np
import timm
import torch
from safetensors.torch import save_file
from timm.models._manipulate import adapt_input_conv

folder = Path(__file__).parent / "fixtures"
values = torch.tensor([[0.0, -0.0, 1.0], [1 / 3, -65504.0, 6e-8], [float("inf"), float("-inf"), 3e-5]])
types = {"f64": torch.float64, "f32": torch.float32, "f16": torch.float16, "bf16": torch.bfloat16}
arrays = {name: values.to(type) for name, type in types.items()}
arrays["bn1.num_batches_tracked"] = torch.tensor(2**40)
save_file(arrays, folder / "element-types.safetensors", metadata={"format": "pt"})

filter = np.arange(2 * 3 * 2 * 2, dtype=np.float32).reshape(2, 3, 2, 2) - 5
result = {
    "script": "test/reference/weights.py",
    "versions": {"timm": timm.__version__, "torch": torch.__version__},
    "elementTypes": {
        name: [repr(value) for value in array.float().flatten().tolist()] for name, array in arrays.items() if array.ndim
    },
    "filter": filter.flatten().tolist(),
    "timm": {str(n): adapt_input_conv(n, torch.from_numpy(filter)).flatten().tolist() for n in (1, 4, 5)},
}
(folder / "first-filter.json").write_text(json.dumps(result, indent=1) + "\n")
