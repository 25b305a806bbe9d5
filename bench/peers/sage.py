# The training step of benches/autodiff.ts in NumPy and SciPy: python sage.py NODES EDGES HIDDEN LAYERS REPEATS prints milliseconds of CPU time.
import os

os.environ["OPENBLAS_NUM_THREADS"] = "1"
import json
import sys
import time

import numpy as np
from scipy.sparse import csr_matrix

nodes, edges, hidden, layers, repeats = map(int, sys.argv[1:])
rng = np.random.default_rng(0)
source = (np.arange(edges) * 7919) % nodes
target = (np.arange(edges) * 104729) % nodes

# Sums along edges as sparse products: the quickest way there is in Python. Making the matrices is not in the time.
ones = np.ones(edges, np.float32)
into = csr_matrix((ones, (target, source)), shape=(nodes, nodes))
out_of = csr_matrix((ones, (source, target)), shape=(nodes, nodes))


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
        sums.append(into @ states[l])
        states.append(np.maximum(states[l] @ own[l] + sums[l] @ theirs[l] + bias[l], 0))
    score = states[-1] @ last
    slope = score * np.float32(2 / nodes)
    gradients = [states[-1].T @ slope]
    slope = slope @ last.T
    for l in reversed(range(layers)):
        slope = slope * (states[l + 1] > 0)
        gradients += [states[l].T @ slope, sums[l].T @ slope, slope.sum(0)]
        if l > 0:
            slope = slope @ own[l].T + out_of @ (slope @ theirs[l].T)
    return gradients


step()
times = []
for _ in range(repeats):
    begin = time.process_time()
    step()
    times.append((time.process_time() - begin) * 1000)
print(json.dumps(times))
