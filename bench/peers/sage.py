# The training step of benches/autodiff.ts in NumPy: python sage.py NODES EDGES HIDDEN LAYERS REPEATS prints milliseconds of CPU time.
import os

os.environ["OPENBLAS_NUM_THREADS"] = "1"
import json
import sys
import time

import numpy as np

nodes, edges, hidden, layers, repeats = map(int, sys.argv[1:])
rng = np.random.default_rng(0)
source = (np.arange(edges) * 7919) % nodes
target = (np.arange(edges) * 104729) % nodes


def summing(by):
    """Sums rows by number: NumPy is quickest at it when they are sorted first, which is not in the time."""
    order = np.argsort(by, kind="stable")
    numbers = by[order]
    starts = np.flatnonzero(np.r_[True, np.diff(numbers) > 0])
    return order, starts, numbers[starts]


into = summing(target)
out_of = summing(source)


def scatter(rows, plan):
    order, starts, numbers = plan
    total = np.zeros((nodes, rows.shape[1]), np.float32)
    total[numbers] = np.add.reduceat(rows, starts, axis=0)
    return total


def normal(*shape):
    return rng.standard_normal(shape, dtype=np.float32) * np.float32(0.1)


x = normal(nodes, hidden)
own = [normal(hidden, hidden) for _ in range(layers)]
theirs = [normal(hidden, hidden) for _ in range(layers)]
bias = [normal(1, hidden) for _ in range(layers)]
last = normal(hidden, 1)


def step():
    states, sums = [x], []
    for l in range(layers):
        sums.append(scatter(states[l][source[into[0]]], into))
        states.append(np.maximum(states[l] @ own[l] + sums[l] @ theirs[l] + bias[l], 0))
    score = states[-1] @ last
    slope = score * np.float32(2 / nodes)
    gradients = [states[-1].T @ slope]
    slope = slope @ last.T
    for l in reversed(range(layers)):
        slope = slope * (states[l + 1] > 0)
        gradients += [states[l].T @ slope, sums[l].T @ slope, slope.sum(0)]
        if l > 0:
            message = slope @ theirs[l].T
            slope = slope @ own[l].T + scatter(message[target[out_of[0]]], out_of)
    return gradients


step()
times = []
for _ in range(repeats):
    begin = time.process_time()
    step()
    times.append((time.process_time() - begin) * 1000)
print(json.dumps(times))
