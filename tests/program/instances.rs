//! Every instruction set of the processor gives the same bytes, and the user may choose.

use bidsweep::numeric::simd::Instance;

use crate::sandbox::{Ended, Sandbox, Sweep, assert_same_bytes};

/// Runs the program on an instruction set, named as the user would.
fn run_on(sandbox: &Sandbox, name: &str, arguments: &str) -> Ended {
    Ended::from(sandbox.command(arguments).env(Instance::VARIABLE, name).output().unwrap())
}

/// Runs a sweep on every instruction set.
fn assert_same_on_all(sweep: &Sweep) {
    let expected = sweep.undisturbed();
    for instance in Instance::available() {
        let sandbox = Sandbox::with(sweep);
        run_on(&sandbox, instance.name(), "run x.toml --quiet --threads 1").exits(0);
        assert_same_bytes(&sandbox.tables("x"), &expected);
        let manifest = std::fs::read_to_string(sandbox.path("out/x/manifest.json")).unwrap();
        assert!(manifest.contains(&format!("\"cpu\": \"{}\"", instance.name())), "{manifest}");
        run_on(&sandbox, "portable", "verify out/x --sample 3").exits(0);
        run_on(&sandbox, "portable", "report --check out/x").exits(0);
    }
}

#[test]
fn tables_have_the_same_bytes_on_every_instruction_set() {
    // Four cells of two shapes, one of them in double precision; ten replicates, so that some share draws.
    assert_same_on_all(&Sweep {
        fixed: "epochs = 30\nbatch = 33\nlearning_rate = 0.03",
        axes: "bidders = [2, 5]\nbeta = [10, 50]\nprecision = [\"f32\", \"f64\"]",
        replicates: 10,
        ..Sweep::SHORT
    });
}

#[test]
fn tables_of_other_priors_strategies_and_starts_have_the_same_bytes_on_every_instruction_set() {
    assert_same_on_all(&Sweep {
        fixed: "epochs = 30\nlearning_rate = 0.03\nsegments = 4\ninitial = { random = [0.2, 0.9] }",
        axes: "population = [\"a\", \"b\"]\nstrategy = [\"linear\", \"piecewise-linear\"]\nbatch = [33, \"exact\"]",
        replicates: 3,
        measure: "bid_functions = 5\ncontinuation = { replicates = 1, epochs = 40 }\n\
            [populations.a]\n\
            bidders = [{ prior = { beta = { a = 2, b = 5 } }, learner = \"sgd\" }, { prior = { beta = { a = 5, b = 2 } } }]\n\
            [populations.b]\n\
            bidders = [{ prior = { power = { exponent = 2, high = 2 } } }, { count = 2, strategy = \"linear\" }]",
        ..Sweep::SHORT
    });
}

#[test]
fn an_instruction_set_that_is_not_there_is_refused() {
    let sandbox = Sandbox::with(&Sweep::SHORT);
    let names: Vec<_> = Instance::available().into_iter().map(Instance::name).collect();
    let refused = |name: &str, what: &str| {
        let help = format!("write {}, or leave it out", names.join(" or "));
        let message = format!("error: BIDSWEEP_SIMD={name:?} names {what}: {help}");
        run_on(&sandbox, name, "run x.toml").exits(2).prints_nothing().says(&message);
    };
    refused("sse9", "none");
    for instance in Instance::ALL.into_iter().filter(|instance| !instance.is_available()) {
        refused(instance.name(), "an instruction set that this processor lacks");
    }
    run_on(&sandbox, "", "run x.toml --quiet").exits(0);
}

#[test]
fn the_version_says_more_on_request() {
    let sandbox = Sandbox::new();
    let version = sandbox.run("--version").exits(0).stdout;
    for flags in ["--version --verbose", "-v -V"] {
        let verbose = run_on(&sandbox, "portable", flags).exits(0).says("").stdout;
        let details = verbose.strip_prefix(&version).unwrap();
        let keys: Vec<_> = details.lines().map(|line| line.split(':').next().unwrap()).collect();
        assert_eq!(
            keys,
            ["commit", "results version", "instruction set", "instruction sets of this processor"]
        );
        assert!(details.contains("\ninstruction set: portable\n"), "{details}");
    }
}
