"""Writes fixtures/thresholds.json, from the samples of fixtures/metrics.json: resampled thresholds and scores by scikit-learn, scipy, numpy.

    python test/reference/thresholds.py        (needs scikit-learn, scipy, numpy)
"""

import json
import warnings
from importlib.metadata import version
from pathlib import Path

import numpy as np
from scipy.optimize import leastsq
from sklearn.metrics import f1_score

import hash_numbers

warnings.filterwarnings("ignore")  # a class without samples warns; its 0 is what the fixture is for
folder = Path(__file__).parent / "fixtures"
metrics = json.loads((folder / "metrics.json").read_text())
shape = (metrics["numSamples"], metrics["numClasses"])
FOLDS, REPLICATES, FLOOR = 4, 400, 0.05


def best_f1(scores, labels):
    """Tries every cut of each class; in the middle between scores, of equals the nearest to 0.5."""
    thresholds = []
    for k in range(shape[1]):
        column = scores[:, k].astype(np.float64)
        distinct = np.unique(column)[::-1]
        best = (0.0, -abs(max(0.5, FLOOR) - 0.5), max(0.5, FLOOR))
        for index, cut in enumerate(distinct):
            if cut < FLOOR:
                break
            below = max(distinct[index + 1] if index + 1 < len(distinct) else 0.0, FLOOR)
            threshold = (cut + below) / 2
            f1 = f1_score(labels[:, k], column >= threshold)
            if f1 > best[0] or (f1 == best[0] and -abs(threshold - 0.5) > best[1]):
                best = (f1, -abs(threshold - 0.5), threshold)
        thresholds.append(best[2])
    return np.array(thresholds)


def soft_f1(scores, labels):
    x, y = scores.astype(np.float64), labels.astype(np.float64)

    def residuals(thresholds):
        soft = 1 / (1 + np.exp(-50.0 * (x - thresholds)))
        f1 = 2.0 * (soft * y).sum(axis=0) / ((soft + y).sum(axis=0) + 1e-6)
        return np.concatenate((f1 - 1.0, 1e-5 * (thresholds - 0.5)), axis=None)

    # A class with next to no samples can drive its threshold anywhere.
    return np.clip(leastsq(residuals, 0.5 * np.ones(shape[1]))[0], 0, 1)


def decide(scores, thresholds, at_least_one=False, max_labels=None):
    decided = scores.astype(np.float64) >= thresholds
    for row, own in zip(decided, scores):
        if at_least_one and not row.any():
            row[np.argmax(own)] = True
        if max_labels is not None and row.sum() > max_labels:
            ranked = np.argsort(-np.where(row, own, -1), kind="stable")
            row[:] = False
            row[ranked[:max_labels]] = True
    return decided.astype(np.uint8)


def nested(scores, labels):
    folds = np.arange(shape[0]) % FOLDS
    decided = np.zeros(shape, np.uint8)
    for fold in range(FOLDS):
        inside = folds == fold
        decided[inside] = decide(scores[inside], best_f1(scores[~inside], labels[~inside]), at_least_one=True)
    return decided


def intervals(decided, labels):
    """Replicate r draws sample floor(u * n), u from hash_numbers with key r + 1."""
    macro, by_class = [], []
    for replicate in range(REPLICATES):
        drawn = np.floor(hash_numbers.uniform(replicate + 1, shape[0]).astype(np.float64) * shape[0]).astype(int)
        f1 = f1_score(labels[drawn], decided[drawn], average=None)
        by_class.append(f1)
        macro.append(f1.mean())
    ends = [2.5, 97.5]
    return {"macro": np.percentile(macro, ends).tolist(), "perClass": np.percentile(by_class, ends, axis=0).T.tolist()}


def case(row):
    labels = np.array(row["labels"], np.uint8).reshape(shape)
    scores = np.array(row["probabilities"], np.float32).reshape(shape)
    halves = [np.arange(start, shape[0], 2) for start in range(2)]
    decided = nested(scores, labels)
    half = 0.5 * np.ones(shape[1])
    return {
        "bestThresholds": best_f1(scores, labels).tolist(),
        "averagedF1": np.mean([best_f1(scores[part], labels[part]) for part in halves], axis=0).tolist(),
        "averagedSoftF1": np.mean([soft_f1(scores[part], labels[part]) for part in halves], axis=0).tolist(),
        "nested": {"decided": decided.ravel().tolist(), "macroF1": f1_score(labels, decided, average="macro")},
        "intervals": intervals(decided, labels),
        "atLeastOne": decide(scores, half + 0.2, at_least_one=True).ravel().tolist(),
        "atMostTwo": decide(scores, half - 0.3, max_labels=2).ravel().tolist(),
    }


fixture = {
    "madeBy": "test/reference/thresholds.py",
    "versions": {name: version(name) for name in ["scikit-learn", "scipy", "numpy"]},
    "numFolds": FOLDS,
    "replicates": REPLICATES,
    "floor": FLOOR,
    "cases": [case(row) for row in metrics["cases"][:2]],
}
path = folder / "thresholds.json"
path.write_text(json.dumps(fixture) + "\n")
print(path.stat().st_size, "bytes")
