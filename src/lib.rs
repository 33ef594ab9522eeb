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
//! | 0 | [`numeric`] | SIMD lanes, exp2 and sigmoid, xoshiro lanes, quadrature, roots, statistics |
//! | 1 | [`auction`] | priors, strategies, population, profile, mechanism |
//! | 2 | [`learner`] | one learner a file: hyperparameters, state, update |
//! | 3 | [`train`] | a group of runs, start to end: a pure function of settings and seeds |

pub mod auction;
pub mod learner;
pub mod numeric;
pub mod train;
