"""Packs a folder of images with OpenCV in two threads; prints images per second, and per second of processor time, as JSON.

    python opencv.py FOLDER ROUNDS FILE

All samples count ROUNDS times; the packed first round goes to FILE.
"""
import json
import os
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np

folder, rounds, target = sys.argv[1], int(sys.argv[2]), sys.argv[3]
channels = ("red", "green", "blue", "yellow")
names = sorted({name.rsplit("_", 1)[0] for name in os.listdir(folder)})
ids = names * rounds
# The threads below are the two; OpenCV's own would be two more each.
cv2.setNumThreads(1)


def read(name, channel):
    image = cv2.imread(os.path.join(folder, f"{name}_{channel}.png"), cv2.IMREAD_GRAYSCALE)
    return cv2.resize(image, (256, 256), interpolation=cv2.INTER_AREA)


def pack(position):
    row = np.stack([read(ids[position], channel) for channel in channels], axis=-1)
    os.pwrite(output, row.tobytes(), position * row.size)


with tempfile.TemporaryFile() as file, ThreadPoolExecutor(2) as threads:
    output = file.fileno()
    start, before = time.perf_counter(), time.process_time()
    list(threads.map(pack, range(len(ids))))
    os.fsync(output)
    seconds, processor = time.perf_counter() - start, time.process_time() - before
    with open(target, "wb") as first:
        first.write(os.pread(output, len(names) * 256 * 256 * 4, 0))

count = len(ids) * len(channels)
print(json.dumps({"wall": count / seconds, "processor": count / processor}))
