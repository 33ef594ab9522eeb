//! Training: a group of runs from start to end, a pure function of settings and seeds.
//!
//! The lanes of the vectors are runs: a group is runs of one [`Shape`], each in a lane of its own, up to
//! eight a game. A lane's arithmetic depends on nothing but its own run, so a run alone, a run in a group and
//! a run on another processor agree bit for bit.

mod accumulate;
mod arms;
mod chunk;
mod contexts;
mod cost;
mod curves;
mod draws;
mod exact;
mod exact_arms;
mod exact_contexts;
mod game;
mod gradient;
mod group;
mod hindsight;
mod kernel;
mod lanes;
mod ledger;
mod lockstep;
mod mixing;
mod observe;
mod odds;
mod outcome;
mod passes;
mod player;
mod rate;
mod recorded;
mod rule;
mod run;
mod settings;
mod shape;
mod start;
mod streams;
mod tied;
mod trials;

pub use cost::AGENT_SAMPLE;
pub use group::{train, train_group};
pub use lockstep::{Lockstep, NoLockstep};
pub use outcome::{BidderOutcome, History, Mixed, Outcome, Series, Standing, Status};
pub use rate::Rate;
pub use recorded::{MIXTURE_QUANTILES, RecordedEpochs};
pub use run::Run;
pub use settings::{
    Batch, Beta, BidderSettings, Initial, MOST_HISTORY, NoExactMode, NoRule, Precision, Profiles, Recording,
    Settings, Updates,
};
pub use shape::Shape;
