//! Removing what a plan no longer has.

use std::collections::BTreeSet;
use std::fs;

use arrow::array::BooleanArray;
use arrow::compute::filter_record_batch;

use super::part::{self, Part};
use super::place::{Place, Places};
use super::scan::all_part_paths;
use super::{Folder, StoreError, file};
use crate::sweep::Plan;

/// Deletes the stored runs that the plan does not have, and returns their number. Runs of the plan stay,
/// however they were measured; so do damaged parts. Only for the holder of the folder's lock; killed midway,
/// it has lost nothing.
///
/// # Errors
/// Where a part cannot be read, written or removed.
pub fn prune(folder: &Folder, plan: &Plan) -> Result<u64, StoreError> {
    let mut places = Places::of(plan);
    let mut removed = BTreeSet::new();
    for path in all_part_paths(folder)? {
        let read = Part::open(&path).and_then(|part| Ok((part.runs().collect::<Result<Vec<_>, _>>()?, part)));
        let (runs, part) = match read {
            Err(StoreError::Damaged { .. }) => continue,
            read => read?,
        };
        let (surplus, kept): (Vec<_>, Vec<_>) =
            runs.into_iter().partition(|run| places.place(run) == Place::Surplus);
        if surplus.is_empty() {
            continue;
        }
        if !kept.is_empty() {
            let mut keep = vec![false; part.rows().num_rows()];
            kept.into_iter().for_each(|run| keep[run.rows].fill(true));
            let rows = filter_record_batch(part.rows(), &BooleanArray::from(keep)).expect("one flag a row");
            part::write(path.parent().expect("a part is in a folder"), &rows)?;
        }
        fs::remove_file(&path)
            .and_then(|()| file::sync_folder_of(&path))
            .map_err(|e| StoreError::io("remove", &path, e))?;
        removed.extend(surplus.iter().map(|run| (run.key.cell, run.key.replicate)));
    }
    Ok(removed.len() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::fixture::{self, runs, store};
    use crate::store::{Scan, atomic};

    #[test]
    fn surplus_goes_and_the_rest_stays() {
        let larger = fixture::plan_of(5, "[10, 25, 50, 75]");
        let plan = fixture::plan(3);
        // In parts of 5 some are wholly surplus, in parts of 7 or all in one each is in part.
        for part in [5, 7, 1000] {
            let (_dir, folder) = fixture::folder();
            store(&folder, &runs(&larger), part);
            assert_eq!(prune(&folder, &plan).unwrap(), 6 * 2 + 2 * 5);
            let scan = Scan::of(&folder, &plan).unwrap();
            assert_eq!((scan.counts().total(), scan.surplus()), (6 * 3, 0));
            assert_eq!(prune(&folder, &plan).unwrap(), 0);

            for path in all_part_paths(&folder).unwrap() {
                let part = Part::open(&path).unwrap();
                let measured = part.measured().unwrap();
                for run in part.runs().map(Result::unwrap) {
                    let (_, given) =
                        fixture::run(&plan, plan.position(run.key.cell).unwrap(), run.key.replicate);
                    assert_eq!(fixture::bits(&measured.row(&run)), fixture::bits(&given));
                }
            }
        }
    }

    #[test]
    fn runs_measured_otherwise_and_damaged_parts_stay() {
        let (_dir, folder) = fixture::folder();
        store(&folder, &runs(&fixture::plan_with(2, "[10, 25, 50]", "tail = 0.25")), 100);
        fs::write(folder.parts().join("0.parquet"), b"damaged").unwrap();
        let before = atomic::files(&folder.parts()).unwrap();
        assert_eq!(prune(&folder, &fixture::plan(2)).unwrap(), 0);
        assert_eq!(atomic::files(&folder.parts()).unwrap(), before);
    }
}
