"""Features and what scipy says of them: argv is a folder to write to. Prints one JSON line a case."""
import json
import sys
import time

import numpy as np
from scipy import linalg

DIMENSIONS = 2048
folder = sys.argv[1]


def features(count, seed):
    """As those of a network: never negative, correlated, of a decaying spectrum."""
    generator = np.random.default_rng(seed)
    mixing = np.random.default_rng(0).normal(size=(DIMENSIONS, DIMENSIONS)) / np.sqrt(DIMENSIONS)
    scales = (1 + np.arange(DIMENSIONS)) ** -0.5
    drawn = generator.normal(size=(count, DIMENSIONS)) * scales
    return np.maximum(0, drawn @ mixing * (1 + 0.1 * seed) + 0.01 * seed + 0.01).astype(np.float32)


def distance(a, b):
    """As pytorch-fid's calculate_frechet_distance and its kin."""
    mean_a, mean_b = a.mean(axis=0), b.mean(axis=0)
    sigma_a, sigma_b = np.cov(a, rowvar=False), np.cov(b, rowvar=False)
    started = time.time()
    root = linalg.sqrtm(sigma_a @ sigma_b)
    seconds = time.time() - started
    difference = mean_a - mean_b
    return float(difference @ difference + np.trace(sigma_a) + np.trace(sigma_b) - 2 * np.trace(root).real), seconds


for name, count in [("full", 3000), ("deficient", 1000)]:
    a, b = features(count, 1), features(count, 2)
    a.tofile(f"{folder}/{name}-a.bin")
    b.tofile(f"{folder}/{name}-b.bin")
    expected, seconds = distance(a.astype(np.float64), b.astype(np.float64))
    print(json.dumps({"name": name, "expected": expected, "seconds": seconds}), flush=True)
