//! Numbers without auctions: SIMD lanes, exp2 and sigmoid, xoshiro lanes, quadrature, roots, ODEs,
//! collocation, eigenvalues, Lyapunov equations, statistics, how series move, the beta and truncated normal
//! distributions.

pub mod beta;
pub mod cancel;
pub mod collocation;
pub(crate) mod digits;
pub mod eigen;
pub mod elementary;
pub mod isotonic;
pub mod lyapunov;
pub mod maximum;
pub mod modes;
pub mod normal;
pub mod normal_quantile;
pub mod ode;
pub mod piecewise;
pub mod quadrature;
pub mod regression;
pub mod roots;
pub mod running_rule;
pub mod series;
pub mod significance;
pub mod simd;
pub mod statistics;
pub mod table;
pub mod tails;
pub mod xoshiro;
