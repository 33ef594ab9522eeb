//! Numbers without auctions: SIMD lanes, exp2 and sigmoid, xoshiro lanes, quadrature, roots, ODEs, statistics.

pub mod elementary;
pub mod ode;
pub mod quadrature;
pub mod roots;
pub mod simd;
pub mod statistics;
pub mod xoshiro;
