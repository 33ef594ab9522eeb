//! The colours behind the names of inks: one set for light paper, one for dark.

use super::ink::Ink;

/// Stub.
pub fn css() -> String {
    String::new()
}

/// Stub.
pub fn variables(_dark: bool) -> String {
    let _ = Ink::Text;
    String::new()
}
