"""Runs an ONNX model on the images of a numpy file: python run_onnx.py MODEL IMAGES FOLDER writes FOLDER/NAME.npy for each output."""
import sys
from pathlib import Path

import numpy as np
import onnxruntime

model, images, folder = sys.argv[1:]
session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
names = [output.name for output in session.get_outputs()]
for name, values in zip(names, session.run(names, {"images": np.load(images)})):
    np.save(Path(folder) / f"{name}.npy", values)
