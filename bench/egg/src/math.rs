//! The `math` language of egg's tests: its 24 rules without conditions (`plain`), and all 36 with the
//! constant folding they are tested with (`full`). Rules and terms are those of egg 0.11's tests/math.rs.

use egg::{rewrite as rw, *};
use ordered_float::NotNan;

pub type Constant = NotNan<f64>;

define_language! {
    pub enum Math {
        "d" = Diff([Id; 2]),
        "i" = Integral([Id; 2]),
        "+" = Add([Id; 2]),
        "-" = Sub([Id; 2]),
        "*" = Mul([Id; 2]),
        "/" = Div([Id; 2]),
        "pow" = Pow([Id; 2]),
        "ln" = Ln(Id),
        "sqrt" = Sqrt(Id),
        "sin" = Sin(Id),
        "cos" = Cos(Id),
        Constant(Constant),
        Symbol(Symbol),
    }
}

pub const TERMS: [&str; 7] = [
    "(i (ln x) x)",
    "(i (+ x (cos x)) x)",
    "(i (* (cos x) x) x)",
    "(d x (+ 1 (* 2 x)))",
    "(d x (- (pow x 3) (* 7 (pow x 2))))",
    "(+ (* y (+ x y)) (- (+ x 2) (+ x x)))",
    "(/ 1 (- (/ (+ 1 (sqrt five)) 2) (/ (- 1 (sqrt five)) 2)))",
];

#[rustfmt::skip]
pub fn plain() -> Vec<Rewrite<Math, ()>> { vec![
    rw!("comm-add";  "(+ ?a ?b)"        => "(+ ?b ?a)"),
    rw!("comm-mul";  "(* ?a ?b)"        => "(* ?b ?a)"),
    rw!("assoc-add"; "(+ ?a (+ ?b ?c))" => "(+ (+ ?a ?b) ?c)"),
    rw!("assoc-mul"; "(* ?a (* ?b ?c))" => "(* (* ?a ?b) ?c)"),
    rw!("sub-canon"; "(- ?a ?b)"        => "(+ ?a (* -1 ?b))"),
    rw!("zero-add";  "(+ ?a 0)"         => "?a"),
    rw!("zero-mul";  "(* ?a 0)"         => "0"),
    rw!("one-mul";   "(* ?a 1)"         => "?a"),
    rw!("cancel-sub"; "(- ?a ?a)"       => "0"),
    rw!("distribute"; "(* ?a (+ ?b ?c))"        => "(+ (* ?a ?b) (* ?a ?c))"),
    rw!("factor"    ; "(+ (* ?a ?b) (* ?a ?c))" => "(* ?a (+ ?b ?c))"),
    rw!("pow-mul";   "(* (pow ?a ?b) (pow ?a ?c))" => "(pow ?a (+ ?b ?c))"),
    rw!("pow1";      "(pow ?x 1)"       => "?x"),
    rw!("pow2";      "(pow ?x 2)"       => "(* ?x ?x)"),
    rw!("d-add";     "(d ?x (+ ?a ?b))" => "(+ (d ?x ?a) (d ?x ?b))"),
    rw!("d-mul";     "(d ?x (* ?a ?b))" => "(+ (* ?a (d ?x ?b)) (* ?b (d ?x ?a)))"),
    rw!("d-sin";     "(d ?x (sin ?x))"  => "(cos ?x)"),
    rw!("d-cos";     "(d ?x (cos ?x))"  => "(* -1 (sin ?x))"),
    rw!("i-one";     "(i 1 ?x)"         => "?x"),
    rw!("i-cos";     "(i (cos ?x) ?x)"  => "(sin ?x)"),
    rw!("i-sin";     "(i (sin ?x) ?x)"  => "(* -1 (cos ?x))"),
    rw!("i-sum";     "(i (+ ?f ?g) ?x)" => "(+ (i ?f ?x) (i ?g ?x))"),
    rw!("i-dif";     "(i (- ?f ?g) ?x)" => "(- (i ?f ?x) (i ?g ?x))"),
    rw!("i-parts";   "(i (* ?a ?b) ?x)" => "(- (* ?a (i ?b ?x)) (i (* (d ?x ?a) (i ?b ?x)) ?x))"),
]}

/// Associativity and commutativity alone, which saturate.
#[rustfmt::skip]
pub fn ac() -> Vec<Rewrite<Math, ()>> { vec![
    rw!("comm-add";  "(+ ?a ?b)"        => "(+ ?b ?a)"),
    rw!("assoc-add"; "(+ ?a (+ ?b ?c))" => "(+ (+ ?a ?b) ?c)"),
]}

/// A sum of so many variables, nested to the right.
pub fn sum(summands: usize) -> String {
    let last = format!("v{}", summands - 1);
    (0..summands - 1)
        .rev()
        .fold(last, |rest, i| format!("(+ v{i} {rest})"))
}

/// Constant folding that prunes, without the patterns that egg's test keeps for explanations.
#[derive(Default, Clone)]
pub struct ConstantFold;

impl Analysis<Math> for ConstantFold {
    type Data = Option<Constant>;

    fn make(egraph: &mut EGraph<Math, Self>, enode: &Math, _id: Id) -> Self::Data {
        let x = |i: &Id| egraph[*i].data;
        Some(match enode {
            Math::Constant(c) => *c,
            Math::Add([a, b]) => x(a)? + x(b)?,
            Math::Sub([a, b]) => x(a)? - x(b)?,
            Math::Mul([a, b]) => x(a)? * x(b)?,
            Math::Div([a, b]) if x(b) != Some(NotNan::new(0.0).unwrap()) => x(a)? / x(b)?,
            _ => return None,
        })
    }

    fn merge(&mut self, to: &mut Self::Data, from: Self::Data) -> DidMerge {
        merge_option(to, from, |a, b| {
            assert_eq!(*a, b, "Merged non-equal constants");
            DidMerge(false, false)
        })
    }

    fn modify(egraph: &mut EGraph<Math, Self>, id: Id) {
        if let Some(c) = egraph[id].data {
            let added = egraph.add(Math::Constant(c));
            egraph.union(id, added);
            egraph[id].nodes.retain(|n| n.is_leaf());
        }
    }
}

type Graph = EGraph<Math, ConstantFold>;

fn var(name: &str) -> Var {
    name.parse().unwrap()
}

fn has_symbol(egraph: &Graph, id: Id) -> bool {
    egraph[id]
        .nodes
        .iter()
        .any(|n| matches!(n, Math::Symbol(..)))
}

fn is_const_or_distinct_var(v: &str, w: &str) -> impl Fn(&mut Graph, Id, &Subst) -> bool + use<> {
    let (v, w) = (var(v), var(w));
    move |egraph, _, subst| {
        egraph.find(subst[v]) != egraph.find(subst[w])
            && (egraph[subst[v]].data.is_some() || has_symbol(egraph, subst[v]))
    }
}

fn is_const(v: &str) -> impl Fn(&mut Graph, Id, &Subst) -> bool + use<> {
    let v = var(v);
    move |egraph, _, subst| egraph[subst[v]].data.is_some()
}

fn is_sym(v: &str) -> impl Fn(&mut Graph, Id, &Subst) -> bool + use<> {
    let v = var(v);
    move |egraph, _, subst| has_symbol(egraph, subst[v])
}

fn is_not_zero(v: &str) -> impl Fn(&mut Graph, Id, &Subst) -> bool + use<> {
    let v = var(v);
    move |egraph, _, subst| egraph[subst[v]].data.is_none_or(|c| *c != 0.0)
}

#[rustfmt::skip]
pub fn full() -> Vec<Rewrite<Math, ConstantFold>> { vec![
    rw!("comm-add";  "(+ ?a ?b)"        => "(+ ?b ?a)"),
    rw!("comm-mul";  "(* ?a ?b)"        => "(* ?b ?a)"),
    rw!("assoc-add"; "(+ ?a (+ ?b ?c))" => "(+ (+ ?a ?b) ?c)"),
    rw!("assoc-mul"; "(* ?a (* ?b ?c))" => "(* (* ?a ?b) ?c)"),
    rw!("sub-canon"; "(- ?a ?b)" => "(+ ?a (* -1 ?b))"),
    rw!("div-canon"; "(/ ?a ?b)" => "(* ?a (pow ?b -1))" if is_not_zero("?b")),
    rw!("zero-add"; "(+ ?a 0)" => "?a"),
    rw!("zero-mul"; "(* ?a 0)" => "0"),
    rw!("one-mul";  "(* ?a 1)" => "?a"),
    rw!("add-zero"; "?a" => "(+ ?a 0)"),
    rw!("mul-one";  "?a" => "(* ?a 1)"),
    rw!("cancel-sub"; "(- ?a ?a)" => "0"),
    rw!("cancel-div"; "(/ ?a ?a)" => "1" if is_not_zero("?a")),
    rw!("distribute"; "(* ?a (+ ?b ?c))"        => "(+ (* ?a ?b) (* ?a ?c))"),
    rw!("factor"    ; "(+ (* ?a ?b) (* ?a ?c))" => "(* ?a (+ ?b ?c))"),
    rw!("pow-mul"; "(* (pow ?a ?b) (pow ?a ?c))" => "(pow ?a (+ ?b ?c))"),
    rw!("pow0"; "(pow ?x 0)" => "1" if is_not_zero("?x")),
    rw!("pow1"; "(pow ?x 1)" => "?x"),
    rw!("pow2"; "(pow ?x 2)" => "(* ?x ?x)"),
    rw!("pow-recip"; "(pow ?x -1)" => "(/ 1 ?x)" if is_not_zero("?x")),
    rw!("recip-mul-div"; "(* ?x (/ 1 ?x))" => "1" if is_not_zero("?x")),
    rw!("d-variable"; "(d ?x ?x)" => "1" if is_sym("?x")),
    rw!("d-constant"; "(d ?x ?c)" => "0" if is_sym("?x") if is_const_or_distinct_var("?c", "?x")),
    rw!("d-add"; "(d ?x (+ ?a ?b))" => "(+ (d ?x ?a) (d ?x ?b))"),
    rw!("d-mul"; "(d ?x (* ?a ?b))" => "(+ (* ?a (d ?x ?b)) (* ?b (d ?x ?a)))"),
    rw!("d-sin"; "(d ?x (sin ?x))" => "(cos ?x)"),
    rw!("d-cos"; "(d ?x (cos ?x))" => "(* -1 (sin ?x))"),
    rw!("d-ln"; "(d ?x (ln ?x))" => "(/ 1 ?x)" if is_not_zero("?x")),
    rw!("d-power"; "(d ?x (pow ?f ?g))" =>
        "(* (pow ?f ?g) (+ (* (d ?x ?f) (/ ?g ?f)) (* (d ?x ?g) (ln ?f))))"
        if is_not_zero("?f") if is_not_zero("?g")),
    rw!("i-one"; "(i 1 ?x)" => "?x"),
    rw!("i-power-const"; "(i (pow ?x ?c) ?x)" => "(/ (pow ?x (+ ?c 1)) (+ ?c 1))" if is_const("?c")),
    rw!("i-cos"; "(i (cos ?x) ?x)" => "(sin ?x)"),
    rw!("i-sin"; "(i (sin ?x) ?x)" => "(* -1 (cos ?x))"),
    rw!("i-sum"; "(i (+ ?f ?g) ?x)" => "(+ (i ?f ?x) (i ?g ?x))"),
    rw!("i-dif"; "(i (- ?f ?g) ?x)" => "(- (i ?f ?x) (i ?g ?x))"),
    rw!("i-parts"; "(i (* ?a ?b) ?x)" => "(- (* ?a (i ?b ?x)) (i (* (d ?x ?a) (i ?b ?x)) ?x))"),
]}
