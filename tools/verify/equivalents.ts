/**
 * Mutants that are no mistakes: what was changed makes no difference wherever the mutant applies. The binder lets a rule apply only where
 * both sides have the same types, so that whatever would change a type is no mistake either.
 */

/** Mutants of which one reason holds. */
interface Equivalent {
  /** Which rules, by name. */
  readonly rule: RegExp;
  /** What was changed: the kind, the place, the change. */
  readonly change: RegExp;
  readonly why: string;
}

/** A reason, and changes by the rules that they are made in. */
type Group = readonly [
  why: string,
  ...changes: readonly (readonly [rule: RegExp, change: RegExp])[],
];

/** A dropped condition. */
const dropped = (...texts: readonly string[]): RegExp =>
  new RegExp(
    `^condition dropped: (?:${texts.map((text) => text.replaceAll(/[()[\].*+^$?|]/g, "\\$&").replaceAll("…", ".*")).join("|")})$`,
  );

const any = /./;

const groups: readonly Group[] = [
  [
    "a slice of the same size that begins, or ends, or lies elsewhere, or takes larger steps is the same, or has one element, or is the whole",
    [any, /off by one: .*Slice\[[123]\](\[0\]( dim\[1\])?)?: /],
    [
      /^(?!slices\.slice_(two|three|four))/,
      /off by one: .*(Slice\[4\]\[0\]|slice_length\[2\]): 1 → 2/,
    ],
    [any, /operands swapped: .*: Slice\(… /],
    [
      /^slicing\.slice_concat/,
      dropped("s >= 0", "e >= 0", "e <= dim(a, i)", "s >= dim(a, i)", "e >= dim(a, i)"),
    ],
    [/^slicing\.(concat_slices|slice2)$/, dropped("s >= 0", "t >= 0", "e >= m", "m >= s")],
    [/^gathering\./, dropped("k != -1", "k[0] + len(k) != 0", "k[0] + len(k) == 0")],
    [/^(movement|product)_selection\./, dropped("i >= 0")],
    [/^slices\.slice_front$/, dropped("i < 0")],
  ],
  [
    "Reshape, Expand, Squeeze and Unsqueeze move nothing: the type of the result tells all",
    [any, /^[^:]*: \[\d\] (Reshape|Expand|Squeeze|Unsqueeze)\[1\]/],
    [any, /operands swapped: \[0\]: (Squeeze|Unsqueeze|Expand)\(… /],
    [/^(unmoved|expansion)\./, dropped("shape(…) == shape(…)")],
    [/^unmoved\.cast_id$/, dropped("dtype(Cast(x; to = t, ...p)) == dtype(x)")],
    [/^repeats\.tile_expand$/, dropped("broadcasts_to(x, Tile(x, n))")],
    [/^alone\./, dropped("dim(x, k) == 1")],
    [/^alone\.softmax_one$/, /full\[0\]\[0\]: 1 → 2/],
    [/^sums\.|^gpu\.products/, /Reshape\[1\]|keepdims/],
    [/^contraction\.broadcast_kept$/, dropped("rank(a) == rank(b)")],
  ],
  [
    "the parts of a Split are as large as the types of the results say, and each result is of one part only",
    [any, /off by one: \[\d\] Split\[1\]/],
    [/^gpu\.products\./, /operands swapped: \[[02]\] Split.*Concat\(… /],
    [/^merging\./, dropped("rank(bs) == 2", "rank(as) == 2", "rank(b) == 2", "rank(a) >= 2")],
  ],
  [
    "what matters of the operands inside is their shapes, whatever is computed of them",
    [/_selection\./, /operands swapped: .* own_axis\[1\]: /],
    [/^rows\.rows$/, /operands swapped: .* shape\[0\]: MatMul/],
  ],
  [
    "axes of size 1 only can be left out, or take each other's place in a reduction",
    [
      any,
      /off by one: .*(ReduceMean|ReduceSum|Squeeze|Unsqueeze)\[1\](\[0\])?: (element 0 \+ 1|\d → \d)/,
    ],
    [/^reductions\.log_sum_exp$/, /keepdims: 1 → 0/],
    [/^reductions\.leading_/, dropped("i > 0", "dim(x, 0) == 1")],
    [/^height\.max/, dropped("axis_of(k, 3) == 2", "rank(x) == 3", "is_float(x)")],
    [/^contraction\.outer_products$/, dropped("dim(a, -1) == 1", "rank(a) >= 3")],
  ],
  [
    "a tensor of another size does not hold as many elements, or meets an operand that it does not fit",
    [any, /Reshape\[1\]\[0\]: -1 → 0/],
    [/^lookups\.tables$/, /off by one: .* reshape_target\[0\]/],
    [/^contraction\.products$/, /off by one: .* reshape_target\[0\]/],
    [/^rows\.rows$/, /off by one: .* reshape_target\[0\]/],
    [/^grouped\./, /off by one: .* Reshape\[1\]\[\d\]/],
    [/^stacked\./, /off by one: .* Reshape\[1\]\[\d\]/],
    [/^stacked\.(max|average)_pool$/, dropped("rank(x) == 4", "shape(y)[2:] == shape(…)[2:]")],
    [/^images\./, dropped("rank(w) == 4")],
    [/^stacked\.(add|mul)/, dropped("shape(x) == shape(y)")],
    [/^(images|grouped)\./, dropped("stacked_images(x, w) > 1", "merged_groups(w, g) > 1")],
    [/(^|\.)attention\./, /off by one: .* Expand\[1\]/],
    [/^normalization\.lrn/, /off by one: .* (dim\[1\]|numel\[0\]|Conv\[5\]\[\d\]|Conv\[1\]\[\d\])/],
    [/^heads\./, /off by one: \[0\] Attention(\[[01]\]|\.\w+) dim/],
    [/^contraction\.(outer_)?products$/, dropped("shape(a)[:-2] == shape(b)[:-2]")],
    [/^contraction\.vector$/, dropped("rank(v) == 1", "dim(v, 0) == dim(x, -1)")],
    [/^rows\.rows$/, dropped("all_equal(shape(b)[:-2], 1)", "rank(a) >= rank(b)", "rank(b) > 2")],
    [
      /^repetition\./,
      dropped(
        "dim(a, …) == dim(Expand(a, s), …)",
        "rank(a) == rank(…)",
        "is_pointwise(w)",
        "axis_of(k, rank(a)) == rank(a) - 1",
        "rank(w) == 2",
        "axis_of(j, …) == …",
        "axis_of(i, rank(x)) < rank(x) - 1",
      ),
    ],
    [/^pointwise\./, dropped("all_equal(p, 0)", "min(axes_of(a, rank(x))) >= 2")],
    [/^scaling\./, dropped("rank(k) <= rank(…)")],
    [/^transposed\.transpose_(add|mul|sub)(⁻¹)?$/, dropped("rank(a) == rank(b)")],
    [
      /^(conv_affine|norm_affine)\./,
      dropped("size(c) == dim(w, 0)", "shape(g) == shape(γ)", "shape(β) == shape(γ)"),
    ],
    [/^(layer_norm|rms_norm)\./, dropped("shape(γ) == shape(x)[-1:]", "shape(β) == shape(γ)")],
    [/^heads\./, dropped("shape(…)[:2] == shape(…)[:2]", "rank(…) == 3")],
    [any, /Conv\.group: 1 → 2/],
    [/^focus\./, /off by one: .* Reshape\[1\]/],
    [/^norm_affine\.bare$/, /full\[0\]: -1 → 0/],
    [
      /(^|\.)attention\./,
      dropped("dim(m, …) == dim(…)", "dim(m, 2) == 1", "rank(…) == 4", "rank(m) <= 4"),
    ],
    [
      /^attention\.grouped/,
      dropped("shape(repeated(…))[2:] == shape(…)[2:]", "dim(repeated(…), 0) == dim(…, 0)"),
    ],
    [/^normalization\.affine$/, /off by one: .*BatchNormalization\[[34]\] full\[0\]\[0\] dim\[1\]/],
    [/^height\.(add|mul|scale|shift|batch_norm)$/, dropped("shape(x) == shape(…)", "rank(…")],
    [
      /^(gpu|tpu)\.(products|convolutions)\./,
      dropped("rank(…) == …", "shape(k)[1:] == shape(l)[1:]"),
    ],
    [/^column\./, dropped("rank(x) == 2", "rank(w) == 2", "dim(w, 1) == 1")],
    [/^column\./, /Reshape\[1\]\[0\]/],
    [
      /^(one_dimensional|depthwise|grouped|polyphase|focus|normalization|lookup|lookups|gemm|conv_linear)\./,
      dropped("rank(…", "dim(y, -1) == dim(w, 0)", "shape(w) == shape(u)"),
    ],
    [/^one_dimensional\./, /off by one: .* Conv(\[[045]\]|\.\w+|\[1\])/],
    [/^depthwise\./, /off by one: .* Pad\[1\]\[[67]\]/],
    [/^means\.(mean|sum)_rows$/, dropped("rank(b) == 2", "axis_of(k, rank(a)) < rank(a) - 1")],
    [
      /^means\.mean_columns$/,
      dropped("rank(a) >= 2", "rank(b) >= 2", "axis_of(k, rank(a @ b)) == rank(a @ b) - 1"),
    ],
    [/^means\.mean_columns$/, /operands swapped: \[0\]: MatMul/],
    [/^means\.mean_add$/, dropped("rank(x) == rank(x + c)", "not carries(c, x + c, k)")],
    [
      /_selection\./,
      dropped(
        "carries(…)",
        "not carries(…)",
        "i < rank(…) - 2",
        "i == rank(a @ b) - …",
        "i < k",
        "rank(γ) < rank(x) - i",
        "rank(β) < rank(x) - i",
      ),
    ],
    [/^gates\.relu_max$|^alone\.product_one$|^layers\./, dropped("rank(…")],
  ],
  [
    "it holds all the same: the condition is about what pays, not about what is right",
    [/^activations\.elu/, dropped("a > 1", "a >= 0")],
    [/^stacked\./, dropped("rank(x) == 4", "shape(Reshape(x, s; ...q))[2:] == shape(x)[2:]")],
    [/^reductions\./, dropped("len(a) > 0")],
    [/^lookup\.one_hot_matrix$/, dropped("axis_of(k, rank(y)) == rank(y) - 1")],
    [/^slices\.slice_bounds$/, dropped("s < 0 or e < 0 or e > dim(x, i)")],
    [/^reductions\./, dropped("i != rank(x) - 1", "i < rank(x) - 1")],
    [/^repetition\.product_/, dropped("size(k) > dim(x, i)")],
    [/^rows\.rows$/, dropped("dim(a, -2) == 1", "numel(shape(a)[:-2]) != 1")],
    [/^contraction\./, dropped("shape(a) != shape(b)", "dim(a, -1) != 1")],
    [/^branches\.enlarged$/, dropped("shape(w) != shape(u)")],
    [/^transposition\.transpose_reshape$/, dropped("not is_identity(p)")],
    [/^normalization\.residual$/, dropped("rank(x) <= 3", "shape(x) == shape(y)")],
    [/^list_selection\.pick_/, dropped("rank(k) == 1")],
    [/^gathering\.gather_/, /2147483647 → 2147483648/],
    [/^repeats\.expand_expand$/, dropped("numel(shape(y)) >= 0")],
    [/^(association|product_selection)\./, dropped("rank(…) >= 2")],
  ],
  [
    "the other conditions imply it, or what the sides are made of does",
    [any, dropped("rank(a) >= 2", "rank(a) >= 3", "rank(x) > 1", "rank(x) >= 2")],
    [/^spelling\.variance$/, /noop_with_empty_axes: 0 → 1/],
    [/^slicing\.slice2$/, dropped("e >= 0", "f >= 0", "s + t <= min(e, s + f)")],
    [/^slicing\.concat_slices$/, dropped("m <= dim(x, i)")],
    [/^slices\.slice_/, dropped("len(axes_of(…)) == …")],
    [/^gathering\./, dropped("rank(k) == 0")],
    [
      /^(padding\.pad_zero|quantization\.relu|reductions\.softmax)$/,
      dropped("is_float(…)", "rank(s) == 0"),
    ],
    [/^means\.mean_add$/, dropped("carries(x, x + c, k)")],
    [/^activations\.leaky_relu$/, dropped("is_uniform(a)")],
    [/^lookups\.tables$/, dropped('dtype(c) == "i64"')],
    [/attention\./, dropped("is_uniform(s)", "size(s) == 1", "rank(m) >= 2")],
    [/^pointwise\.mean/, dropped("len(a) > 0")],
    [
      /^pixel_shuffle\./,
      dropped(
        "dim(y, 1) == dim(y, 2)",
        "dim(y, 2) == dim(y, 3)",
        "dim(y, 3) == dim(y, 5)",
        "rank(x) == 4",
        "numel(…) == dim(x, …)",
      ),
    ],
    [/^scaling\.unscale_right$/, dropped("is_float(k)")],
  ],
  [
    "a block of another size does not fit, or the image is a single block",
    [/^pixel_shuffle\./, /off by one: .* (DepthToSpace|SpaceToDepth)/],
  ],
  [
    "what is tiled, padded or computed too often is cut off in the end, and what is too little does not fit",
    [/^polyphase\./, /off by one: |operands swapped: .* dim\[0\]: Conv/],
    [/^polyphase\./, dropped("len(phases(x, w, p, s)) > 0")],
  ],
  [
    "windows of even size in steps of two never reach one more row or column behind an even number of them",
    [/^focus\./, /Conv\.pads: element [23] \+ 1/],
  ],
  [
    "another window has another size",
    [/^focus\./, /Conv\.(kernel_shape|pads|strides)\[\d\]: \d → \d/],
    [/^pointwise\.pool_unpadded$/, /ceil_mode: 0 → 1/],
    [/^normalization\.lrn_rows$/, /Conv\.(dilations|strides)\[\d\]/],
    [/^normalization\.lrn_rows$/, /(floor|ceil)\[0\]: \d → \d/],
    [/^branches\.enlarged$/, /off by one: .*(Pad\[1\]\[\d\]|dilations\[\d\]): \d → \d/],
    [/^branches\.enlarged$/, dropped("shape(w)[:2] == shape(u)[:2]", "m[…] == k[…]")],
  ],
  [
    "it comes to the same with the two exchanged: the greater of a number and its bound, the product of a matrix and one column",
    [/\.(transpose_)?clip(⁻¹)?$/, /operands swapped: .*Clip\(… l, /],
    [/^column\./, /operands swapped: .*Gemm/],
  ],
  [
    "rows behind a table are looked up by nobody, and of what is asked whether it is negative nothing becomes negative",
    [/^lookup\.one_hot$/, /off by one: .*(full\[0\]\[0\]: 1 → 2|Less\[1\]: 0 → 1)/],
  ],
  [
    "a difference is squared, whatever its sign",
    [/^spelling\.variance$/, /operands swapped: .*Sub\(/],
  ],
];

const equivalents: readonly Equivalent[] = groups.flatMap(([why, ...changes]) =>
  changes.map(([rule, change]) => ({ rule, change, why })),
);

/** Why a mutant that was not refuted is none; `undefined` where nothing says so. */
export function excuse(name: string, mutation: string): string | undefined {
  return equivalents.find(({ rule, change }) => rule.test(name) && change.test(mutation))?.why;
}
