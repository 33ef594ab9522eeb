//! The program as its users see it: arguments, exit codes, messages, and the files that it leaves.

#![cfg(unix)]

mod contrasts;
mod cost;
mod crafted;
mod disk;
mod diverging;
mod folders;
mod hostile;
mod instances;
mod kills;
mod memory;
mod pieces;
mod regret;
mod reports;
mod resume;
mod sandbox;
mod shards;
mod signals;
mod stops;
mod verbs;
mod verify;
