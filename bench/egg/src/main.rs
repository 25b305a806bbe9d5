//! Runs egg on named workloads and prints one JSON object.
//!
//! ```text
//! egg-bench record WORKLOAD SCHEDULER ITERATIONS      counts after each iteration, extracted costs
//! egg-bench time WORKLOAD SCHEDULER ITERATIONS REPEATS WARMUP
//!                                                     milliseconds of each repetition, and of its phases
//! egg-bench steps ITERATIONS ROUNDS WARMUP            tree-search steps on the math graph of so many iterations
//! ```
//!
//! A repetition makes the e-graph, adds the terms and runs the rules; parsing rules and dropping the graph are not
//! in it. `cold` is the first repetition with the rules' parsing. Nanoseconds come from the monotonic clock.

mod lambda;
mod math;
mod prop;
mod steps;

use egg::*;
use std::cell::Cell;
use std::fmt::Display;
use std::time::{Duration, Instant};

/// What to run: rules, terms, and what to do with the graph of the terms before the first iteration.
struct Workload<L: Language, N: Analysis<L>> {
    rules: fn() -> Vec<Rewrite<L, N>>,
    terms: Vec<String>,
    begin: fn(&mut EGraph<L, N>, &[Id]),
}

thread_local! {
    static MATCHES: Cell<usize> = const { Cell::new(0) };
}

/// Counts the matches that a scheduler lets through.
struct Counting<S>(S);

impl<L: Language, N: Analysis<L>, S: RewriteScheduler<L, N>> RewriteScheduler<L, N>
    for Counting<S>
{
    fn can_stop(&mut self, iteration: usize) -> bool {
        self.0.can_stop(iteration)
    }
    fn search_rewrite<'a>(
        &mut self,
        iteration: usize,
        egraph: &EGraph<L, N>,
        rewrite: &'a Rewrite<L, N>,
    ) -> Vec<SearchMatches<'a, L>> {
        let matches = self.0.search_rewrite(iteration, egraph, rewrite);
        MATCHES.set(MATCHES.get() + matches.iter().map(|m| m.substs.len()).sum::<usize>());
        matches
    }
}

/// The graph after an iteration.
struct Counts {
    nodes: usize,
    classes: usize,
    matches: usize,
}

impl<L: Language, N: Analysis<L>> IterationData<L, N> for Counts {
    fn make(runner: &Runner<L, N, Self>) -> Self {
        Counts {
            nodes: runner.egraph.total_number_of_nodes(),
            classes: runner.egraph.number_of_classes(),
            matches: MATCHES.replace(0),
        }
    }
}

fn list<T: Display>(items: impl IntoIterator<Item = T>) -> String {
    let items: Vec<String> = items.into_iter().map(|item| item.to_string()).collect();
    format!("[{}]", items.join(","))
}

/// Peak resident memory, in bytes, and 0 where the system does not say.
fn peak() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|rest| rest.trim().trim_end_matches(" kB").parse::<usize>().ok());
    kilobytes.unwrap_or(0) * 1024
}

impl<L, N> Workload<L, N>
where
    L: Language + FromOp + Display + 'static,
    N: Analysis<L> + Default + 'static,
{
    fn runner<D: IterationData<L, N>>(
        &self,
        terms: &[RecExpr<L>],
        iterations: usize,
    ) -> Runner<L, N, D> {
        let mut runner = Runner::new(N::default())
            .with_iter_limit(iterations)
            .with_node_limit(usize::MAX)
            .with_time_limit(Duration::from_secs(3600));
        for term in terms {
            runner = runner.with_expr(term);
        }
        (self.begin)(&mut runner.egraph, &runner.roots);
        runner
    }

    fn schedule<D: IterationData<L, N>>(
        runner: Runner<L, N, D>,
        scheduler: &str,
        counting: bool,
    ) -> Runner<L, N, D> {
        match (scheduler, counting) {
            ("simple", false) => runner.with_scheduler(SimpleScheduler),
            ("simple", true) => runner.with_scheduler(Counting(SimpleScheduler)),
            ("backoff", false) => runner.with_scheduler(BackoffScheduler::default()),
            ("backoff", true) => runner.with_scheduler(Counting(BackoffScheduler::default())),
            _ => panic!("the scheduler is simple or backoff, not {scheduler}"),
        }
    }

    fn parse(&self) -> Vec<RecExpr<L>> {
        self.terms
            .iter()
            .map(|term| term.parse().unwrap_or_else(|_| panic!("no term: {term}")))
            .collect()
    }

    fn record(&self, scheduler: &str, iterations: usize) {
        let runner = self.runner::<Counts>(&self.parse(), iterations);
        let runner = Self::schedule(runner, scheduler, true).run(&(self.rules)());
        let column = |of: fn(&Counts) -> usize| list(runner.iterations.iter().map(|i| of(&i.data)));
        let extractor = Extractor::new(&runner.egraph, AstSize);
        let costs = runner
            .roots
            .iter()
            .map(|root| extractor.find_best_cost(*root));
        println!(
            r#"{{"nodes":{},"classes":{},"matches":{},"costs":{},"saturated":{}}}"#,
            column(|counts| counts.nodes),
            column(|counts| counts.classes),
            column(|counts| counts.matches),
            list(costs),
            matches!(runner.stop_reason, Some(StopReason::Saturated))
        );
    }

    fn time(&self, scheduler: &str, iterations: usize, repeats: usize, warmup: usize) {
        let began = Instant::now();
        let rules = (self.rules)();
        let terms = self.parse();
        let mut cold = 0.0;
        let mut rows = Vec::new();
        let mut sizes = (0, 0);
        for repeat in 0..repeats + warmup {
            let from = Instant::now();
            let runner = self.runner::<()>(&terms, iterations);
            let runner = Self::schedule(runner, scheduler, false).run(&rules);
            let total = from.elapsed().as_secs_f64() * 1e3;
            if repeat == 0 {
                cold = began.elapsed().as_secs_f64() * 1e3;
            }
            if repeat >= warmup {
                let sum = |f: fn(&Iteration<()>) -> f64| {
                    runner.iterations.iter().map(f).sum::<f64>() * 1e3
                };
                rows.push(list([
                    total,
                    sum(|i| i.search_time),
                    sum(|i| i.apply_time),
                    sum(|i| i.rebuild_time),
                ]));
            }
            sizes = (
                runner.egraph.total_number_of_nodes(),
                runner.egraph.number_of_classes(),
            );
        }
        println!(
            r#"{{"nodes":{},"classes":{},"cold":{cold},"columns":["total","search","apply","rebuild"],"ms":{},"peak":{}}}"#,
            sizes.0,
            sizes.1,
            list(rows),
            peak()
        );
    }

    fn go(self, args: &[String]) {
        let number = |i: usize| args[i].parse::<usize>().expect("a number");
        match args[0].as_str() {
            "record" => self.record(&args[2], number(3)),
            _ => self.time(&args[2], number(3), number(4), number(5)),
        }
    }
}

fn math_terms() -> Vec<String> {
    math::TERMS.map(String::from).to_vec()
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let wanted = match args.first().map(String::as_str) {
        Some("record" | "steps") => 4,
        Some("time") => 6,
        _ => 0,
    };
    assert!(
        wanted > 0 && args.len() == wanted,
        "egg-bench record WORKLOAD simple|backoff ITERATIONS, egg-bench time (the same) REPEATS WARMUP, \
         or egg-bench steps ITERATIONS ROUNDS WARMUP"
    );
    let number = |i: usize| args[i].parse::<usize>().expect("a number");
    if args[0] == "steps" {
        return steps::run(number(1), number(2), number(3));
    }
    match args[1].split_once(':').unwrap_or((&args[1], "")) {
        ("math", "") => Workload {
            rules: math::plain,
            terms: math_terms(),
            begin: |_, _| (),
        }
        .go(&args),
        ("math-full", "") => Workload {
            rules: math::full,
            terms: math_terms(),
            begin: |_, _| (),
        }
        .go(&args),
        // A single one of the seven terms.
        ("math-full", index) => {
            let term = math::TERMS[index.parse::<usize>().expect("the number of a term")].into();
            Workload {
                rules: math::full,
                terms: vec![term],
                begin: |_, _| (),
            }
            .go(&args)
        }
        ("ac", summands) => {
            let terms = vec![math::sum(summands.parse().expect("the number of summands"))];
            Workload {
                rules: math::ac,
                terms,
                begin: |_, _| (),
            }
            .go(&args)
        }
        ("prop", "chain") => Workload {
            rules: prop::chain,
            terms: vec!["(& (-> x y) (-> y z))".into()],
            begin: |egraph, roots| {
                let yes = egraph.add(prop::Prop::Bool(true));
                egraph.union(roots[0], yes);
            },
        }
        .go(&args),
        ("prop", "all") => {
            let terms = vec![
                "(-> (& (-> x y) (-> y z)) (-> x z))".into(),
                "(| (& false x) (& true y))".into(),
            ];
            Workload {
                rules: prop::all,
                terms,
                begin: |_, _| (),
            }
            .go(&args)
        }
        ("lambda", name) => {
            let (_, term) = lambda::TERMS
                .iter()
                .find(|(known, _)| *known == name)
                .expect("a lambda term's name");
            Workload {
                rules: lambda::rules,
                terms: vec![(*term).into()],
                begin: |_, _| (),
            }
            .go(&args)
        }
        _ => panic!("no such workload: {}", args[1]),
    }
}
