"""Writes fixtures/floats.npy and fixtures/bytes.npy with numpy.

    python test/reference/npy.py        (needs numpy)
"""

import pathlib

import numpy as np

folder = pathlib.Path(__file__).parent / "fixtures"
np.save(folder / "floats.npy", np.array([[1.5, -2.25, 0.1], [1e-30, 3e38, -0.0]], dtype=np.float32))
np.save(folder / "bytes.npy", np.arange(5, dtype=np.uint8))
