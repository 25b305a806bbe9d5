"""Prints operators.ts: every version of every operator of ONNX's default domain, from the schemas of the `onnx` wheel."""

import collections
import json

from onnx import defs

DTYPES = {
    "double": "f64", "float": "f32", "float16": "f16", "bfloat16": "bf16",
    "float8e4m3fn": "f8e4m3fn", "float8e4m3fnuz": "f8e4m3fnuz", "float8e5m2": "f8e5m2",
    "float8e5m2fnuz": "f8e5m2fnuz", "float8e8m0": "f8e8m0", "float4e2m1": "f4e2m1",
    "int64": "i64", "int32": "i32", "int16": "i16", "int8": "i8", "int4": "i4", "int2": "i2",
    "uint64": "u64", "uint32": "u32", "uint16": "u16", "uint8": "u8", "uint4": "u4", "uint2": "u2",
    "bool": "bool", "string": "string", "complex64": "c64", "complex128": "c128",
}  # fmt: skip

# Steps that change the meaning although the schema was only extended.
CHANGED = {
    ("Attention", 24): "the order of masking and soft-capping",
    ("Attention", 25): "a window of its own",
    ("GridSample", 20): "its modes have other names",
    ("PRelu", 7): "a slope for each channel became ordinary broadcasting",
    ("RoiAlign", 16): "half a pixel is now subtracted unless told",
    ("Split", 18): "equal parts must now be asked for",
}

# Of ONNX Runtime's contributed operators (domain com.microsoft), whose schemas are not in the wheel.
CONTRIBUTED_FLOATS = {
    "activation_gamma", "activation_params", "filter_value", "head_weight_scale", "mask_filter_value",
    "presence_penalty", "qk_norm_epsilon", "reduction_scale", "swiglu_limit", "temperature", "top_p",
}  # fmt: skip
CONTRIBUTED_INTEGERS = {"seed": {"BiasDropout", "BitmaskBiasDropout", "BitmaskDropout", "MurmurHash3"}}

# Withdrawn with opset 10, and in no wheel any more; ONNX Runtime has them still (contrib_defs.cc).
WITHDRAWN = {"Affine": "alpha,beta", "Crop": "border,scale", "ImageScaler": "bias,scale"}

# What ONNX Runtime runs in the default domain below the version that ONNX begins with (contrib_defs.cc; its Python package lists the
# kernels: `get_all_opkernel_def`): operands as in that version, these attributes, and whether a node keeps its meaning there.
UNOFFICIAL = {
    "LayerNormalization": ("axis,epsilon,stash_type", "="),
    "MeanVarianceNormalization": ("across_channels,normalize_variance", ":"),
    "ThresholdedRelu": ("alpha", "="),
}
# And what ONNX has under another name only.
RENAMED = {"SimplifiedLayerNormalization": "RMSNormalization"}

Option = defs.OpSchema.FormalParameterOption


def attributes(schema):
    return {
        name: (str(a.type), a.required, a.default_value.SerializeToString())
        for name, a in schema.attributes.items()
    }


def dtypes(parameter):
    found = set()
    for t in parameter.types:
        if t.startswith("tensor("):
            found.add(DTYPES.get(t[len("tensor(") : -1], t))
        else:
            found.add("unknown")
    return frozenset(found)


def extended(old, new):
    """New parameters begin with the old ones, take no fewer types, and whatever was added may be left out."""
    if len(new) < len(old):
        return False
    for a, b in zip(old, new):
        if not dtypes(a) <= dtypes(b):
            return False
        if a.option != b.option and not (a.option == Option.Single and b.option == Option.Optional):
            return False
    return all(p.option == Option.Optional for p in new[len(old) :])


def keeps_meaning(old, new):
    """A node of the old version means the same under the new one."""
    if old.deprecated != new.deprecated or (new.name, new.since_version) in CHANGED:
        return False
    a, b = attributes(old), attributes(new)
    if any(b.get(name) != a[name] for name in a):
        return False
    if any(b[name][1] for name in b.keys() - a.keys()):
        return False
    return extended(old.inputs, new.inputs) and extended(old.outputs, new.outputs)


history = collections.defaultdict(list)
floats, others = set(CONTRIBUTED_FLOATS), collections.defaultdict(set, CONTRIBUTED_INTEGERS)
others["scale"].add("Crop")
for schema in defs.get_all_schemas_with_history():
    for name, a in schema.attributes.items():
        kind = str(a.type).split(".")[-1]
        if kind in ("FLOAT", "FLOATS"):
            floats.add(name)
        elif kind in ("INT", "INTS"):
            others[name].add(schema.name)
    if schema.domain == "":
        history[schema.name].append(schema)

sets = {}


def index(parameter):
    number = sets.setdefault(dtypes(parameter), len(sets))
    return str(number) + {Option.Single: "", Option.Optional: "?", Option.Variadic: "*"}[parameter.option]


rows = []
for name in sorted(history):
    steps, last = [], None
    for schema in sorted(history[name], key=lambda s: s.since_version):
        sign = "=" if last is not None and keeps_meaning(last, schema) else ":"
        if schema.deprecated:
            sign = "!"
        inputs = ",".join(index(p) for p in schema.inputs)
        outputs = ",".join(index(p) for p in schema.outputs)
        if last is None and name in UNOFFICIAL:
            names, sign = UNOFFICIAL[name]
            steps.append(f"1+{inputs}>{outputs};{names}")
        steps.append(f"{schema.since_version}{sign}{inputs}>{outputs};{','.join(sorted(schema.attributes))}")
        last = schema
    rows.append((name, " ".join(steps)))
reals = sets[frozenset({"f16", "f32", "f64"})]
for name, names in WITHDRAWN.items():
    rows.append((name, f"1:{reals}>{reals};{names} 10!{reals}>{reals};"))
for name, official in RENAMED.items():
    first = next(text for other, text in rows if other == official)
    rows.append((name, f"1+{first.split(':', 1)[1]}"))
rows.sort()

print("// Written by proto/generate.sh; do not edit.")
print(f"""
/** The latest operator set that the table knows. */
export const LATEST_OPSET = {defs.onnx_opset_version()};

/** Sets of element types, separated by spaces, which `OPERATORS` names by their position. */
export const TYPE_SETS: readonly string[] = [""")
for types in sets:
    print(f"  {json.dumps(' '.join(sorted(t for t in types if not t.startswith('tensor('))))},")
print("];")
print("""
/**
 * The versions of each operator, oldest first, in the form `since sign inputs>outputs;attributes`. The sign is `=` where a
 * node of the version before keeps its meaning, `:` where it does not, `!` where the operator was withdrawn, `+` where it is not
 * ONNX's but ONNX Runtime's. Inputs and outputs are sets of element types; a question mark says that it may be left out, a star that it is a list of any length.
 */
export const OPERATORS: ReadonlyMap<string, string> = new Map([""")
for name, text in rows:
    print(f"  [{json.dumps(name)}, {json.dumps(text)}],")
print("]);")
print("""
/** Names of attributes that hold floating-point numbers, whatever the operator. */
export const FLOAT_ATTRIBUTES: ReadonlySet<string> = new Set([""")
for name in sorted(floats - others.keys()):
    print(f"  {json.dumps(name)},")
print("]);")
print("""
/** Names of attributes that hold floating-point numbers but for these operators, where they hold integers. */
export const FLOAT_UNLESS: ReadonlyMap<string, readonly string[]> = new Map([""")
for name in sorted(floats & others.keys()):
    print(f"  [{json.dumps(name)}, {json.dumps(sorted(others[name]))}],")
print("]);")
