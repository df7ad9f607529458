"""Writes fixtures/threshold-curves.json: precision-recall curves and F1 by scikit-learn, co-occurrence by numpy.

    python test/reference/threshold_curves.py        (needs scikit-learn)
"""

import json
import pathlib

import numpy as np
import sklearn
from sklearn.metrics import f1_score, precision_recall_curve

SAMPLES, CLASSES, ABSENT = 60, 4, 3

rng = np.random.default_rng(7)
labels = (rng.random((SAMPLES, CLASSES)) < [0.5, 0.2, 0.1, 0.0]).astype(np.uint8)
logits = rng.normal(size=(SAMPLES, CLASSES)) * 1.2 + 2.0 * labels - 1.5
# Two decimals, so that scores are equal often.
probabilities = np.round(1 / (1 + np.exp(-logits)), 2).astype(np.float32)
thresholds = [0.4, 0.35, 0.3, 0.5]
predicted = (probabilities >= thresholds).astype(np.uint8)


def curve(k):
    precision, recall, cuts = precision_recall_curve(labels[:, k], probabilities[:, k])
    return {
        "precision": precision.tolist(),
        "recall": recall.tolist(),
        "thresholds": [round(float(cut), 2) for cut in cuts],
        "f1": [float(f1_score(labels[:, k], probabilities[:, k] >= cut)) for cut in cuts],
        "f1AtChosen": float(f1_score(labels[:, k], predicted[:, k])),
    }


def share(i):
    rows = predicted[labels[:, i] == 1]
    return rows.mean(axis=0).tolist() if len(rows) else [None] * CLASSES


fixture = {
    "madeBy": "test/reference/threshold_curves.py",
    "versions": {"sklearn": sklearn.__version__, "numpy": np.__version__},
    "numSamples": SAMPLES,
    "numClasses": CLASSES,
    "labels": labels.ravel().tolist(),
    "probabilities": [round(float(p), 2) for p in probabilities.ravel()],
    "thresholds": thresholds,
    # The class without samples has no curve.
    "curves": [curve(k) for k in range(CLASSES) if k != ABSENT],
    "coOccurrence": [share(i) for i in range(CLASSES)],
}
path = pathlib.Path(__file__).parent / "fixtures" / "threshold-curves.json"
path.write_text(json.dumps(fixture) + "\n")
print(path.stat().st_size, "bytes")
