//! Runs egglog on the math rules, on one thread, and prints one JSON object.
//!
//! ```text
//! egglog-bench ITERATIONS REPEATS WARMUP
//! ```
//!
//! A repetition adds the terms and runs the rules, in an e-graph of its own that has the rules already. Its
//! allocator is the one that egglog's own command line uses.

use egglog::EGraph;
use std::time::Instant;

#[global_allocator]
static GLOBAL: mimalloc::MiMalloc = mimalloc::MiMalloc;

const RULES: &str = include_str!("math.egg");
const TERMS: &str = include_str!("terms.egg");

fn main() {
    let args: Vec<usize> = std::env::args()
        .skip(1)
        .map(|arg| arg.parse().expect("a number"))
        .collect();
    let [iterations, repeats, warmup] = args[..] else {
        panic!("egglog-bench ITERATIONS REPEATS WARMUP");
    };
    let program = format!("{TERMS}\n(run {iterations})");
    let mut times = Vec::new();
    let mut nodes = 0;
    for repeat in 0..repeats + warmup {
        let mut egraph = EGraph::new(1);
        egraph.parse_and_run_program(None, RULES).unwrap();
        let began = Instant::now();
        egraph.parse_and_run_program(None, &program).unwrap();
        let ms = began.elapsed().as_secs_f64() * 1e3;
        if repeat >= warmup {
            times.push(format!("[{ms}]"));
        }
        nodes = egraph.num_tuples();
    }
    println!(
        r#"{{"nodes":{nodes},"columns":["total"],"ms":[{}]}}"#,
        times.join(",")
    );
}
