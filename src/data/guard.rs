//! Readers of other people's files that may panic on bytes that nobody foresaw.

use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe, catch_unwind};
use std::sync::Once;

thread_local! {
    /// Whether a panic of this thread is told by who calls [`guarded`], and not by the panic itself.
    static IS_GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// The most letters of a panic's message that are told.
const TOLD: usize = 200;

/// What a reader gives, or what it panicked with: a panic on the bytes of a file is a fault of the file.
/// Whatever the reader had begun to change is lost with it, so `read` must own that.
pub(crate) fn guarded<T>(read: impl FnOnce() -> T) -> Result<T, String> {
    static QUIET: Once = Once::new();
    QUIET.call_once(|| {
        let told = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            if !IS_GUARDED.get() {
                told(panic);
            }
        }));
    });
    let outer = IS_GUARDED.replace(true);
    let read = catch_unwind(AssertUnwindSafe(read));
    IS_GUARDED.set(outer);
    read.map_err(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        let text = text.or(panic.downcast_ref::<&str>().copied()).unwrap_or("no message");
        format!("the reader gave it up: {}", text.chars().take(TOLD).collect::<String>())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_an_error_and_the_next_reader_reads() {
        assert_eq!(guarded(|| 7), Ok(7));
        let told = guarded(|| -> u8 { panic!("{} bytes too many", 3) });
        assert_eq!(told, Err("the reader gave it up: 3 bytes too many".to_owned()));
        let nested = guarded(|| guarded(|| -> u8 { panic!("within") }).is_err());
        assert_eq!(nested, Ok(true));
        assert!(!IS_GUARDED.get());
        assert!(guarded(|| -> u8 { panic!("{}", "x".repeat(10_000)) }).unwrap_err().len() < 300);
    }
}
