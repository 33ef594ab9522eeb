//! A parallel parameter-sweep engine for learners in sealed-bid first-price auctions.
//!
//! ```text
//! sweeps/x.toml -> Spec -> Plan -> (cell, replicate) -> Outcome -> rows -> parts -> tables -> summary
//!                  sweep           engine   train       measure    store            report
//! ```
//!
//! One direction, no way back: a module imports only from the layers above it in this list.
//!
//! | layer | module | what lives there |
//! |---|---|---|
//! | 0 | [`numeric`] | SIMD lanes, exp2 and sigmoid, xoshiro lanes, quadrature, roots, statistics, distributions |
//! | 0 | [`data`] | a column of a user's CSV or Parquet file |
//! | 1 | [`auction`] | priors, strategies, population, profile, mechanism |
//! | 2 | `law` | the laws of bids, and how likely a bid wins |
//! | 2 | [`learner`] | one learner a file: hyperparameters, state, update |
//! | 3 | [`expectation`] | exact expectations of a profile, gradients and their noise |
//! | 4 | [`response`] | best responses, by search and by linear program; regret |
//! | 4 | [`train`] | a group of runs, start to end: a pure function of settings and seeds |
//! | 5 | [`equilibrium`] | reference equilibria, each with its certificate |
//! | 6 | [`measure`] | what is computed of a run, and of a cell's replicates |
//! | 7 | [`sweep`] | sweep files, axes, the lazy grid, identity, seeds |
//! | 8 | [`store`] | parts, tables, manifest |
//! | 9 | [`engine`] | rayon over the plan, progress, resume, signals |
//! | 10 | [`report`] | the summary, read from the store only |
//! | 11 | [`execute`] | a sweep from plan to report, for whoever asks |
//! | 12 | [`cli`] | one file a verb |

pub mod auction;
pub mod cli;
pub mod data;
pub mod engine;
pub mod equilibrium;
pub mod execute;
pub mod expectation;
mod law;
pub mod learner;
pub mod measure;
pub mod numeric;
pub mod report;
pub mod response;
pub mod store;
pub mod sweep;
pub mod train;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
