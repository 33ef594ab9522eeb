//! What bad sweep files are refused with: every message whole.

use bidsweep::sweep::Plan;

/// The message that a text is refused with is `message`; a newline begins it, so that it stands at the
/// margin, and `EVERY SETTING` stands for the names of all
/// but the hyperparameters.
#[track_caller]
fn refused_with(what: &str, text: &str, set: &[&str], message: &str) {
    let set: Vec<String> = set.iter().map(|&argument| argument.to_owned()).collect();
    match Plan::parse(text, "s.toml", &set) {
        Ok(plan) => panic!("{what}: accepted with {} cells", plan.len()),
        Err(error) => {
            let settings = bidsweep::sweep::settings().iter().filter(|setting| !setting.key.contains('.'));
            let names: Vec<_> = settings.map(|setting| format!("`{}`", setting.key)).collect();
            let message = message.replace("EVERY SETTING", &names.join(", "));
            assert_eq!(format!("\n{error}"), message, "{what}");
        }
    }
}

/// The same of what follows `schema` and `name` on the first two lines.
#[track_caller]
fn refused(what: &str, text: &str, message: &str) {
    refused_with(what, &format!("schema = 1\nname = \"x\"\n{text}"), &[], message);
}

#[test]
fn settings() {
    refused(
        "a misspelt setting",
        r#"[fixed]
bta = 3"#,
        r#"
error: there is no setting `bta`
 --> s.toml:4:1
  |
4 | bta = 3
  | ^^^
  |
  = help: did you mean `beta`?"#,
    );
    refused(
        "a setting that is near to nothing",
        r#"[fixed]
windspeed = 3"#,
        r#"
error: there is no setting `windspeed`
 --> s.toml:4:1
  |
4 | windspeed = 3
  | ^^^^^^^^^
  |
  = help: the names known here are EVERY SETTING"#,
    );
    refused(
        "a setting by its initials",
        r#"[fixed]
lr = 3"#,
        r#"
error: there is no setting `lr`
 --> s.toml:4:1
  |
4 | lr = 3
  | ^^
  |
  = help: did you mean `learning_rate`?"#,
    );
    refused(
        "a setting with something added",
        r#"[fixed]
batchsize = 3"#,
        r#"
error: there is no setting `batchsize`
 --> s.toml:4:1
  |
4 | batchsize = 3
  | ^^^^^^^^^
  |
  = help: did you mean `batch`?"#,
    );
    refused(
        "a setting at the top",
        r#"beta = 3"#,
        r#"
error: a sweep file has no key `beta`
 --> s.toml:3:1
  |
3 | beta = 3
  | ^^^^
  |
  = help: `beta` is a setting: write it under [fixed] or [axes]"#,
    );
    refused(
        "no bidders",
        r#"[fixed]
bidders = 0"#,
        r#"
error: `bidders` must be an integer from 2 to 64, not 0
 --> s.toml:4:11
  |
4 | bidders = 0
  |           ^"#,
    );
    refused(
        "65 bidders",
        r#"[fixed]
bidders = 65"#,
        r#"
error: `bidders` must be an integer from 2 to 64, not 65
 --> s.toml:4:11
  |
4 | bidders = 65
  |           ^^"#,
    );
    refused(
        "half a bidder",
        r#"[fixed]
bidders = 2.5"#,
        r#"
error: `bidders` must be an integer from 2 to 64, not 2.5
 --> s.toml:4:11
  |
4 | bidders = 2.5
  |           ^^^"#,
    );
    refused(
        "beta of zero",
        r#"[fixed]
beta = 0"#,
        r#"
error: `beta` must be a number above 0, inf with exact batches, { geometric = [FIRST, LAST] } or { relative = BETA }, not 0
 --> s.toml:4:8
  |
4 | beta = 0
  |        ^"#,
    );
    refused(
        "beta that is not a number",
        r#"[fixed]
beta = nan"#,
        r#"
error: `beta` must be a number above 0, inf with exact batches, { geometric = [FIRST, LAST] } or { relative = BETA }, not nan
 --> s.toml:4:8
  |
4 | beta = nan
  |        ^^^"#,
    );
    refused(
        "beta too large for a number",
        r#"[fixed]
beta = 1e999"#,
        r#"
error: `beta` must be a number above 0, inf with exact batches, { geometric = [FIRST, LAST] } or { relative = BETA }, not 1e999
 --> s.toml:4:8
  |
4 | beta = 1e999
  |        ^^^^^"#,
    );
    refused(
        "beta as a text",
        r#"[fixed]
beta = "50""#,
        r#"
error: `beta` must be a number above 0, inf with exact batches, { geometric = [FIRST, LAST] } or { relative = BETA }, not "50"
 --> s.toml:4:8
  |
4 | beta = "50"
  |        ^^^^
  |
  = help: write 50 without quotes"#,
    );
    refused(
        "beta as a date",
        r#"[fixed]
beta = 1979-05-27"#,
        r#"
error: `beta` must be a number above 0, inf with exact batches, { geometric = [FIRST, LAST] } or { relative = BETA }, not a date
 --> s.toml:4:8
  |
4 | beta = 1979-05-27
  |        ^^^^^^^^^^"#,
    );
    refused(
        "annealing from zero",
        r#"[fixed]
beta = { geometric = [0, 400] }"#,
        r#"
error: `geometric` must go from a number above 0 to a number above 0
 --> s.toml:4:22
  |
4 | beta = { geometric = [0, 400] }
  |                      ^^^^^^^^
  |
  = help: write `geometric = [10, 400]`"#,
    );
    refused(
        "annealing without an end",
        r#"[fixed]
beta = { geometric = [10] }"#,
        r#"
error: `geometric` must be a list of two finite numbers
 --> s.toml:4:22
  |
4 | beta = { geometric = [10] }
  |                      ^^^^
  |
  = help: write `geometric = [10, 400]`"#,
    );
    refused(
        "an unknown form of beta",
        r#"[fixed]
beta = { linear = [10, 400] }"#,
        r#"
error: the table of `beta` has one key, `geometric` or `relative`
 --> s.toml:4:8
  |
4 | beta = { linear = [10, 400] }
  |        ^^^^^^^^^^^^^^^^^^^^^^
  |
  = help: write `beta = { geometric = [10, 400] }` or `beta = { relative = 50 }`"#,
    );
    refused(
        "learning rate below zero",
        r#"[fixed]
learning_rate = -0.1"#,
        r#"
error: `learning_rate` must be a finite number above 0, not -0.1
 --> s.toml:4:17
  |
4 | learning_rate = -0.1
  |                 ^^^^"#,
    );
    refused(
        "a learning rate in words",
        r#"[fixed]
learning_rate = "sqrt""#,
        r#"
error: `learning_rate` must be a finite number above 0, { sqrt = FIRST } or { harmonic = [FIRST, DECAY] }, not "sqrt"
 --> s.toml:4:17
  |
4 | learning_rate = "sqrt"
  |                 ^^^^^^"#,
    );
    refused(
        "a schedule from zero",
        r#"[fixed]
learning_rate = { sqrt = 0 }"#,
        r#"
error: `sqrt` must be a finite number above 0, not 0
 --> s.toml:4:26
  |
4 | learning_rate = { sqrt = 0 }
  |                          ^"#,
    );
    refused(
        "a schedule that does not fall",
        r#"[fixed]
learning_rate = { harmonic = [0.3, 0] }"#,
        r#"
error: `harmonic` must have a first rate above 0 and a decay above 0, both finite
 --> s.toml:4:30
  |
4 | learning_rate = { harmonic = [0.3, 0] }
  |                              ^^^^^^^^
  |
  = help: write such as `harmonic = [0.3, 0.01]`"#,
    );
    refused(
        "an unknown schedule",
        r#"[fixed]
learning_rate = { cosine = 3 }"#,
        r#"
error: the table of `learning_rate` has one key, `sqrt` or `harmonic`
 --> s.toml:4:17
  |
4 | learning_rate = { cosine = 3 }
  |                 ^^^^^^^^^^^^^^
  |
  = help: write such as `learning_rate = { sqrt = 3.0 }`"#,
    );
    refused(
        "an odd number of points to try",
        r#"[fixed]
learner = { es = { population = 7 } }"#,
        r#"
error: `population` must be an even integer from 2 to 1024, not 7
 --> s.toml:4:33
  |
4 | learner = { es = { population = 7 } }
  |                                 ^"#,
    );
    refused(
        "points to try without samples",
        r#"[fixed]
learner = "es"
batch = "exact""#,
        r#"
error: a learner that tries perturbed bids has no samples to try them on with `batch = "exact"`
 --> s.toml:5:9
  |
5 | batch = "exact"
  |         ^^^^^^^
  |
  = help: write a number of profiles, such as `batch = 128`"#,
    );
    refused(
        "points to try along everybody's utilities",
        r#"[fixed]
learner = "es"
updates = "shared-graph""#,
        r#"
error: `updates = "shared-graph"` follows gradients, and the learner `es` is told payoffs
 --> s.toml:5:11
  |
5 | updates = "shared-graph"
  |           ^^^^^^^^^^^^^^
  |
  = help: write `updates = "simultaneous"`, or `learner = "adam"`"#,
    );
    refused(
        "a look that is no yes or no",
        r#"[fixed]
learner = { extragradient = { fresh = "yes" } }"#,
        r#"
error: `fresh` must be true or false, not "yes"
 --> s.toml:4:39
  |
4 | learner = { extragradient = { fresh = "yes" } }
  |                                       ^^^^^"#,
    );
    refused(
        "no epochs",
        r#"[fixed]
epochs = 0"#,
        r#"
error: `epochs` must be an integer from 1 to 1000000000, not 0
 --> s.toml:4:10
  |
4 | epochs = 0
  |          ^"#,
    );
    refused(
        "a list where a value is meant",
        r#"[fixed]
epochs = [100, 200]"#,
        r#"
error: `epochs` must be an integer from 1 to 1000000000, not a list
 --> s.toml:4:10
  |
4 | epochs = [100, 200]
  |          ^^^^^^^^^^
  |
  = help: a list of values to sweep over belongs under [axes]"#,
    );
    refused(
        "a misspelt word",
        r#"[fixed]
updates = "sequental""#,
        r#"
error: `updates` must be one of "simultaneous", "sequential", "shared-graph", not "sequental"
 --> s.toml:4:11
  |
4 | updates = "sequental"
  |           ^^^^^^^^^^^
  |
  = help: did you mean "sequential"?"#,
    );
    refused(
        "a number for a word",
        r#"[fixed]
profiles = 1"#,
        r#"
error: `profiles` must be one of "shared", "own", not 1
 --> s.toml:4:12
  |
4 | profiles = 1
  |            ^"#,
    );
    refused(
        "another mechanism",
        r#"[fixed]
mechanism = "third-price""#,
        r#"
error: `mechanism` must be one of "first-price", "second-price", "all-pay", or { mixture = A } with A between 1 and 2, not "third-price"
 --> s.toml:4:13
  |
4 | mechanism = "third-price"
  |             ^^^^^^^^^^^^^"#,
    );
    refused(
        "a mixture that is the second price",
        r#"[fixed]
mechanism = { mixture = 2.0 }"#,
        r#"
error: `mixture` must be a number between 1, the first price, and 2, the second, not 2.0
 --> s.toml:4:25
  |
4 | mechanism = { mixture = 2.0 }
  |                         ^^^"#,
    );
    refused(
        "a table that is no mixture",
        r#"[fixed]
mechanism = { first = 2.0 }"#,
        r#"
error: the table of `mechanism` has one key, `mixture`
 --> s.toml:4:13
  |
4 | mechanism = { first = 2.0 }
  |             ^^^^^^^^^^^^^^^
  |
  = help: write such as `mechanism = { mixture = 1.5 }`"#,
    );
    refused(
        "arms under another rule",
        r#"[fixed]
mechanism = "all-pay"
learner = "mwu""#,
        r#"
error: the learner `mwu` draws its bids, and is known to learn at the first price, not under all-pay
 --> s.toml:4:13
  |
4 | mechanism = "all-pay"
  |             ^^^^^^^^^
  |
  = help: write `mechanism = "first-price"`, or a learner with one bid function, such as `learner = "adam"`"#,
    );
    refused(
        "a shared graph under another rule",
        r#"[fixed]
mechanism = "second-price"
updates = "shared-graph""#,
        r#"
error: `updates = "shared-graph"` is known of the first price, not of second-price
 --> s.toml:4:13
  |
4 | mechanism = "second-price"
  |             ^^^^^^^^^^^^^^
  |
  = help: write `mechanism = "first-price"`, or other `updates`"#,
    );
    refused(
        "regret under another rule",
        r#"[fixed]
mechanism = { mixture = 1.5 }
[measure]
regret = true"#,
        r#"
error: `regret = true` is known of the first price, not of mixture:1.5
 --> s.toml:4:13
  |
4 | mechanism = { mixture = 1.5 }
  |             ^^^^^^^^^^^^^^^^^
  |
  = help: leave out `regret = true` in [measure], or write `mechanism = "first-price"`"#,
    );
    refused(
        "initial multiplier of one",
        r#"[fixed]
initial = 1.0"#,
        r#"
error: `initial` must be a number in (0, 1), not 1.0
 --> s.toml:4:11
  |
4 | initial = 1.0
  |           ^^^"#,
    );
    refused(
        "initial theta whose multiplier is one",
        r#"[fixed]
initial = { theta = 40 }"#,
        r#"
error: `theta` must be a number with sigmoid(theta) in (0, 1), not 40
 --> s.toml:4:21
  |
4 | initial = { theta = 40 }
  |                     ^^"#,
    );
    refused(
        "as many initial values as there are no bidders",
        r#"[fixed]
bidders = 2
initial = [0.5, 0.6, 0.7]"#,
        r#"
error: `initial` has 3 values for 2 bidders
 --> s.toml:5:11
  |
5 | initial = [0.5, 0.6, 0.7]
  |           ^^^^^^^^^^^^^^^
  |
  = help: write one value for each bidder, or one number for all"#,
    );
}

#[test]
fn learners() {
    refused(
        "a misspelt learner",
        r#"[fixed]
learner = "adm""#,
        r#"
error: there is no learner `adm`
 --> s.toml:4:11
  |
4 | learner = "adm"
  |           ^^^^^
  |
  = help: did you mean `adam`?"#,
    );
    refused(
        "two learners in one table",
        r#"[fixed]
learner = { adam = {}, sgd = {} }"#,
        r#"
error: the table of `learner` has one key, its name, not 2
 --> s.toml:4:11
  |
4 | learner = { adam = {}, sgd = {} }
  |           ^^^^^^^^^^^^^^^^^^^^^^^
  |
  = help: write `learner = { adam = { beta1 = 0.9 } }`"#,
    );
    refused(
        "a hyperparameter of another learner",
        r#"[fixed]
learner = { adam = { momentum = 0.9 } }"#,
        r#"
error: the learner `adam` has no key `momentum`
 --> s.toml:4:22
  |
4 | learner = { adam = { momentum = 0.9 } }
  |                      ^^^^^^^^
  |
  = help: the names known here are `beta1`, `beta2`, `epsilon`"#,
    );
    refused(
        "a hyperparameter out of range",
        r#"[fixed]
learner = { adam = { beta1 = 1 } }"#,
        r#"
error: `beta1` must be a number in [0, 1), not 1
 --> s.toml:4:30
  |
4 | learner = { adam = { beta1 = 1 } }
  |                              ^"#,
    );
    refused(
        "a dotted hyperparameter out of range",
        r#"[fixed]
"sgd.momentum" = -0.1"#,
        r#"
error: `sgd.momentum` must be a number in [0, 1), not -0.1
 --> s.toml:4:18
  |
4 | "sgd.momentum" = -0.1
  |                  ^^^^"#,
    );
    refused(
        "a hyperparameter of no learner",
        r#"[fixed]
adam.beta3 = 0.1"#,
        r#"
error: there is no setting `adam.beta3`
 --> s.toml:4:6
  |
4 | adam.beta3 = 0.1
  |      ^^^^^
  |
  = help: did you mean `adam.beta1`?"#,
    );
    refused(
        "a hyperparameter given twice",
        r#"[fixed]
learner = { adam = { beta1 = 0.5 } }
adam.beta1 = 0.6"#,
        r#"
error: the learner's table and `adam.beta1` both give `beta1`
 --> s.toml:4:11
  |
4 | learner = { adam = { beta1 = 0.5 } }
  |           ^^^^^^^^^^^^^^^^^^^^^^^^^^
  |
  = help: write it in one place"#,
    );
}

#[test]
fn axes() {
    refused(
        "a range in a text",
        r#"[axes]
beta = "10..200""#,
        r#"
error: the axis `beta` must be a list or a range, not "10..200"
 --> s.toml:4:8
  |
4 | beta = "10..200"
  |        ^^^^^^^^^
  |
  = help: write `beta = { from = 10, to = 200, step = 19 }`"#,
    );
    refused(
        "a scalar for an axis",
        r#"[axes]
beta = 10"#,
        r#"
error: the axis `beta` must be a list or a range, not 10
 --> s.toml:4:8
  |
4 | beta = 10
  |        ^^
  |
  = help: write `beta = [10]`, or move it to [fixed]"#,
    );
    refused(
        "a word for an axis",
        r#"[axes]
learner = "adam""#,
        r#"
error: the axis `learner` must be a list or a range, not "adam"
 --> s.toml:4:11
  |
4 | learner = "adam"
  |           ^^^^^^
  |
  = help: write `learner = ["adam"]`, or move it to [fixed]"#,
    );
    refused(
        "one annealed beta for an axis",
        r#"[axes]
beta = { geometric = [10, 400] }"#,
        r#"
error: the axis `beta` must be a list or a range, not a table
 --> s.toml:4:8
  |
4 | beta = { geometric = [10, 400] }
  |        ^^^^^^^^^^^^^^^^^^^^^^^^^
  |
  = help: put it in a list, or move it to [fixed]"#,
    );
    refused(
        "an empty axis",
        r#"[axes]
beta = []"#,
        r#"
error: the axis `beta` has no values
 --> s.toml:4:8
  |
4 | beta = []
  |        ^^
  |
  = help: write its values: `[10, 25, 50]`, `{ from = 10, to = 200, step = 10 }`, `{ linspace = [0, 1], num = 5 }` or `{ geomspace = [1e-3, 1e-1], num = 5 }`"#,
    );
    refused(
        "a step that misses the end",
        r#"[axes]
beta = { from = 10, to = 200, step = 30 }"#,
        r#"
error: the steps of `beta` miss 200: they lead to 190 and then 220
 --> s.toml:4:8
  |
4 | beta = { from = 10, to = 200, step = 30 }
  |        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  |
  = help: write `step = 23.75` or `step = 38`, or `to = 190` or `to = 220`"#,
    );
    refused(
        "a step that leads away",
        r#"[axes]
beta = { from = 10, to = 200, step = -10 }"#,
        r#"
error: a step of -10 leads from 10 away from 200
 --> s.toml:4:8
  |
4 | beta = { from = 10, to = 200, step = -10 }
  |        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  |
  = help: write a step above 0, or swap `from` and `to`"#,
    );
    refused(
        "a step of zero",
        r#"[axes]
beta = { from = 10, to = 200, step = 0 }"#,
        r#"
error: `step` must not be 0
 --> s.toml:4:8
  |
4 | beta = { from = 10, to = 200, step = 0 }
  |        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  |
  = help: leave out the axis for one value"#,
    );
    refused(
        "an endless range",
        r#"[axes]
beta = { from = 10, to = inf, step = 10 }"#,
        r#"
error: `to` must be a finite number, not inf
 --> s.toml:4:26
  |
4 | beta = { from = 10, to = inf, step = 10 }
  |                          ^^^"#,
    );
    refused(
        "a range without a step",
        r#"[axes]
beta = { from = 10, to = 200 }"#,
        r#"
error: `beta` has `from`, `to`, which is no form of an axis
 --> s.toml:4:8
  |
4 | beta = { from = 10, to = 200 }
  |        ^^^^^^^^^^^^^^^^^^^^^^^
  |
  = help: write `[10, 25, 50]`, `{ from = 10, to = 200, step = 10 }`, `{ linspace = [0, 1], num = 5 }` or `{ geomspace = [1e-3, 1e-1], num = 5 }`"#,
    );
    refused(
        "a misspelt part of a range",
        r#"[axes]
beta = { form = 10, to = 200, step = 10 }"#,
        r#"
error: an axis has no key `form`
 --> s.toml:4:10
  |
4 | beta = { form = 10, to = 200, step = 10 }
  |          ^^^^
  |
  = help: did you mean `from`?"#,
    );
    refused(
        "one point of a linspace",
        r#"[axes]
beta = { linspace = [10, 200], num = 1 }"#,
        r#"
error: `num` must be an integer from 2 to 1000000000, not 1
 --> s.toml:4:38
  |
4 | beta = { linspace = [10, 200], num = 1 }
  |                                      ^"#,
    );
    refused(
        "a linspace of one end",
        r#"[axes]
beta = { linspace = [10], num = 3 }"#,
        r#"
error: `linspace` must be a list of two finite numbers
 --> s.toml:4:21
  |
4 | beta = { linspace = [10], num = 3 }
  |                     ^^^^
  |
  = help: write `linspace = [10, 400]`"#,
    );
    refused(
        "a geomspace from zero",
        r#"[axes]
beta = { geomspace = [0, 100], num = 3 }"#,
        r#"
error: the ends of `geomspace` must be above 0
 --> s.toml:4:22
  |
4 | beta = { geomspace = [0, 100], num = 3 }
  |                      ^^^^^^^^
  |
  = help: write `linspace` for an axis that reaches 0 or below"#,
    );
    refused(
        "more digits than can be exact",
        r#"[axes]
beta = { from = 1e-30, to = 1e30, step = 1 }"#,
        r#"
error: these numbers have too many digits for an exact axis
 --> s.toml:4:8
  |
4 | beta = { from = 1e-30, to = 1e30, step = 1 }
  |        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  |
  = help: write numbers of at most 30 digits between the first and the last"#,
    );
    refused(
        "a duplicate value",
        r#"[axes]
beta = [10, 50, 50.0]"#,
        r#"
error: the axis `beta` has 50 twice
 --> s.toml:4:17
  |
4 | beta = [10, 50, 50.0]
  |             --  ^^^^
  |             |
  |             first here
  |
  = help: leave one of them out; how many runs each cell has is `replicates`, under [seeds]"#,
    );
    refused(
        "a bad value among good ones",
        r#"[axes]
beta = [10, -50, 100]"#,
        r#"
error: `beta` must be a number above 0, inf with exact batches, { geometric = [FIRST, LAST] } or { relative = BETA }, not -50
 --> s.toml:4:13
  |
4 | beta = [10, -50, 100]
  |             ^^^"#,
    );
    refused(
        "a range through values that are not allowed",
        r#"[axes]
beta = { from = -1, to = 1, step = 1 }"#,
        r#"
error: `beta` must be a number above 0, inf with exact batches, { geometric = [FIRST, LAST] } or { relative = BETA }, not -1
 --> s.toml:4:8
  |
4 | beta = { from = -1, to = 1, step = 1 }
  |        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^"#,
    );
    refused(
        "a fraction of a bidder on the way",
        r#"[axes]
bidders = { linspace = [2, 5], num = 3 }"#,
        r#"
error: `bidders` must be an integer from 2 to 64, not 3.5
 --> s.toml:4:11
  |
4 | bidders = { linspace = [2, 5], num = 3 }
  |           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^"#,
    );
    refused(
        "a key both fixed and an axis",
        r#"[fixed]
beta = 10
[axes]
beta = [20, 30]"#,
        r#"
error: `beta` is both fixed and an axis
 --> s.toml:6:8
  |
4 | beta = 10
  |        -- also here
5 | [axes]
6 | beta = [20, 30]
  |        ^^^^^^^^
  |
  = help: write it in one place"#,
    );
    refused(
        "a key both an axis and in a zip",
        r#"[axes]
beta = [20, 30]
[zip.a]
beta = [10, 40]
batch = [1, 2]"#,
        r#"
error: `beta` is both an axis and in a zip
 --> s.toml:6:8
  |
4 | beta = [20, 30]
  |        -------- also here
5 | [zip.a]
6 | beta = [10, 40]
  |        ^^^^^^^^
  |
  = help: write it in one place"#,
    );
    refused(
        "zip lists of unequal length",
        r#"[zip.a]
beta = [10, 40]
batch = [1, 2, 3]"#,
        r#"
error: the lists of `[zip.a]` must be of equal length: `beta` has 2, `batch` has 3
 --> s.toml:5:9
  |
5 | batch = [1, 2, 3]
  |         ^^^^^^^^^
  |
  = help: write one value for each, or move one of the lists to [axes]"#,
    );
    refused(
        "a zip that is no table",
        r#"[zip]
beta = [10, 40]"#,
        r#"
error: `zip.beta` must be a table of lists, not a list
 --> s.toml:4:8
  |
4 | beta = [10, 40]
  |        ^^^^^^^^
  |
  = help: write `[zip.NAME]` and its lists of equal length below"#,
    );
    refused(
        "an empty zip",
        r#"[zip.a]"#,
        r#"
error: `[zip.a]` has no lists
 --> s.toml:3:6
  |
3 | [zip.a]
  |      ^
  |
  = help: write two or more lists of equal length, or leave it out"#,
    );
    refused(
        "a grid of 10^18 cells",
        r#"[axes]
beta = { from = 1, to = 1000000, step = 1 }
batch = { from = 1, to = 1000000, step = 1 }
epochs = { from = 1, to = 1000000, step = 1 }"#,
        r#"
error: the grid has 1000000000000000000 cells, more than the 10000000 that a sweep may have
--> s.toml
 = help: shorten the axes, or split the sweep in several files"#,
    );
    refused(
        "a grid of more cells than can be counted",
        r#"[axes]
beta = { linspace = [1, 2], num = 1000000000 }
batch = { linspace = [1, 2], num = 1000000000 }
epochs = { linspace = [1, 2], num = 1000000000 }
learning_rate = { linspace = [1, 2], num = 1000000000 }
initial = { linspace = [1, 2], num = 1000000000 }"#,
        r#"
error: the grid has more than 10^38 cells, more than the 10000000 that a sweep may have
--> s.toml
 = help: shorten the axes, or split the sweep in several files"#,
    );
}

#[test]
fn exclusions_and_blocks() {
    refused(
        "a rule without a setting",
        r#"[axes]
beta = [10, 50]
[[exclude]]
why = "slow""#,
        r#"
error: this rule names no setting and would drop every cell
 --> s.toml:5:1
  |
5 | [[exclude]]
  | ^^^^^^^^^^^
  |
  = help: write the values to drop, such as `bidders = [5, 10]`"#,
    );
    refused(
        "a rule over a key that does not vary",
        r#"[axes]
beta = [10, 50]
[[exclude]]
batch = 128"#,
        r#"
error: no cell that this rule sees varies or sets `batch`
 --> s.toml:6:1
  |
6 | batch = 128
  | ^^^^^
  |
  = help: drop `batch` from the rule, or make it an axis"#,
    );
    refused(
        "a rule with an unknown key",
        r#"[axes]
beta = [10, 50]
[[exclude]]
bata = 50"#,
        r#"
error: there is no setting `bata`
 --> s.toml:6:1
  |
6 | bata = 50
  | ^^^^
  |
  = help: did you mean `beta`?"#,
    );
    refused(
        "a rule with one bracket",
        r#"[axes]
beta = [10, 50]
[exclude]
beta = 50"#,
        r#"
error: `exclude` must be tables under `[[exclude]]`, not a table
 --> s.toml:5:1
  |
5 | [exclude]
  | ^^^^^^^^^
  |
  = help: write `[[exclude]]` with two brackets"#,
    );
    refused(
        "rules that leave nothing",
        r#"[axes]
beta = [10, 50]
[[exclude]]
beta = [10, 50]"#,
        r#"
error: the rules of `[[exclude]]` drop every cell
--> s.toml
 = help: leave a value out of the rules"#,
    );
    refused(
        "a block with one bracket",
        r#"[block]
label = "a""#,
        r#"
error: `block` must be tables under `[[block]]`, not a table
 --> s.toml:3:1
  |
3 | [block]
  | ^^^^^^^
  |
  = help: write `[[block]]` with two brackets"#,
    );
    refused(
        "an unknown key of a block",
        r#"[[block]]
seeds = 1"#,
        r#"
error: `[[block]]` has no key `seeds`
 --> s.toml:4:1
  |
4 | seeds = 1
  | ^^^^^
  |
  = help: how many runs each cell has is `replicates`, under [seeds]"#,
    );
    refused(
        "a rule of a block over another block's axis",
        r#"[[block]]
axes.beta = [10, 50]
[[block]]
fixed.bidders = 3
[[block.exclude]]
beta = 10"#,
        r#"
error: no cell that this rule sees varies or sets `beta`
 --> s.toml:8:1
  |
8 | beta = 10
  | ^^^^
  |
  = help: drop `beta` from the rule, or make it an axis"#,
    );
    refused(
        "a block that repeats a cell",
        r#"[axes]
beta = [10, 50]
[[block]]
label = "again"
axes.beta = [50, 100]"#,
        r#"
error: the cells "beta=50" and "again beta=50" come out the same
 --> s.toml:5:1
  |
5 | [[block]]
  | ^^^^^^^^^
  |
  = help: leave one of them out, or drop it with `[[exclude]]`"#,
    );
    refused(
        "cells that differ in what their learner does not use",
        r#"[axes]
learner = ["adam", "sgd"]
adam.beta1 = [0.5, 0.9]"#,
        r#"
error: the cells "learner=sgd adam.beta1=0.5" and "learner=sgd adam.beta1=0.9" come out the same
 --> s.toml:5:20
  |
5 | adam.beta1 = [0.5, 0.9]
  |               ---  ^^^
  |               |
  |               the other cell
  |
  = help: no learner there uses `adam.beta1`: drop one of them with `[[exclude]]`, or vary it in a `[[block]]`"#,
    );
    refused(
        "cells that say the same in two ways",
        r#"[axes]
initial = [0.5, { theta = 0 }]"#,
        r#"
error: the cells "initial=0.5" and "initial={ theta = 0 }" come out the same
 --> s.toml:4:17
  |
4 | initial = [0.5, { theta = 0 }]
  |            ---  ^^^^^^^^^^^^^
  |            |
  |            the other cell
  |
  = help: leave one of them out, or drop it with `[[exclude]]`"#,
    );
}

#[test]
fn populations() {
    refused(
        "a population that is not there",
        r#"[fixed]
population = "weak-strong""#,
        r#"
error: there is no population `weak-strong`
 --> s.toml:4:14
  |
4 | population = "weak-strong"
  |              ^^^^^^^^^^^^^
  |
  = help: write its bidders under `[populations.weak-strong]`"#,
    );
    refused(
        "a misspelt population",
        r#"[fixed]
population = "weak"
[populations.week]
bidders = [{ count = 2 }]"#,
        r#"
error: there is no population `weak`
 --> s.toml:4:14
  |
4 | population = "weak"
  |              ^^^^^^
  |
  = help: did you mean `week`?"#,
    );
    refused(
        "a population beside bidders",
        r#"[fixed]
bidders = 3
population = "a"
[populations.a]
bidders = [{ count = 2 }]"#,
        r#"
error: `bidders` and `population` both say who bids
 --> s.toml:4:11
  |
4 | bidders = 3
  |           ^
5 | population = "a"
  |              --- also here
  |
  = help: leave out `bidders`: a population has its own"#,
    );
    refused(
        "one bidder",
        r#"[populations.a]
bidders = [{}]"#,
        r#"
error: `[populations.a]` has 1 bidders, not 2 to 64
 --> s.toml:4:11
  |
4 | bidders = [{}]
  |           ^^^^
  |
  = help: add bidders or change their `count`"#,
    );
    refused(
        "too many bidders",
        r#"[populations.a]
bidders = [{ count = 40 }, { count = 25 }]"#,
        r#"
error: `[populations.a]` has 65 bidders, not 2 to 64
 --> s.toml:4:11
  |
4 | bidders = [{ count = 40 }, { count = 25 }]
  |           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  |
  = help: add bidders or change their `count`"#,
    );
    refused(
        "no bidders",
        r#"[populations.a]"#,
        r#"
error: `[populations.a]` has no `bidders`
 --> s.toml:3:1
  |
3 | [populations.a]
  | ^^^^^^^^^^^^^^^
  |
  = help: write `bidders = [{ prior = { uniform = { low = 0.0, high = 1.0 } } }, ...]`"#,
    );
    refused(
        "a count instead of bidders",
        r#"[populations.a]
bidders = 3"#,
        r#"
error: the bidders of `[populations.a]` are a list of tables, not 3
 --> s.toml:4:11
  |
4 | bidders = 3
  |           ^
  |
  = help: write `bidders = [{ prior = { uniform = { low = 0.0, high = 1.0 } } }, ...]`"#,
    );
    refused(
        "a name with a space",
        r#"[populations."a b"]
bidders = [{ count = 2 }]"#,
        r#"
error: a population cannot be called "a b"
 --> s.toml:3:14
  |
3 | [populations."a b"]
  |              ^^^^^
  |
  = help: write letters, digits, - and _ only"#,
    );
    refused(
        "an unknown key of a bidder",
        r#"[populations.a]
bidders = [{ count = 2, batch = 3 }]"#,
        r#"
error: a bidder has no key `batch`
 --> s.toml:4:25
  |
4 | bidders = [{ count = 2, batch = 3 }]
  |                         ^^^^^
  |
  = help: the names known here are `prior`, `strategy`, `initial`, `learner`, `learning_rate`, `count`"#,
    );
    refused(
        "a list of starts for one bidder",
        r#"[populations.a]
bidders = [{ initial = [0.5, 0.6] }, {}]"#,
        r#"
error: a bidder starts at one `initial`, not at a list
 --> s.toml:4:24
  |
4 | bidders = [{ initial = [0.5, 0.6] }, {}]
  |                        ^^^^^^^^^^
  |
  = help: write one number, such as `initial = 0.7`"#,
    );
    refused(
        "a misspelt prior in a text",
        r#"[populations.a]
bidders = [{ prior = "unifrom:0:1" }, {}]"#,
        r#"
error: there is no prior `unifrom`
 --> s.toml:4:22
  |
4 | bidders = [{ prior = "unifrom:0:1" }, {}]
  |                      ^^^^^^^^^^^^^
  |
  = help: did you mean `uniform`?"#,
    );
    refused(
        "a prior of wrong numbers in a text",
        r#"[axes]
prior = ["uniform:0:1", "uniform:1:0"]"#,
        r#"
error: the prior `uniform:1:0`: low = 1 must be below high = 0
 --> s.toml:4:25
  |
4 | prior = ["uniform:0:1", "uniform:1:0"]
  |                         ^^^^^^^^^^^^^"#,
    );
    refused(
        "a prior that is a number",
        r#"[fixed]
prior = 3"#,
        r#"
error: `prior` must be "uniform:0:1" and the like, or `{ uniform = { low = 0.0, high = 1.0 } }`, not 3
 --> s.toml:4:9
  |
4 | prior = 3
  |         ^"#,
    );
    refused(
        "a misspelt prior",
        r#"[populations.a]
bidders = [{ prior = { unifrom = {} } }, {}]"#,
        r#"
error: there is no prior `unifrom`
 --> s.toml:4:24
  |
4 | bidders = [{ prior = { unifrom = {} } }, {}]
  |                        ^^^^^^^
  |
  = help: did you mean `uniform`?"#,
    );
    refused(
        "a prior without its parameters",
        r#"[populations.a]
bidders = [{ prior = { beta = { high = 2 } } }, {}]"#,
        r#"
error: the prior `beta` has no `a`
 --> s.toml:4:24
  |
4 | bidders = [{ prior = { beta = { high = 2 } } }, {}]
  |                        ^^^^
  |
  = help: write `beta = { a = ... }`

error: the prior `beta` has no `b`
 --> s.toml:4:24
  |
4 | bidders = [{ prior = { beta = { high = 2 } } }, {}]
  |                        ^^^^
  |
  = help: write `beta = { b = ... }`"#,
    );
    refused(
        "a flat exponent",
        r#"[populations.a]
bidders = [{ prior = { power = { exponent = 0 } } }, {}]"#,
        r#"
error: the prior `power`: exponent = 0 must be from 0.1 to 1000
 --> s.toml:4:32
  |
4 | bidders = [{ prior = { power = { exponent = 0 } } }, {}]
  |                                ^^^^^^^^^^^^^^^^"#,
    );
    refused(
        "an infinite mean",
        r#"[populations.a]
bidders = [{ prior = { truncated-normal = { mean = inf, sd = 0.2 } } }, {}]"#,
        r#"
error: `mean` must be a finite number, not inf
 --> s.toml:4:52
  |
4 | bidders = [{ prior = { truncated-normal = { mean = inf, sd = 0.2 } } }, {}]
  |                                                    ^^^"#,
    );
    refused(
        "data without a column",
        r#"[populations.a]
bidders = [{ prior = { empirical = { file = 3 } } }, {}]"#,
        r#"
error: the prior `empirical` has no `column`
 --> s.toml:4:24
  |
4 | bidders = [{ prior = { empirical = { file = 3 } } }, {}]
  |                        ^^^^^^^^^
  |
  = help: write `empirical = { column = ... }`

error: `file` must be a text in quotes, not 3
 --> s.toml:4:45
  |
4 | bidders = [{ prior = { empirical = { file = 3 } } }, {}]
  |                                             ^"#,
    );
    refused(
        "data of a kind that is not read",
        r#"[populations.a]
bidders = [{ prior = { empirical = { file = "values.txt", column = "v" } } }, {}]"#,
        r#"
error: the prior `empirical`: values.txt is neither CSV nor Parquet: give a file whose name ends in .csv or .parquet
 --> s.toml:4:36
  |
4 | bidders = [{ prior = { empirical = { file = "values.txt", column = "v" } } }, {}]
  |                                    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^"#,
    );
    refused(
        "two priors",
        r#"[populations.a]
bidders = [{ prior = { uniform = {}, power = {} } }, {}]"#,
        r#"
error: a prior is a table with one name, not 2
 --> s.toml:4:22
  |
4 | bidders = [{ prior = { uniform = {}, power = {} } }, {}]
  |                      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  |
  = help: write `prior = { uniform = { low = 0.0, high = 1.0 } }`"#,
    );
    refused(
        "an inverted prior",
        r#"[populations.a]
bidders = [{ prior = { uniform = { low = 2 } } }, {}]"#,
        r#"
error: the prior `uniform`: low = 2 must be below high = 1
 --> s.toml:4:34
  |
4 | bidders = [{ prior = { uniform = { low = 2 } } }, {}]
  |                                  ^^^^^^^^^^^"#,
    );
    refused(
        "a misspelt parameter",
        r#"[populations.a]
bidders = [{ prior = { uniform = { lo = 0.5 } } }, {}]"#,
        r#"
error: the prior `uniform` has no key `lo`
 --> s.toml:4:36
  |
4 | bidders = [{ prior = { uniform = { lo = 0.5 } } }, {}]
  |                                    ^^
  |
  = help: did you mean `low`?"#,
    );
    refused(
        "values beyond what the squares of f32 can hold",
        r#"[fixed]
population = "a"
[populations.a]
bidders = [{ prior = { uniform = { high = 1e13 } } }, {}]"#,
        r#"
error: `precision = "f32"` handles highest values from 1e-12 to 1e12, not 1e13
 --> s.toml:4:14
  |
4 | population = "a"
  |              ^^^
  |
  = help: write `precision = "f64"`, or values on another scale and `beta` per unit of it"#,
    );
    refused(
        "values beyond all scales",
        r#"[populations.a]
bidders = [{ prior = { uniform = { high = 1e300 } } }, {}]"#,
        r#"
error: the prior `uniform`: high = 1e300 and high - low = 1e300 must be from 1e-100 to 1e100: give values in another unit
 --> s.toml:4:34
  |
4 | bidders = [{ prior = { uniform = { high = 1e300 } } }, {}]
  |                                  ^^^^^^^^^^^^^^^^"#,
    );
    refused(
        "values too close together for f32",
        r#"[fixed]
population = "a"
[populations.a]
bidders = [{ prior = { uniform = { low = 1e6, high = 1000001 } } }, {}]"#,
        r#"
error: values from 1000000 to 1000001 are far from 0 for their spread: `precision = "f32"` handles highest values up to 4096 times it
 --> s.toml:4:14
  |
4 | population = "a"
  |              ^^^
  |
  = help: write `precision = "f64"`, or a wider prior"#,
    );
    refused(
        "values beyond what beta can multiply",
        r#"[fixed]
population = "a"
beta = 1e250
[populations.a]
bidders = [{ prior = { uniform = { high = 1e6 } } }, {}]"#,
        r#"
error: `beta` times the highest value, 1e250 x 1e6, is above 1e15, the most that `precision = "f32"` handles
 --> s.toml:5:8
  |
5 | beta = 1e250
  |        ^^^^^
  |
  = help: write a smaller `beta`, or values on a smaller scale"#,
    );
}

#[test]
fn data_files() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("s.toml");
    let text = r#"schema = 1
name = "x"
[fixed]
population = "a"
[populations.a]
bidders = [{ prior = { empirical = { file = "values.csv", column = "v" } }, count = 2 }]"#;
    std::fs::write(&path, text).unwrap();
    let refused = |values: &[&str]| {
        // Beside the sweep file, wherever the program runs.
        std::fs::write(dir.path().join("values.csv"), format!("v\n{}\n", values.join("\n"))).unwrap();
        let message = Plan::load(&path, &[]).unwrap_err().to_string();
        message.lines().next().unwrap().to_owned()
    };
    let numbers: Vec<String> = (1..=25).map(|k| k.to_string()).collect();
    let mut values: Vec<&str> = numbers.iter().map(String::as_str).collect();
    std::fs::write(dir.path().join("values.csv"), format!("v\n{}\n", values.join("\n"))).unwrap();
    Plan::load(&path, &[]).unwrap();
    assert_eq!(
        refused(&values[..19]),
        "error: the prior `empirical`: values.csv, 19 values are too few: give 20 or more"
    );
    values[6] = "NaN";
    assert_eq!(
        refused(&values),
        "error: the prior `empirical`: values.csv, 1 of 25 cells have no value (row 7): leave them out, or write \
         `missing = \"drop\"` in the prior's table"
    );
    values[6] = "seven";
    assert!(refused(&values).ends_with(
        "values.csv, row 7: \"seven\" in column `v` is not a number: correct it or leave the row out"
    ));
    // Thirds have all the digits of a number, and so are not rounded.
    let thirds: Vec<String> = (1..=25).map(|k| (f64::from(k) / 3.0).to_string()).collect();
    let mut values: Vec<&str> = thirds.iter().map(String::as_str).collect();
    values[6] = values[4];
    assert!(refused(&values).starts_with(&format!(
        "error: the prior `empirical`: values.csv, row 7: {} stands in row 5 already",
        values[4]
    )));
}

#[test]
fn seeds_and_measure() {
    refused(
        "a negative root",
        r#"[seeds]
root = -1"#,
        r#"
error: `root` must be an integer from 0 to 9223372036854775807, not -1
 --> s.toml:4:8
  |
4 | root = -1
  |        ^^"#,
    );
    refused(
        "no replicates",
        r#"[seeds]
replicates = 0"#,
        r#"
error: `replicates` must be an integer from 1 to 10000000, not 0
 --> s.toml:4:14
  |
4 | replicates = 0
  |              ^"#,
    );
    refused(
        "common in words",
        r#"[seeds]
common = "yes""#,
        r#"
error: `common` must be true or false, not "yes"
 --> s.toml:4:10
  |
4 | common = "yes"
  |          ^^^^^"#,
    );
    refused(
        "an unknown seed",
        r#"[seeds]
replicate = 3"#,
        r#"
error: `[seeds]` has no key `replicate`
 --> s.toml:4:1
  |
4 | replicate = 3
  | ^^^^^^^^^
  |
  = help: did you mean `replicates`?"#,
    );
    refused(
        "an empty tail",
        r#"[measure]
tail = 0"#,
        r#"
error: `tail` must be a number in (0, 1], not 0
 --> s.toml:4:8
  |
4 | tail = 0
  |        ^"#,
    );
    refused(
        "an average that never moves",
        r#"[measure]
ema = 1"#,
        r#"
error: `ema` must be a number in [0, 1), not 1
 --> s.toml:4:7
  |
4 | ema = 1
  |       ^"#,
    );
    refused(
        "trajectories without a spacing",
        r#"[measure]
trajectories = { replicates = 4 }"#,
        r#"
error: `trajectories` has neither `points` nor `every`: it does not say which epochs
 --> s.toml:4:16
  |
4 | trajectories = { replicates = 4 }
  |                ^^^^^^^^^^^^^^^^^^
  |
  = help: write `trajectories = { replicates = 20, points = 100 }` or `trajectories = { replicates = 20, every = 10 }`"#,
    );
    refused(
        "trajectories with two spacings",
        r#"[measure]
trajectories = { replicates = 4, points = 50, every = 10 }"#,
        r#"
error: `trajectories` has both `points` and `every`, which say the same otherwise
 --> s.toml:4:55
  |
4 | trajectories = { replicates = 4, points = 50, every = 10 }
  |                                                       ^^
  |
  = help: write one of them"#,
    );
    refused(
        "trajectories of nobody knows how many",
        r#"[measure]
trajectories = { points = 50 }"#,
        r#"
error: `trajectories` has no `replicates`
 --> s.toml:4:16
  |
4 | trajectories = { points = 50 }
  |                ^^^^^^^^^^^^^^^
  |
  = help: write `trajectories = { replicates = 20, points = 100 }`"#,
    );
    refused(
        "a misspelt word for trajectories",
        r#"[measure]
trajectories = "bound""#,
        r#"
error: `trajectories` must be one of "bounded", "none", or a table such as { replicates = 20, points = 100 } or { replicates = 20, every = 10 }, not "bound"
 --> s.toml:4:16
  |
4 | trajectories = "bound"
  |                ^^^^^^^
  |
  = help: did you mean "bounded"?"#,
    );
    refused(
        "too many recorded points",
        r#"[fixed]
epochs = 1000000
bidders = 4
[measure]
trajectories = { replicates = 1, points = 300000 }"#,
        r#"
error: 1000000 epochs of 4 bidders recorded this often are more than 1000000 numbers a run
 --> s.toml:7:43
  |
7 | trajectories = { replicates = 1, points = 300000 }
  |                                           ^^^^^^
  |
  = help: write `points = 250000` or fewer"#,
    );
    refused(
        "too many recorded epochs",
        r#"[fixed]
epochs = 1000000
bidders = 4
[measure]
trajectories = { replicates = 1, every = 1 }"#,
        r#"
error: 1000000 epochs of 4 bidders recorded this often are more than 1000000 numbers a run
 --> s.toml:7:42
  |
7 | trajectories = { replicates = 1, every = 1 }
  |                                          ^
  |
  = help: write `every = 5` or more"#,
    );
    refused(
        "an unknown scope",
        r#"[measure]
best_response = { lp = "cell" }"#,
        r#"
error: `lp` must be one of "none", "cells", "runs", not "cell"
 --> s.toml:4:24
  |
4 | best_response = { lp = "cell" }
  |                        ^^^^^^
  |
  = help: did you mean "cells"?"#,
    );
    refused(
        "too fine a linear program",
        r#"[measure]
best_response = { values = 2000 }"#,
        r#"
error: `values` must be an integer from 2 to 512, not 2000
 --> s.toml:4:28
  |
4 | best_response = { values = 2000 }
  |                            ^^^^"#,
    );
    refused(
        "two constraints",
        r#"[measure]
best_response = { constraint = { budget = 0.08, win_rate = 0.5 } }"#,
        r#"
error: `constraint` must have one key
 --> s.toml:4:32
  |
4 | best_response = { constraint = { budget = 0.08, win_rate = 0.5 } }
  |                                ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  |
  = help: write such as `constraint = { budget = 0.08 }`"#,
    );
    refused(
        "an unknown constraint",
        r#"[measure]
best_response = { constraint = { buget = 0.08 } }"#,
        r#"
error: `constraint` has no key `buget`
 --> s.toml:4:34
  |
4 | best_response = { constraint = { buget = 0.08 } }
  |                                  ^^^^^
  |
  = help: did you mean `budget`?"#,
    );
    refused(
        "an infinite budget",
        r#"[measure]
best_response = { constraint = { budget = inf } }"#,
        r#"
error: `budget` must be a finite number, not inf
 --> s.toml:4:43
  |
4 | best_response = { constraint = { budget = inf } }
  |                                           ^^^"#,
    );
    refused(
        "a continuation of nothing",
        r#"[measure]
continuation = { epochs = 0 }"#,
        r#"
error: `epochs` must be an integer from 1 to 1000000000, not 0
 --> s.toml:4:27
  |
4 | continuation = { epochs = 0 }
  |                           ^"#,
    );
    refused(
        "no margin",
        r#"[measure]
margin = 0"#,
        r#"
error: `margin` must be a number above 0, not 0
 --> s.toml:4:10
  |
4 | margin = 0
  |          ^"#,
    );
    refused(
        "regret in words",
        r#"[measure]
regret = "yes""#,
        r#"
error: `regret` must be true or false, not "yes"
 --> s.toml:4:10
  |
4 | regret = "yes"
  |          ^^^^^"#,
    );
    refused(
        "an unknown measure",
        r#"[measure]
tial = 0.5"#,
        r#"
error: `[measure]` has no key `tial`
 --> s.toml:4:1
  |
4 | tial = 0.5
  | ^^^^
  |
  = help: did you mean `tail`?"#,
    );
}

#[test]
fn whole_file() {
    refused_with(
        "empty",
        r#""#,
        &[],
        r#"
error: the file is empty
--> s.toml
 = help: write `schema = 1` and a `name` to begin with"#,
    );
    refused_with(
        "another schema",
        r#"schema = 2
name = "x""#,
        &[],
        r#"
error: `schema` must be 1, not 2
 --> s.toml:1:10
  |
1 | schema = 2
  |          ^
  |
  = help: write `schema = 1`, the version of the file's words"#,
    );
    refused_with(
        "no schema and no name",
        r#"question = "what?""#,
        &[],
        r#"
error: the file has no `schema`
--> s.toml
 = help: write `schema = 1`, the version of the file's words

error: the file has no `name`
--> s.toml
 = help: write `name = "my-sweep"`: it names the output folder"#,
    );
    refused_with(
        "a name with a slash",
        r#"schema = 1
name = "a/b""#,
        &[],
        r#"
error: `name` must be made of a-z, 0-9 and -, not "a/b"
 --> s.toml:2:8
  |
2 | name = "a/b"
  |        ^^^^^
  |
  = help: write such as `name = "my-sweep"`: it names the output folder"#,
    );
    refused_with(
        "a name in upper case",
        r#"schema = 1
name = "Beta""#,
        &[],
        r#"
error: `name` must be made of a-z, 0-9 and -, not "Beta"
 --> s.toml:2:8
  |
2 | name = "Beta"
  |        ^^^^^^
  |
  = help: write such as `name = "my-sweep"`: it names the output folder"#,
    );
    refused_with(
        "a misspelt table",
        r#"schema = 1
name = "x"
[axis]"#,
        &[],
        r#"
error: a sweep file has no key `axis`
 --> s.toml:3:2
  |
3 | [axis]
  |  ^^^^
  |
  = help: did you mean `axes`?"#,
    );
    refused_with(
        "not TOML, and more",
        r#"schema = 1
name = "x
[fixed]
beta = 
epochs = 0
learner = sgd"#,
        &[],
        r#"
error: this is not TOML: invalid basic string, expected `"`
 --> s.toml:2:10
  |
2 | name = "x
  |          ^

error: this is not TOML: string values must be quoted, expected literal string
 --> s.toml:4:8
  |
4 | beta = 
  |        ^

error: `epochs` must be an integer from 1 to 1000000000, not 0
 --> s.toml:5:10
  |
5 | epochs = 0
  |          ^

error: this is not TOML: string values must be quoted, expected literal string
 --> s.toml:6:11
  |
6 | learner = sgd
  |           ^^^"#,
    );
    refused_with(
        "a key that stands twice",
        r#"schema = 1
name = "x"
[fixed]
beta = 10
beta = 20"#,
        &[],
        r#"
error: this is not TOML: duplicate key
 --> s.toml:5:1
  |
5 | beta = 20
  | ^^^^"#,
    );
    refused_with(
        "letters beyond ASCII before the place",
        r#"schema = 1
name = "x"
fixed = { strategy = "linéaire", beta = 0 }"#,
        &[],
        r#"
error: `strategy` must be one of "linear", "piecewise-linear", not "linéaire"
 --> s.toml:3:22
  |
3 | fixed = { strategy = "linéaire", beta = 0 }
  |                      ^^^^^^^^^^

error: `beta` must be a number above 0, inf with exact batches, { geometric = [FIRST, LAST] } or { relative = BETA }, not 0
 --> s.toml:3:41
  |
3 | fixed = { strategy = "linéaire", beta = 0 }
  |                                         ^"#,
    );
}

#[test]
fn overrides() {
    refused_with(
        "no equals sign",
        r#"schema = 1
name = "x"
"#,
        &["beta"],
        r#"
error: there is no `=`
--> --set beta
 = help: write `--set key=value`"#,
    );
    refused_with(
        "an unknown key",
        r#"schema = 1
name = "x"
"#,
        &["bata=3"],
        r#"
error: there is no setting `bata`
--> --set bata=3
 = help: did you mean `beta`?"#,
    );
    refused_with(
        "a bad value",
        r#"schema = 1
name = "x"
"#,
        &["beta=-3"],
        r#"
error: `beta` must be a number above 0, inf with exact batches, { geometric = [FIRST, LAST] } or { relative = BETA }, not -3
--> --set beta=-3"#,
    );
    refused_with(
        "a bad word",
        r#"schema = 1
name = "x"
"#,
        &["learner=adm"],
        r#"
error: there is no learner `adm`
--> --set learner=adm
 = help: did you mean `adam`?"#,
    );
    refused_with(
        "a value that is not TOML",
        r#"schema = 1
name = "x"
"#,
        &["beta=[1,"],
        r#"
error: the value is not TOML: unclosed array, expected `]`
--> --set beta=[1,
 = help: write such as `--set beta=50` or `--set learner=sgd`"#,
    );
    refused_with(
        "a key twice",
        r#"schema = 1
name = "x"
"#,
        &["beta=30", "beta=40"],
        r#"
error: `beta` is set twice
--> --set beta=40
 = help: set it once"#,
    );
    refused_with(
        "an axis",
        r#"schema = 1
name = "x"
[axes]
beta = [10, 20]"#,
        &["beta=3"],
        r#"
error: `beta` is an axis of the sweep; --set replaces fixed settings only
--> --set beta=3
 = help: change the axis in the file"#,
    );
    refused_with(
        "an axis of a block",
        r#"schema = 1
name = "x"
[[block]]
axes.beta = [10, 20]"#,
        &["beta=3"],
        r#"
error: `beta` is an axis of the sweep; --set replaces fixed settings only
--> --set beta=3
 = help: change the axis in the file"#,
    );
    refused_with(
        "a name with a slash",
        r#"schema = 1
name = "x"
"#,
        &["name=\"a/b\""],
        r#"
error: `name` must be made of a-z, 0-9 and -, not "a/b"
--> --set name="a/b"
 = help: write such as `name = "my-sweep"`: it names the output folder"#,
    );
}

#[test]
fn strategies_starts_and_exact_batches() {
    refused(
        "an infinite beta on samples",
        r#"[fixed]
beta = inf"#,
        r#"
error: an infinite `beta`, the true auction, needs the expected gradient: on a sample the utility jumps
 --> s.toml:4:8
  |
4 | beta = inf
  |        ^^^
  |
  = help: write `batch = "exact"`, or a finite `beta`"#,
    );
    refused(
        "a shared graph without samples",
        r#"[fixed]
batch = "exact"
updates = "shared-graph""#,
        r#"
error: `updates = "shared-graph"` is not available with `batch = "exact"`
 --> s.toml:5:11
  |
5 | updates = "shared-graph"
  |           ^^^^^^^^^^^^^^
  |
  = help: write a number of profiles, such as `batch = 4096`, or other `updates`"#,
    );
    refused(
        "a misspelt batch",
        r#"[fixed]
batch = "exakt""#,
        r#"
error: `batch` must be an integer from 1 to 1000000000, or "exact", not "exakt"
 --> s.toml:4:9
  |
4 | batch = "exakt"
  |         ^^^^^^^
  |
  = help: did you mean "exact"?"#,
    );
    refused(
        "an infinite end of an annealed beta",
        r#"[fixed]
beta = { geometric = [10, inf] }
batch = "exact""#,
        r#"
error: `geometric` must be a list of two finite numbers
 --> s.toml:4:22
  |
4 | beta = { geometric = [10, inf] }
  |                      ^^^^^^^^^
  |
  = help: write `geometric = [10, 400]`"#,
    );
    refused(
        "a truthful line",
        r#"[fixed]
initial = "truthful""#,
        r#"
error: a linear strategy has no truthful start: its multiplier is below 1
 --> s.toml:4:11
  |
4 | initial = "truthful"
  |           ^^^^^^^^^^
  |
  = help: write a multiplier, such as `initial = 0.9`, or `strategy = "piecewise-linear"`"#,
    );
    refused(
        "a truthful line among others",
        r#"[fixed]
population = "a"
[populations.a]
bidders = [{ initial = "truthful" }, { strategy = "piecewise-linear" }]"#,
        r#"
error: a linear strategy has no truthful start: its multiplier is below 1
 --> s.toml:4:14
  |
4 | population = "a"
  |              ^^^
  |
  = help: write a multiplier, such as `initial = 0.9`, or `strategy = "piecewise-linear"`"#,
    );
    refused(
        "a misspelt start",
        r#"[fixed]
initial = "truthfull"
strategy = "piecewise-linear""#,
        r#"
error: `initial` must be a number in (0, 1), a list with one for each bidder, { theta = NUMBER }, "truthful", or { random = [LOW, HIGH] }, not "truthfull"
 --> s.toml:4:11
  |
4 | initial = "truthfull"
  |           ^^^^^^^^^^^
  |
  = help: did you mean "truthful"?"#,
    );
    refused(
        "multipliers drawn above one",
        r#"[fixed]
initial = { random = [0.2, 1.5] }"#,
        r#"
error: a multiplier cannot be drawn up to 1.5: it is below 1
 --> s.toml:4:11
  |
4 | initial = { random = [0.2, 1.5] }
  |           ^^^^^^^^^^^^^^^^^^^^^^^
  |
  = help: write a smaller end, such as `initial = { random = [0.2, 0.9] }`"#,
    );
    refused(
        "an interval that falls",
        r#"[fixed]
initial = { random = [0.9, 0.2] }"#,
        r#"
error: `random` must go from a number above 0 to a larger one
 --> s.toml:4:22
  |
4 | initial = { random = [0.9, 0.2] }
  |                      ^^^^^^^^^^
  |
  = help: write `random = [0.2, 0.9]`"#,
    );
    refused(
        "an unknown form of initial",
        r#"[fixed]
initial = { w = 0.5 }"#,
        r#"
error: the table of `initial` has one key, `theta` or `random`
 --> s.toml:4:11
  |
4 | initial = { w = 0.5 }
  |           ^^^^^^^^^^^
  |
  = help: write `initial = { theta = 0.9 }` or `initial = { random = [0.2, 0.9] }`"#,
    );
    refused(
        "too many segments",
        r#"[fixed]
segments = 65"#,
        r#"
error: `segments` must be an integer from 1 to 64, not 65
 --> s.toml:4:12
  |
4 | segments = 65
  |            ^^"#,
    );
    refused(
        "segments of lines",
        r#"[axes]
segments = [4, 8]"#,
        r#"
error: the cells "segments=4" and "segments=8" come out the same
 --> s.toml:4:16
  |
4 | segments = [4, 8]
  |             -  ^
  |             |
  |             the other cell
  |
  = help: leave one of them out, or drop it with `[[exclude]]`"#,
    );
    refused(
        "precisions of exact batches",
        r#"[axes]
precision = ["f32", "f64"]
[fixed]
batch = "exact""#,
        r#"
error: the cells "precision=f32" and "precision=f64" come out the same
 --> s.toml:4:21
  |
4 | precision = ["f32", "f64"]
  |              -----  ^^^^^
  |              |
  |              the other cell
  |
  = help: leave one of them out, or drop it with `[[exclude]]`"#,
    );
    refused(
        "bid functions at one value",
        r#"[measure]
bid_functions = 1"#,
        r#"
error: `bid_functions` is the number of values that bids are told at, both ends of the support among them: 0 or at least 2
 --> s.toml:4:17
  |
4 | bid_functions = 1
  |                 ^
  |
  = help: write such as `bid_functions = 33`, or 0"#,
    );
}

#[test]
fn learners_on_arms() {
    refused(
        "a grid of one arm",
        r#"[fixed]
learner = { mwu = { arms = 1 } }"#,
        r#"
error: `arms` must be an integer from 2 to 10001, not 1
 --> s.toml:4:28
  |
4 | learner = { mwu = { arms = 1 } }
  |                            ^"#,
    );
    refused(
        "a step that is not finite",
        r#"[fixed]
learner = { mwu = { step = inf } }"#,
        r#"
error: `step` must be a number above 0 and finite, "textbook", or { anytime = NUMBER }, not inf
 --> s.toml:4:28
  |
4 | learner = { mwu = { step = inf } }
  |                            ^^^"#,
    );
    refused(
        "a falling step below 0",
        r#"[fixed]
learner = { mwu = { step = { anytime = -1 } } }"#,
        r#"
error: `anytime` must be a number above 0 and finite, not -1
 --> s.toml:4:40
  |
4 | learner = { mwu = { step = { anytime = -1 } } }
  |                                        ^^"#,
    );
    refused(
        "a rule that there is not",
        r#"[fixed]
learner = { mwu = { step = "txtbook" } }"#,
        r#"
error: `step` must be a number above 0 and finite, "textbook", or { anytime = NUMBER }, not "txtbook"
 --> s.toml:4:28
  |
4 | learner = { mwu = { step = "txtbook" } }
  |                            ^^^^^^^^^"#,
    );
    refused(
        "what does not fall",
        r#"[fixed]
learner = { exp3 = { exploration = { anytime = 1.0 } } }"#,
        r#"
error: `exploration` must be a number above 0 and at most 1, or "textbook", not a table
 --> s.toml:4:36
  |
4 | learner = { exp3 = { exploration = { anytime = 1.0 } } }
  |                                    ^^^^^^^^^^^^^^^^^"#,
    );
    refused(
        "payoffs along a graph",
        r#"[fixed]
learner = "mwu"
updates = "shared-graph""#,
        r#"
error: `updates = "shared-graph"` follows gradients, and the learner `mwu` is told payoffs
 --> s.toml:5:11
  |
5 | updates = "shared-graph"
  |           ^^^^^^^^^^^^^^
  |
  = help: write `updates = "simultaneous"`, or `learner = "adam"`"#,
    );
    refused(
        "plays that nothing draws",
        r#"[fixed]
learner = "exp3"
batch = "exact""#,
        r#"
error: a learner that is told the payoffs of what it played has nothing to draw with `batch = "exact"`
 --> s.toml:5:9
  |
5 | batch = "exact"
  |         ^^^^^^^
  |
  = help: write a number of profiles, such as `batch = 128`"#,
    );
    refused(
        "smoothed payoffs without samples",
        r#"[fixed]
learner = { mwu = { payoff = "smoothed" } }
batch = "exact""#,
        r#"
error: `payoff = "smoothed"` is not available with `batch = "exact"`
 --> s.toml:5:9
  |
5 | batch = "exact"
  |         ^^^^^^^
  |
  = help: write a number of profiles, such as `batch = 128`"#,
    );
    refused(
        "bid functions on a grid",
        r#"[fixed]
learner = "mwu"
strategy = "piecewise-linear""#,
        r#"
error: the learner `mwu` plays multipliers of a grid, no piecewise-linear bid function
 --> s.toml:5:12
  |
5 | strategy = "piecewise-linear"
  |            ^^^^^^^^^^^^^^^^^^
  |
  = help: leave out `strategy`, or choose a learner that follows gradients, such as `learner = "adam"`"#,
    );
    refused(
        "beliefs on what is no grid",
        r#"[fixed]
population = "p"
[populations.p]
bidders = [{ learner = "fictitious-play" }, {}]"#,
        r#"
error: the learner `fictitious-play` believes that others play multipliers of a grid, and some of them do not
 --> s.toml:4:14
  |
4 | population = "p"
  |              ^^^
  |
  = help: give the others a learner on arms, such as `learner = "mwu"`"#,
    );
    refused(
        "gradients beside arms without samples",
        r#"[fixed]
population = "p"
batch = "exact"
[populations.p]
bidders = [{ learner = "mwu" }, {}]"#,
        r#"
error: `batch = "exact"` is not available where some bidders follow gradients and others play arms
 --> s.toml:5:9
  |
5 | batch = "exact"
  |         ^^^^^^^
  |
  = help: write a number of profiles, such as `batch = 128`"#,
    );
    // Where nobody smooths, beta has no meaning and is no mistake.
    let text = "schema = 1\nname = \"x\"\n[fixed]\nlearner = \"mwu\"\nbeta = 30\n";
    let plan = Plan::parse(text, "s.toml", &[]).unwrap();
    let beta = bidsweep::sweep::setting_columns().into_iter().find(|column| column.name == "beta").unwrap();
    assert_eq!(beta.of_cell(&plan.cell(0)), bidsweep::sweep::Scalar::Null);
}

#[test]
fn tables() {
    refused(
        "a strategy of a learner on a table",
        r#"[fixed]
learner = "mwu-contextual"
strategy = "linear""#,
        r#"
error: the learner `mwu-contextual` plays a table of bids for bins of values, no linear bid function
 --> s.toml:5:12
  |
5 | strategy = "linear"
  |            ^^^^^^^^
  |
  = help: leave out `strategy`, or choose a learner that follows gradients, such as `learner = "adam"`"#,
    );
    refused(
        "the total utility for a learner on a table",
        r#"[fixed]
learner = "mwu-contextual"
updates = "shared-graph""#,
        r#"
error: `updates = "shared-graph"` follows gradients, and the learner `mwu-contextual` is told payoffs
 --> s.toml:5:11
  |
5 | updates = "shared-graph"
  |           ^^^^^^^^^^^^^^
  |
  = help: write `updates = "simultaneous"`, or `learner = "adam"`"#,
    );
    refused(
        "drawn batches for exact payoffs",
        r#"[fixed]
learner = "soda"
batch = 128"#,
        r#"
error: the learner `soda` ascends along exact payoffs, and batches are drawn
 --> s.toml:5:9
  |
5 | batch = 128
  |         ^^^
  |
  = help: write `batch = "exact"`, or `learner = "mwu-contextual"`, which learns from samples"#,
    );
    refused(
        "exact payoffs for who sees winning bids",
        r#"[fixed]
learner = { mwu-contextual = { feedback = "winning-bid" } }
batch = "exact""#,
        r#"
error: `feedback = "winning-bid"` depends on what is drawn, and nothing is with `batch = "exact"`
 --> s.toml:5:9
  |
5 | batch = "exact"
  |         ^^^^^^^
  |
  = help: write a number of profiles, such as `batch = 128`"#,
    );
    refused(
        "exact payoffs of tables and arms",
        r#"[fixed]
batch = "exact"
population = "two"
[populations.two]
bidders = [{ learner = "soda" }, { learner = "mwu" }]"#,
        r#"
error: `batch = "exact"` is not available where some bidders play tables and others do not
 --> s.toml:4:9
  |
4 | batch = "exact"
  |         ^^^^^^^
  |
  = help: give all bidders learners on tables, such as `learner = "soda"`"#,
    );
    refused(
        "beliefs about a table",
        r#"[fixed]
population = "two"
[populations.two]
bidders = [{ learner = "mwu-contextual" }, { learner = "fictitious-play" }]"#,
        r#"
error: the learner `fictitious-play` believes that others play multipliers of a grid, and some of them do not
 --> s.toml:4:14
  |
4 | population = "two"
  |              ^^^^^
  |
  = help: give the others a learner on arms, such as `learner = "mwu"`"#,
    );
    for (key, value, words) in [
        ("bins", "1", "an integer from 2 to 512"),
        ("bids", "1", "an integer from 2 to 1025"),
        ("top_bid", "0", "a number above 0 and finite"),
        ("step", "-inf", "a number above 0 and finite"),
        ("decay", "-0.5", "a number of 0 or more and finite"),
    ] {
        let given = format!("learner = {{ soda = {{ {key} = {value} }} }}");
        let (column, carets) = (25 + key.len(), "^".repeat(value.len()));
        refused(
            "a number out of range",
            &format!("[fixed]\nbatch = \"exact\"\n{given}"),
            &format!(
                "
error: `{key}` must be {words}, not {value}
 --> s.toml:5:{column}
  |
5 | {given}
  | {}{carets}",
                " ".repeat(column - 1)
            ),
        );
    }
}
