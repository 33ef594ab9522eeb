//! Sentences as lists of pieces, so that each writer renders numbers, variables and users' names in its own
//! way.

use super::quantity::Quantity;

/// A sentence, or a part of one.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::report) struct Text {
    pieces: Vec<Piece>,
}

/// A piece of a text.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::report) enum Piece {
    /// Words of this program.
    Words(String),
    /// A number.
    Number(Quantity),
    /// A variable of the model.
    Variable(Variable),
    /// Words of a user: a label, a name. Escaped by every writer.
    User(String),
    /// A name of a column, a key or a command, written as code.
    Code(String),
    /// A power of a variable: the base, and the exponent.
    Power(Variable, Quantity),
}

/// A variable of the model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::report) enum Variable {
    /// Number of bidders.
    N,
    /// Steepness of the smoothed win probability.
    Beta,
    /// Profiles a step.
    Batch,
}

impl Text {
    /// Of words.
    pub(in crate::report) fn of(words: &str) -> Self {
        Text::default().words(words)
    }

    /// Its pieces, in order.
    pub(in crate::report) fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// The numbers it quotes, in order, to be named anew.
    pub(in crate::report) fn numbers_mut(&mut self) -> impl Iterator<Item = &mut Quantity> {
        self.pieces.iter_mut().filter_map(|piece| match piece {
            Piece::Number(number) | Piece::Power(_, number) => Some(number),
            _ => None,
        })
    }

    /// The numbers it quotes, in order.
    pub(in crate::report) fn numbers(&self) -> impl Iterator<Item = &Quantity> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Number(number) | Piece::Power(_, number) => Some(number),
            _ => None,
        })
    }

    /// Its first piece.
    pub(in crate::report) fn first_mut(&mut self) -> Option<&mut Piece> {
        self.pieces.iter_mut().find(|piece| !matches!(piece, Piece::Words(words) if words.is_empty()))
    }

    /// Whether it has no pieces.
    pub(in crate::report) fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    fn with(mut self, piece: Piece) -> Self {
        self.pieces.push(piece);
        self
    }

    /// Adds words.
    pub(in crate::report) fn words(self, words: &str) -> Self {
        self.with(Piece::Words(words.into()))
    }

    /// Adds a number.
    pub(in crate::report) fn number(self, number: Quantity) -> Self {
        self.with(Piece::Number(number))
    }

    /// Adds a variable.
    pub(in crate::report) fn variable(self, variable: Variable) -> Self {
        self.with(Piece::Variable(variable))
    }

    /// Adds a user's words.
    pub(in crate::report) fn user(self, words: &str) -> Self {
        self.with(Piece::User(words.into()))
    }

    /// Adds a name written as code.
    pub(in crate::report) fn code(self, name: &str) -> Self {
        self.with(Piece::Code(name.into()))
    }

    /// Adds a power of a variable.
    pub(in crate::report) fn power(self, base: Variable, exponent: Quantity) -> Self {
        self.with(Piece::Power(base, exponent))
    }

    /// Adds another text.
    pub(in crate::report) fn text(mut self, other: Text) -> Self {
        self.pieces.extend(other.pieces);
        self
    }
}

impl Variable {
    /// In plain text.
    pub(in crate::report) fn plain(self) -> &'static str {
        match self {
            Variable::N => "N",
            Variable::Beta => "beta",
            Variable::Batch => "batch",
        }
    }

    /// As a symbol, to be set in italics.
    pub(in crate::report) fn symbol(self) -> &'static str {
        match self {
            Variable::Beta => "β",
            other => other.plain(),
        }
    }

    /// In LaTeX's mathematics.
    pub(in crate::report) fn tex(self) -> &'static str {
        match self {
            Variable::Beta => r"\beta",
            Variable::Batch => r"\mathrm{batch}",
            other => other.plain(),
        }
    }
}
