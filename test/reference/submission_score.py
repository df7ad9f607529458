"""Scores a drawn submission with scikit-learn, for test/kaggle-server/scoring.test.ts.

    python test/reference/submission_score.py > test/reference/fixtures/submission-score.json
"""

import json

import numpy as np
import sklearn
from sklearn.metrics import f1_score

NUM_SAMPLES, NUM_CLASSES = 60, 28
random = np.random.default_rng(7)
frequency = np.geomspace(0.5, 0.01, NUM_CLASSES)
truth = random.random((NUM_SAMPLES, NUM_CLASSES)) < frequency
# Wrong in every tenth place, so that hits, misses and false alarms all occur.
predicted = truth ^ (random.random(truth.shape) < 0.1)
usage = np.where(random.random(NUM_SAMPLES) < 0.3, "Public", "Private")


def to_csv(matrix, with_usage):
    lines = ["Id,Predicted,Usage" if with_usage else "Id,Predicted"]
    for index, row in enumerate(matrix):
        labels = " ".join(str(label) for label in np.flatnonzero(row))
        lines.append(f"s{index},{labels}" + (f",{usage[index]}" if with_usage else ""))
    return "\n".join(lines) + "\n"


def score(part):
    rows = usage == part
    return f1_score(truth[rows], predicted[rows], average="macro", zero_division=0)


print(
    json.dumps(
        {
            "madeBy": f"test/reference/submission_score.py, scikit-learn {sklearn.__version__}",
            "numClasses": NUM_CLASSES,
            "solution": to_csv(truth, True),
            "submission": to_csv(predicted, False),
            "publicScore": score("Public"),
            "privateScore": score("Private"),
        },
        indent=1,
    )
)
