//! Propositional logic, from egg 0.11's tests/prop.rs.

use egg::{rewrite as rw, *};

define_language! {
    pub enum Prop {
        Bool(bool),
        "&" = And([Id; 2]),
        "~" = Not(Id),
        "|" = Or([Id; 2]),
        "->" = Implies([Id; 2]),
        Symbol(Symbol),
    }
}

#[derive(Default, Clone)]
pub struct ConstantFold;

impl Analysis<Prop> for ConstantFold {
    type Data = Option<bool>;

    fn make(egraph: &mut EGraph<Prop, Self>, enode: &Prop, _id: Id) -> Self::Data {
        let x = |i: &Id| egraph[*i].data;
        match enode {
            Prop::Bool(c) => Some(*c),
            Prop::Symbol(_) => None,
            Prop::And([a, b]) => Some(x(a)? && x(b)?),
            Prop::Not(a) => Some(!x(a)?),
            Prop::Or([a, b]) => Some(x(a)? || x(b)?),
            Prop::Implies([a, b]) => Some(!x(a)? || x(b)?),
        }
    }

    fn merge(&mut self, to: &mut Self::Data, from: Self::Data) -> DidMerge {
        merge_option(to, from, |a, b| {
            assert_eq!(*a, b, "Merged non-equal constants");
            DidMerge(false, false)
        })
    }

    fn modify(egraph: &mut EGraph<Prop, Self>, id: Id) {
        if let Some(c) = egraph[id].data {
            let added = egraph.add(Prop::Bool(c));
            egraph.union(id, added);
        }
    }
}

/// The rules that egg's tests prove the chain with, the multi-pattern among them. The start is taken to be true.
#[rustfmt::skip]
pub fn chain() -> Vec<Rewrite<Prop, ConstantFold>> { vec![
    rw!("def-imply";       "(-> ?a ?b)"     => "(| (~ ?a) ?b)"),
    rw!("def-imply-flip";  "(| (~ ?a) ?b)"  => "(-> ?a ?b)"),
    rw!("double-neg-flip"; "?a"             => "(~ (~ ?a))"),
    rw!("comm-or";         "(| ?a ?b)"      => "(| ?b ?a)"),
    rw!("comm-and";        "(& ?a ?b)"      => "(& ?b ?a)"),
    multi_rewrite!("lem-imply";
        "?value = true = (& (-> ?a ?b) (-> (~ ?a) ?c))" => "?value = (| ?b ?c)"),
]}

/// All rules of the file but the multi-pattern.
#[rustfmt::skip]
pub fn all() -> Vec<Rewrite<Prop, ConstantFold>> { vec![
    rw!("def-imply";       "(-> ?a ?b)"      => "(| (~ ?a) ?b)"),
    rw!("def-imply-flip";  "(| (~ ?a) ?b)"   => "(-> ?a ?b)"),
    rw!("double-neg";      "(~ (~ ?a))"      => "?a"),
    rw!("double-neg-flip"; "?a"              => "(~ (~ ?a))"),
    rw!("assoc-or";        "(| ?a (| ?b ?c))" => "(| (| ?a ?b) ?c)"),
    rw!("dist-and-or";     "(& ?a (| ?b ?c))" => "(| (& ?a ?b) (& ?a ?c))"),
    rw!("dist-or-and";     "(| ?a (& ?b ?c))" => "(& (| ?a ?b) (| ?a ?c))"),
    rw!("comm-or";         "(| ?a ?b)"       => "(| ?b ?a)"),
    rw!("comm-and";        "(& ?a ?b)"       => "(& ?b ?a)"),
    rw!("lem";             "(| ?a (~ ?a))"   => "true"),
    rw!("or-true";         "(| ?a true)"     => "true"),
    rw!("and-true";        "(& ?a true)"     => "?a"),
    rw!("contrapositive";  "(-> ?a ?b)"      => "(-> (~ ?b) (~ ?a))"),
]}
