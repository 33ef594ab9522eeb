//! The random streams of a run: each purpose has one of its own.

/// The seed of one stream of a run: the first 8 bytes, little endian, of BLAKE3(`run_seed`, `index`, `name`).
pub(super) fn stream_seed(run_seed: u64, name: &str, index: usize) -> u64 {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&run_seed.to_le_bytes());
    hasher.update(&(index as u64).to_le_bytes());
    hasher.update(name.as_bytes());
    let hash = hasher.finalize();
    u64::from_le_bytes(hash.as_bytes()[..8].try_into().expect("a hash has 32 bytes"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_of_a_run_differ() {
        let seeds = [
            stream_seed(0, "values", 0),
            stream_seed(0, "values", 1),
            stream_seed(1, "values", 0),
            stream_seed(0, "evaluation", 0),
        ];
        for (i, a) in seeds.iter().enumerate() {
            assert!(seeds[..i].iter().all(|b| a != b));
        }
    }
}
