"""Images and what OpenCV and numpy make of them: test/reference/fixtures/images/.

    python -m venv v && v/bin/pip install opencv-python-headless numpy && v/bin/python test/reference/images.py
"""
import json
import pathlib

import cv2
import numpy

folder = pathlib.Path(__file__).parent / "fixtures" / "images"
folder.mkdir(parents=True, exist_ok=True)
random = numpy.random.default_rng(7)
channels = ["red", "green", "blue", "yellow"]
ids = ["a", "b", "c"]
expected = {"opencv": cv2.__version__, "numpy": numpy.__version__, "script": "test/reference/images.py", "resized": {}}
planes = {channel: [] for channel in channels}
for name in ids:
    for channel in channels:
        noise = random.integers(0, 256, (48, 48)).astype(numpy.uint8)
        image = cv2.GaussianBlur(noise, (0, 0), 1.5)
        cv2.imwrite(str(folder / f"{name}_{channel}.png"), image)
        planes[channel].append(image)
        for size in (24, 16, 20):
            area = cv2.resize(image, (size, size), interpolation=cv2.INTER_AREA)
            expected["resized"][f"{name}_{channel}_{size}"] = area.flatten().tolist()
pixels = {channel: numpy.stack(images).astype(numpy.float64) / 255 for channel, images in planes.items()}
expected["mean"] = [pixels[channel].mean() for channel in channels]
expected["std"] = [pixels[channel].std() for channel in channels]
# The same 64 grey values at other depths: 16 bits (scaled by 255/65535), three equal colours, with transparency.
depths = folder.parent / "depths"
depths.mkdir(exist_ok=True)
deep = random.integers(0, 65536, (8, 8)).astype(numpy.uint16)
grey = numpy.round(deep / 257).astype(numpy.uint8)
colour = numpy.repeat(grey[..., None], 3, axis=2)
cv2.imwrite(str(depths / "grey16.png"), deep)
cv2.imwrite(str(depths / "grey16.tif"), deep)
cv2.imwrite(str(depths / "colour.png"), colour)
cv2.imwrite(str(depths / "transparent.png"), numpy.dstack([colour, numpy.full_like(grey, 128)]))
(depths / "expected.json").write_text(json.dumps({"script": "test/reference/images.py", "values": grey.flatten().tolist()}))
(folder / "expected.json").write_text(json.dumps(expected))
