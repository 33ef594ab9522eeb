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
//! | 2 | [`equilibrium`] | exact expectations of a profile, reference equilibria |
//! | 2 | [`learner`] | one learner a file: hyperparameters, state, update |
//! | 3 | [`train`] | a group of runs, start to end: a pure function of settings and seeds |
//! | 4 | [`measure`] | what is computed of a run, and of a cell's replicates |
//! | 5 | [`sweep`] | sweep files, axes, the lazy grid, identity, seeds |
//! | 6 | [`store`] | parts, tables, manifest |
//! | 7 | [`engine`] | rayon over the plan, progress, resume, signals |
//! | 8 | [`report`] | the summary, read from the store only |
//! | 9 | [`cli`] | one file a verb |

pub mod auction;
pub mod cli;
pub mod data;
pub mod engine;
pub mod equilibrium;
pub mod learner;
pub mod measure;
pub mod numeric;
pub mod report;
pub mod store;
pub mod sweep;
pub mod train;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
