//! The derivative of a sample's utility in the own bid, one type a rule of the auction.

use std::f64::consts::LN_2;

use crate::auction::Payment;
use crate::numeric::simd::Float;

/// One bidder's sample, with bids in units of log2 and everything times beta.
#[derive(Clone, Copy)]
pub(super) struct At<X> {
    /// beta v.
    pub value: X,
    /// The own bid and the highest other.
    pub bid: X,
    pub rival: X,
    /// p = sigmoid(beta (b - m)), and p (1 - p).
    pub p: X,
    pub pq: X,
}

/// What a rule does to a sample. A type, so that no sample asks which rule it is.
pub(super) trait Rule<X: Float>: Copy {
    /// With the price own b + other m of the winner, and always b of everybody,
    ///
    /// ```text
    /// d/db { (v - own b - other m) p - always b } = beta (v - own b - other m) p (1 - p) - own p - always.
    /// ```
    fn derivative(self, at: At<X>) -> X;
}

/// The winner pays the own bid.
#[derive(Clone, Copy)]
pub(super) struct OwnBid;

/// The winner pays the highest other bid.
#[derive(Clone, Copy)]
pub(super) struct OtherBid;

/// Everybody pays the own bid.
#[derive(Clone, Copy)]
pub(super) struct AllBids;

/// Any payment.
#[derive(Clone, Copy)]
pub(super) struct AnyPayment<X> {
    own: X,
    /// Times ln 2, the price in natural units.
    own_part: X,
    other_part: X,
    always: X,
}

impl<X: Float> AnyPayment<X> {
    #[inline(always)]
    pub(super) fn new(payment: Payment) -> Self {
        AnyPayment {
            own: X::splat(payment.own),
            own_part: X::splat(payment.own * LN_2),
            other_part: X::splat(payment.other * LN_2),
            always: X::splat(payment.always),
        }
    }
}

/// beta (v - price).
#[inline(always)]
pub(super) fn margin<X: Float>(value: X, price: X) -> X {
    X::splat(LN_2).mul_sub_from(price, value)
}

impl<X: Float> Rule<X> for OwnBid {
    #[inline(always)]
    fn derivative(self, At { value, bid, p, pq, .. }: At<X>) -> X {
        margin(value, bid).mul_sub(pq, p)
    }
}

impl<X: Float> Rule<X> for OtherBid {
    #[inline(always)]
    fn derivative(self, At { value, rival, pq, .. }: At<X>) -> X {
        margin(value, rival) * pq
    }
}

impl<X: Float> Rule<X> for AllBids {
    #[inline(always)]
    fn derivative(self, At { value, pq, .. }: At<X>) -> X {
        value.mul_sub(pq, X::splat(1.0))
    }
}

impl<X: Float> Rule<X> for AnyPayment<X> {
    #[inline(always)]
    fn derivative(self, At { value, bid, rival, p, pq }: At<X>) -> X {
        let left = self.other_part.mul_sub_from(rival, self.own_part.mul_sub_from(bid, value));
        left.mul_sub(pq, self.own.mul_add(p, self.always))
    }
}
