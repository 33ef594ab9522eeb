//! Long work that gives up when it is told to, wherever it is: whatever computes for long calls [`check`] now
//! and then, which unwinds to the nearest [`caught`] once the thread's [`Token`] says so.
//!
//! Unwinding, as nothing on the way could do anything but pass the news on, and a result of every integral
//! and every step would be one that hardly anybody asked for. Work that was given up leaves nothing behind:
//! it is pure, or cleans up when it is dropped.

use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;

/// Says whether work is to be given up.
#[derive(Clone)]
pub struct Token(Arc<dyn Fn() -> bool + Send + Sync>);

impl Token {
    /// Work is given up once this is so; it is asked about a thousand times a second.
    pub fn new(is_due: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        Token(Arc::new(is_due))
    }
}

/// The work was given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cancelled;

/// Nanoseconds of work between two questions, about.
const BETWEEN: u64 = 1_000_000;

thread_local! {
    static TOKEN: RefCell<Option<Token>> = const { RefCell::new(None) };
    static SINCE: Cell<u64> = const { Cell::new(0) };
}

/// Lets a token speak for all that this thread computes from now on.
pub fn install(token: Token) {
    TOKEN.set(Some(token));
}

/// Lets a token speak for this work alone.
pub fn within<T>(token: &Token, work: impl FnOnce() -> T) -> T {
    /// Gives the thread its token back, however the work ends.
    struct Before(Option<Token>);
    impl Drop for Before {
        fn drop(&mut self) {
            TOKEN.set(self.0.take());
        }
    }
    let _before = Before(TOKEN.replace(Some(token.clone())));
    work()
}

/// Gives the work of this thread up if its token says so, some of about so many nanoseconds having been done
/// since the last call. Cheap: a thread without a token, or soon after the last question, only counts.
#[inline]
pub fn check(nanoseconds: u64) {
    let since = SINCE.get().saturating_add(nanoseconds);
    if since < BETWEEN {
        SINCE.set(since);
    } else {
        SINCE.set(0);
        ask();
    }
}

#[cold]
fn ask() {
    let is_due = TOKEN.with_borrow(|token| token.as_ref().is_some_and(|token| (token.0)()));
    if is_due {
        // No panic: nobody is told of it but the one who catches it.
        resume_unwind(Box::new(Cancelled));
    }
}

/// The result of work, or that it was given up.
///
/// # Errors
/// Where the token of the thread that did the work asked to give it up.
///
/// # Panics
/// As the work does.
pub fn caught<T>(work: impl FnOnce() -> T) -> Result<T, Cancelled> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|payload| match payload.downcast::<Cancelled>() {
        Ok(cancelled) => *cancelled,
        Err(panic) => resume_unwind(panic),
    })
}

/// The result of work or the panic that it ended in, as [`catch_unwind`]; that it was given up passes on.
///
/// # Errors
/// Where the work panics.
pub fn passing<T>(work: impl FnOnce() -> T) -> std::thread::Result<T> {
    match catch_unwind(AssertUnwindSafe(|| caught(work))) {
        Ok(Ok(result)) => Ok(result),
        Ok(Err(cancelled)) => resume_unwind(Box::new(cancelled)),
        Err(panic) => Err(panic),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    /// Work without end.
    fn endless() -> u32 {
        loop {
            check(1000);
        }
    }

    #[test]
    fn work_ends_where_its_token_says_so_and_nothing_else_does() {
        let asked = Arc::new(AtomicU32::new(0));
        let token = Token::new({
            let asked = Arc::clone(&asked);
            move || asked.fetch_add(1, Ordering::SeqCst) == 4
        });
        assert_eq!(within(&token, || caught(endless)), Err(Cancelled));
        assert_eq!(asked.load(Ordering::SeqCst), 5);
        // The token is gone with its work, and other threads never had it.
        let finite = || (0..10_000).for_each(|_| check(1000));
        assert_eq!(caught(finite), Ok(()));
        assert_eq!(asked.load(Ordering::SeqCst), 5);
        within(&token, || std::thread::scope(|scope| scope.spawn(finite).join().unwrap()));
        assert_eq!(asked.load(Ordering::SeqCst), 5);
    }

    #[test]
    fn tokens_stand_within_each_other_and_panics_pass() {
        let never = Token::new(|| false);
        let at_once = Token::new(|| true);
        let inner = || within(&at_once, || caught(endless));
        assert_eq!(within(&never, || (inner(), caught(|| check(BETWEEN)))), (Err(Cancelled), Ok(())));
        let panic = catch_unwind(|| caught(|| std::panic::panic_any(7))).unwrap_err();
        assert_eq!(*panic.downcast::<i32>().unwrap(), 7);
    }

    #[test]
    fn a_pool_whose_threads_have_the_token_gives_up_as_a_whole() {
        let token = Token::new(|| true);
        let pool = rayon::ThreadPoolBuilder::new().num_threads(2);
        let pool = pool.start_handler(move |_| install(token.clone())).build().unwrap();
        assert_eq!(caught(|| pool.install(|| rayon::join(endless, endless))), Err(Cancelled));
        assert_eq!(pool.install(|| 7), 7);
    }
}
