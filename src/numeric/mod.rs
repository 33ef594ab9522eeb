//! Numbers without auctions: SIMD lanes, exp2 and sigmoid, xoshiro lanes, quadrature, roots, ODEs, collocation,
//! statistics, the beta and truncated normal distributions.

pub mod beta;
pub mod collocation;
pub mod eigen;
pub mod elementary;
pub mod normal;
pub mod ode;
pub mod piecewise;
pub mod quadrature;
pub mod roots;
pub mod simd;
pub mod statistics;
pub mod table;
pub mod tails;
pub mod xoshiro;
