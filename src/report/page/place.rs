//! Where on the page something stands: how ids begin, and how high headings are.

use maud::{Markup, html};

/// The place of a sweep on its page.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    /// What its ids begin with.
    pub(super) prefix: &'a str,
    /// Whether it is one of several.
    pub(super) in_study: bool,
}

impl Place<'_> {
    /// An id of this place.
    pub(super) fn id(self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    /// The heading of a part.
    pub(super) fn heading(self, id: &str, text: &str) -> Markup {
        let id = self.id(id);
        html! {
            @if self.in_study { h3 id=(id) { (text) } } @else { h2 id=(id) { (text) } }
        }
    }
}

/// A head of a column as markup: what `*` encloses is a variable.
pub(super) fn variables(title: &str) -> Markup {
    html! {
        @for (at, piece) in title.split('*').enumerate() {
            @if at % 2 == 1 { i { (piece) } } @else { (piece) }
        }
    }
}
