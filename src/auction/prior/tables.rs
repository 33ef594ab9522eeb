//! Tables that are built once and shared.

use std::any::Any;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::{Prior, Table};
use crate::numeric::table::Number;

/// What a prior's table is known by: the law without its support, for a prior from data the data. Priors of
/// equal keys have tables of equal bits.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TableKey {
    name: &'static str,
    law: Vec<u64>,
}

/// The most tables that are kept, whatever the number of priors that a process meets.
const MOST: usize = 64;

/// A table that is built by whoever first needs it.
type Cell<T> = OnceLock<Arc<Table<T>>>;

/// A table of either kind of number.
struct Entry {
    key: TableKey,
    /// Bits of the mantissa, which tell the type of the numbers.
    number: u32,
    /// The [`Cell`] of that type.
    cell: Arc<dyn Any + Send + Sync>,
}

/// The tables that were last asked for, the latest at the end.
static LATEST: Mutex<Vec<Entry>> = Mutex::new(Vec::new());

impl Prior {
    /// What the prior's table is known by.
    pub fn table_key(&self) -> TableKey {
        TableKey { name: self.name(), law: self.law().identity() }
    }

    /// [`Prior::table`], built once for all who ask for it while it is among the last that were asked for.
    pub fn shared_table<T: Number>(&self) -> Arc<Table<T>> {
        let cell = self.cell::<T>();
        // Others who need this table wait here, those who need another do not.
        cell.get_or_init(|| Arc::new(self.table())).clone()
    }

    fn cell<T: Number>(&self) -> Arc<Cell<T>> {
        let (key, number) = (self.table_key(), T::MANTISSA_BITS);
        // What panics leave behind is whole: entries are moved, never changed.
        let mut latest = LATEST.lock().unwrap_or_else(PoisonError::into_inner);
        let found = latest.iter().position(|entry| (&entry.key, entry.number) == (&key, number));
        let entry = match found {
            Some(k) => latest.remove(k),
            None => Entry { key, number, cell: Arc::new(Cell::<T>::new()) },
        };
        let cell = entry.cell.clone();
        latest.push(entry);
        if latest.len() > MOST {
            latest.remove(0);
        }
        cell.downcast().expect("the bits of the mantissa tell the type")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prior(text: &str) -> Prior {
        text.parse().unwrap()
    }

    #[test]
    fn a_table_is_shared_by_priors_that_differ_in_their_support_alone() {
        let pairs = [
            ("uniform", "uniform:1:3"),
            ("power:3", "power:3:1:3"),
            ("beta:2.5:5", "beta:2.5:5:1:3"),
            ("kumaraswamy:2:3", "kumaraswamy:2:3:1:3"),
            ("truncated-normal:0.5:0.25", "truncated-normal:2:0.5:1:3"),
            ("truncated-exponential:4", "truncated-exponential:2:1:3"),
        ];
        for (i, (standard, wide)) in pairs.map(|(a, b)| (prior(a), prior(b))).into_iter().enumerate() {
            assert_eq!(standard.table_key(), wide.table_key());
            assert_eq!(standard.table::<f32>(), wide.table::<f32>());
            assert!(Arc::ptr_eq(&standard.shared_table::<f32>(), &wide.shared_table::<f32>()), "{standard}");
            for (other, _) in &pairs[..i] {
                assert_ne!(prior(other).table_key(), wide.table_key());
            }
        }
        assert_ne!(prior("beta:2:5").table_key(), prior("beta:5:2").table_key());
        assert_ne!(
            prior("truncated-normal:0.5:0.25").table_key(),
            prior("truncated-normal:0.5:0.25:0:3").table_key()
        );
    }

    #[test]
    fn of_many_tables_the_latest_are_kept_and_all_are_what_they_would_be() {
        let power = |k: usize| prior(&format!("power:{}", 2 + k));
        let first = power(0).shared_table::<f32>();
        for k in 1..=2 * MOST {
            assert_eq!(*power(k).shared_table::<f32>(), power(k).table());
        }
        assert!(LATEST.lock().unwrap().len() <= MOST);
        let again = power(0).shared_table::<f32>();
        assert!(!Arc::ptr_eq(&first, &again));
        assert_eq!(first, again);
        assert_eq!(*power(0).shared_table::<f64>(), power(0).table());
    }
}
