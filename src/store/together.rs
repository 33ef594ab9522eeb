//! Work on all threads of the pool that one works in.

use rayon::prelude::*;

/// The threads of the current pool; one outside of any.
///
/// Rayon's global pool is left alone: it has as many threads as the environment says, which may be more than
/// the system gives.
pub(super) fn threads() -> usize {
    if rayon::current_thread_index().is_some() { rayon::current_num_threads() } else { 1 }
}

/// What `work` makes of each of these, in their order, on all [`threads`].
pub(super) fn together<T: Send, R: Send>(items: Vec<T>, work: impl Fn(T) -> R + Sync + Send) -> Vec<R> {
    match threads() {
        1 => items.into_iter().map(work).collect(),
        _ => items.into_par_iter().map(work).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outside_of_a_pool_there_is_one_thread() {
        assert_eq!(threads(), 1);
        let here = std::thread::current().id();
        assert!(together(vec![(); 100], |()| std::thread::current().id()).iter().all(|id| *id == here));
        let pool = rayon::ThreadPoolBuilder::new().num_threads(3).build().unwrap();
        assert_eq!(pool.install(threads), 3);
        let doubled = pool.install(|| together((0..1000).collect(), |k: u32| 2 * k));
        assert!(doubled.into_iter().eq((0..1000).map(|k| 2 * k)));
    }
}
