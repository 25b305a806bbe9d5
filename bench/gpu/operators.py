# Times operators on a CUDA device by PyTorch: a JSON list of {op, dtype, operands} on standard input, microseconds of each on standard output, null where it failed.
import json
import sys

import torch

DTYPES = {"f32": torch.float32, "f16": torch.float16, "bf16": torch.bfloat16}
OPERATORS = {
    "MatMul": torch.matmul,
    "Add": torch.add,
    "Relu": torch.relu,
    "Tanh": torch.tanh,
    "Softmax": lambda x: torch.softmax(x, -1),
    "Transpose": lambda x: x.transpose(0, 1).contiguous(),
    "ReduceSum": lambda x: torch.sum(x, -1),
    "Conv": lambda x, w: torch.nn.functional.conv2d(x, w, padding="same"),
    "Attention": torch.nn.functional.scaled_dot_product_attention,
}


def microseconds(op, dtype, operands):
    f = OPERATORS[op]
    arrays = [torch.randn(shape, device="cuda", dtype=torch.float32).to(DTYPES[dtype]) for shape in operands]
    repeats = 20
    stream = torch.cuda.Stream()
    with torch.cuda.stream(stream):  # warm up outside of the default stream, as captures ask
        for _ in range(5):
            f(*arrays)
    stream.synchronize()
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        for _ in range(repeats):
            f(*arrays)
    times = []
    for _ in range(7):
        begin, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
        begin.record()
        graph.replay()
        end.record()
        end.synchronize()
        times.append(1000 * begin.elapsed_time(end) / repeats)
    return sorted(times)[len(times) // 2]


torch.backends.cuda.matmul.allow_tf32 = True  # as the model prices products of f32
torch.backends.cudnn.allow_tf32 = True
results = []
for case in json.load(sys.stdin):
    try:
        results.append(microseconds(**case))
    except Exception as error:
        print(f"{case}: {error}", file=sys.stderr)
        results.append(None)
json.dump(results, sys.stdout)
