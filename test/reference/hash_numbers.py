"""Numbers that Python and TypeScript can both compute, so that weights and images need not be stored (hash-numbers.ts)."""
import numpy as np


def uniform(key: int, size: int) -> np.ndarray:
    """`size` numbers from 0 to below 1, float32: element i is a 32-bit hash of (key, i), its upper 24 bits as a fraction."""
    x = np.arange(size, dtype=np.uint64)
    mask = np.uint64(0xFFFFFFFF)
    x = (x + np.uint64((key * 0x9E3779B9) & 0xFFFFFFFF)) & mask
    x = ((x ^ (x >> np.uint64(16))) * np.uint64(0x85EBCA6B)) & mask
    x = ((x ^ (x >> np.uint64(13))) * np.uint64(0xC2B2AE35)) & mask
    x = x ^ (x >> np.uint64(16))
    return ((x >> np.uint64(8)).astype(np.float64) / 2**24).astype(np.float32)


def weight(name: str, key: int, shape: tuple) -> np.ndarray:
    """A plausible weight for an array of a network, by the end of its name; float32."""
    u = uniform(key, int(np.prod(shape))).astype(np.float64).reshape(shape)
    if name.endswith("running_var") or (name.endswith("weight") and len(shape) == 1):
        values = 0.5 + u
    elif len(shape) == 1:
        values = (u - 0.5) * 0.2
    else:
        fan_in = np.prod(shape[1:])
        values = (u - 0.5) * np.sqrt(12) * np.sqrt(2 / fan_in)
    return values.astype(np.float32)


def fill(state: dict) -> dict:
    """New values for every array of a state dict, keyed by its place in the sorted list of names."""
    names = sorted(name for name in state if not name.endswith("num_batches_tracked"))
    return {name: weight(name, key + 1, tuple(state[name].shape)) for key, name in enumerate(names)}


def images(shape: tuple) -> np.ndarray:
    """NHWC, about normalised."""
    return ((uniform(1_000_001, int(np.prod(shape))) - np.float32(0.5)) * np.float32(3)).reshape(shape)


def labels(shape: tuple) -> np.ndarray:
    return (uniform(1_000_002, int(np.prod(shape))) < 0.3).astype(np.float32).reshape(shape)
