"""Training steps and inference of ResNet-34 in Keras 3 on TensorFlow; prints images per second, and the peak of memory in MB, as JSON.

    python resnet34_keras.py SIZE BATCH STEPS

Both as one graph each, without XLA, with which training is slower and takes more memory; medians after three steps to warm up.
"""
import json
import os
import resource
import statistics
import sys
import time

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")

import keras
import numpy as np
from keras import layers

size, batch, steps = (int(argument) for argument in sys.argv[1:4])


def conv_bn(x, outputs, kernel, stride):
    if kernel > 1 and stride > 1:
        x = layers.ZeroPadding2D(kernel // 2)(x)
    padding = "same" if stride == 1 else "valid"
    x = layers.Conv2D(outputs, kernel, stride, padding=padding, use_bias=False)(x)
    return layers.BatchNormalization(momentum=0.9, epsilon=1e-5)(x)


def block(x, outputs, stride):
    y = layers.ReLU()(conv_bn(x, outputs, 3, stride))
    y = conv_bn(y, outputs, 3, 1)
    changes = stride != 1 or x.shape[-1] != outputs
    shortcut = conv_bn(x, outputs, 1, stride) if changes else x
    return layers.ReLU()(layers.Add()([y, shortcut]))


def resnet34():
    inputs = keras.Input((size, size, 4))
    x = layers.ReLU()(conv_bn(inputs, 64, 7, 2))
    x = layers.MaxPooling2D(3, 2)(layers.ZeroPadding2D(1)(x))
    for outputs, count, stride in [(64, 3, 1), (128, 4, 2), (256, 6, 2), (512, 3, 2)]:
        for index in range(count):
            x = block(x, outputs, stride if index == 0 else 1)
    return keras.Model(inputs, layers.Dense(28)(layers.GlobalAveragePooling2D()(x)))


def images_per_second(run):
    seconds = []
    for _ in range(steps + 3):
        start = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - start)
    return batch / statistics.median(seconds[3:])


keras.utils.set_random_seed(0)
network = resnet34()
network.compile(
    keras.optimizers.Adam(1e-3, global_clipnorm=1.0),
    keras.losses.BinaryCrossentropy(from_logits=True),
    jit_compile=False,
)
images = np.random.default_rng(0).normal(size=(batch, size, size, 4)).astype("float32")
labels = (np.random.default_rng(1).random((batch, 28)) < 0.1).astype("float32")
rates = {
    "train": images_per_second(lambda: network.train_on_batch(images, labels)),
    "infer": images_per_second(lambda: network.predict_on_batch(images)),
}
memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({**rates, "memory": memory}))
