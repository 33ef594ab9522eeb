//! Words that other programs use, and what is written here in their place.

/// A word in lower case, and what to write instead.
const WORDS: &[(&[&str], &str)] = &[
    (
        &["n", "n_bidders", "num_bidders", "nbidders", "players", "n_players", "agents", "n_agents"],
        "the number of bidders is `bidders`, under [fixed] or [axes]",
    ),
    (
        &[
            "seeds",
            "n_seeds",
            "num_seeds",
            "replications",
            "repeats",
            "repetitions",
            "n_runs",
            "runs",
            "trials",
        ],
        "how many runs each cell has is `replicates`, under [seeds]",
    ),
    (
        &["seed", "random_seed", "random_state", "rng", "rng_seed"],
        "the seed of all runs is `root`, under [seeds]",
    ),
    (&["lr", "eta", "alpha", "step_size", "stepsize"], "did you mean `learning_rate`?"),
    (
        &["distribution", "dist", "values", "valuation", "valuations", "types"],
        "the law of values is `prior`, such as `prior = \"beta:2:5\"`",
    ),
    (
        &["reserve", "reserve_price", "entry_fee", "entry_cost"],
        "this version has neither reserve prices nor fees: leave it out",
    ),
    (
        &["logspace", "log_space", "logarithmic", "log"],
        "write `{ geomspace = [FROM, TO], num = N }`, each value the same multiple of the one before",
    ),
    (
        &["arange", "range", "start", "stop"],
        "write `{ from = FROM, to = TO, step = STEP }`, both ends included",
    ),
    (
        &["grid", "sweep", "param_grid", "parameters", "params", "search_space", "vary"],
        "what varies is written under [axes], a list for each setting",
    ),
    (&["defaults", "constants", "settings", "config", "base"], "what does not vary is written under [fixed]"),
    (&["temperature", "steepness"], "did you mean `beta`?"),
    (&["optimizer", "optimiser", "algorithm", "algo"], "did you mean `learner`?"),
    (&["batch_size", "batchsize", "samples"], "did you mean `batch`?"),
    (&["iterations", "iters", "steps", "n_steps", "num_epochs", "n_epochs", "t"], "did you mean `epochs`?"),
    (
        &["auction", "payment", "pricing", "payment_rule"],
        "the auction's rule is `mechanism`, under [fixed] or [axes]",
    ),
];

/// What to write in the place of a word that is used elsewhere.
pub(super) fn instead(word: &str) -> Option<&'static str> {
    let word = word.to_lowercase();
    let found = WORDS.iter().find(|(words, _)| words.contains(&word.as_str()));
    found.map(|(_, instead)| *instead)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sweep::settings;

    #[test]
    fn no_word_stands_twice_or_is_a_setting() {
        let words: Vec<&str> = WORDS.iter().flat_map(|(words, _)| *words).copied().collect();
        for (place, word) in words.iter().enumerate() {
            assert!(!words[..place].contains(word), "{word}");
            assert!(settings().iter().all(|entry| entry.key != *word), "{word}");
            assert_eq!(*word, word.to_lowercase());
        }
    }
}
