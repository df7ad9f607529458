"""Writes fixtures/metrics.json: F1 and average precision by scikit-learn, soft-F1 thresholds by scipy's leastsq.

    python test/reference/metrics.py        (needs scikit-learn and scipy)
"""

import json
import pathlib
import warnings

import numpy as np
import scipy
import sklearn
from scipy.optimize import leastsq
from sklearn.metrics import average_precision_score, f1_score, precision_recall_fscore_support

warnings.filterwarnings("ignore")  # a class without samples warns; its 0 is what the fixture is for

SAMPLES, CLASSES, ABSENT = 120, 7, 5


def draw(seed):
    rng = np.random.default_rng(seed)
    frequency = np.array([0.5, 0.3, 0.2, 0.1, 0.05, 0.0, 0.02])
    labels = (rng.random((SAMPLES, CLASSES)) < frequency).astype(np.uint8)
    logits = rng.normal(size=(SAMPLES, CLASSES)) * 1.2 + 2.0 * labels - 1.5
    # Two decimals, so that scores are equal often.
    probabilities = np.round(1 / (1 + np.exp(-logits)), 2).astype(np.float32)
    return labels, probabilities


def soft_f1(predictions, targets, thresholds):
    predictions = 1 / (1 + np.exp(-50.0 * (predictions - thresholds)))
    return 2.0 * (predictions * targets).sum(axis=0) / ((predictions + targets).sum(axis=0) + 1e-6)


def fit_soft_f1(probabilities, labels):
    x, y = probabilities.astype(np.float64), labels.astype(np.float64)
    residuals = lambda p: np.concatenate((soft_f1(x, y, p) - 1.0, 1e-5 * (p - 0.5)), axis=None)
    return leastsq(residuals, 0.5 * np.ones(CLASSES))[0]


def best_f1(probabilities, labels, floor):
    best = []
    for k in range(CLASSES):
        scores = probabilities[:, k]
        cuts = [c for c in np.unique(scores) if c >= floor]
        best.append(max(f1_score(labels[:, k], scores >= c) for c in cuts))
    return best


def case(seed):
    labels, probabilities = draw(seed)
    predicted = (probabilities >= 0.5).astype(np.uint8)
    precision, recall, f1, support = precision_recall_fscore_support(labels, predicted)
    average_precision = average_precision_score(labels, probabilities, average=None)
    return {
        "labels": labels.ravel().tolist(),
        "probabilities": [round(float(p), 2) for p in probabilities.ravel()],
        "precision": precision.tolist(),
        "recall": recall.tolist(),
        "f1": f1.tolist(),
        "support": support.tolist(),
        "averages": {a: float(f1_score(labels, predicted, average=a)) for a in ["macro", "micro", "weighted", "samples"]},
        "averagePrecision": np.nan_to_num(average_precision).tolist(),
        "softF1Thresholds": fit_soft_f1(probabilities, labels).tolist(),
        "bestF1": best_f1(probabilities, labels, 0.05),
    }


fixture = {
    "madeBy": "test/reference/metrics.py",
    "versions": {"sklearn": sklearn.__version__, "scipy": scipy.__version__, "numpy": np.__version__},
    "numSamples": SAMPLES,
    "numClasses": CLASSES,
    "cases": [case(seed) for seed in range(4)],
}
path = pathlib.Path(__file__).parent / "fixtures" / "metrics.json"
path.parent.mkdir(exist_ok=True)
path.write_text(json.dumps(fixture) + "\n")
print(path.stat().st_size, "bytes")
