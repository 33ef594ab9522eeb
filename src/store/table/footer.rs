//! The order of numbers, told in the footer so that every reader knows it.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};

/// What ends a file: the length of the footer and the magic word.
const ENDING: u64 = 8;

/// An entry of the footer's last list, of how a column's values are compared: a union with one empty member.
type Order = [u8; 3];

/// The order that the type defines.
const BY_TYPE: Order = [0x1c, 0, 0];

/// The total order of IEEE 754.
const BY_BITS: Order = [0x2c, 0, 0];

/// Says of every column of a finished file that its values were compared by the order of their type.
///
/// Of numbers the library says that they were by IEEE 754's total order, a word so new that pyarrow and
/// others do not know it and leave the least and largest numbers of a column aside. As no NaN is ever
/// written, the two orders differ in the sign of zero alone, which readers do not rely on.
pub(super) fn tell_order_of_type(file: &mut File, columns: usize) -> io::Result<()> {
    // The list is the last of the footer, before the byte that ends it.
    let mut orders = vec![0; size_of::<Order>() * columns];
    let back = ENDING + 1 + orders.len() as u64;
    let place = file.seek(SeekFrom::End(0))?.checked_sub(back).ok_or_else(unknown)?;
    file.seek(SeekFrom::Start(place))?;
    file.read_exact(&mut orders)?;
    for order in orders.chunks_exact_mut(size_of::<Order>()) {
        if order == BY_BITS {
            order.copy_from_slice(&BY_TYPE);
        } else if order != BY_TYPE {
            return Err(unknown());
        }
    }
    file.seek(SeekFrom::Start(place))?;
    file.write_all(&orders)
}

fn unknown() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "the footer does not end with the orders of the columns")
}
