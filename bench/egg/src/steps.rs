//! The inner loop of a tree search: copy the graph, apply one rule everywhere, close under congruence, let go.

use crate::math;
use egg::*;
use std::time::Instant;

/// Each of the 24 rules in turn, on the graph of so many iterations; microseconds of each phase of each step.
pub fn run(iterations: usize, rounds: usize, warmup: usize) {
    let rules = math::plain();
    let mut runner: Runner<math::Math, ()> = Runner::default()
        .with_iter_limit(iterations)
        .with_node_limit(usize::MAX)
        .with_scheduler(SimpleScheduler);
    for term in math::TERMS {
        runner = runner.with_expr(&term.parse().unwrap());
    }
    let egraph = runner.run(&rules).egraph;
    let mut rows = Vec::new();
    let mut sizes = Vec::new();
    for round in 0..rounds + warmup {
        for rule in &rules {
            let began = Instant::now();
            let mut copy = egraph.clone();
            let cloned = began.elapsed();
            let matches = rule.search(&copy);
            let searched = began.elapsed();
            rule.apply(&mut copy, &matches);
            copy.rebuild();
            let rebuilt = began.elapsed();
            let size = [copy.total_number_of_nodes(), copy.number_of_classes()];
            let dropping = Instant::now();
            drop(matches);
            drop(copy);
            let dropped = dropping.elapsed();
            let us = |d: std::time::Duration| d.as_secs_f64() * 1e6;
            let [clone, search, apply, drop] = [
                us(cloned),
                us(searched - cloned),
                us(rebuilt - searched),
                us(dropped),
            ];
            if round >= warmup {
                let total = clone + search + apply + drop;
                rows.push(crate::list([total, clone, search, apply, drop]));
            }
            if round == 0 {
                sizes.push(crate::list(size));
            }
        }
    }
    println!(
        r#"{{"nodes":{},"classes":{},"columns":["total","clone","search","apply","drop"],"us":{},"sizes":{}}}"#,
        egraph.total_number_of_nodes(),
        egraph.number_of_classes(),
        crate::list(rows),
        crate::list(sizes)
    );
}
