//! Matrices of bidders who may be exchanged within groups.

/// A matrix with a row and a column a bidder, for groups of bidders who may be exchanged within each.
#[derive(Clone, Debug, PartialEq)]
pub struct Blocks {
    /// Entries on the diagonal, one a group.
    pub own: Vec<f64>,
    /// Entries between two different bidders, shape \[group\]\[group\]; 0 where there are not two.
    pub others: Vec<Vec<f64>>,
}

impl Blocks {
    /// The matrix between the normed sums of groups, sqrt(count) times the mean of each, which are modes of
    /// it.
    pub fn together(&self, counts: &[usize]) -> Vec<Vec<f64>> {
        let entry = |a: usize, b: usize| {
            let weight = ((counts[a] * counts[b]) as f64).sqrt() * self.others[a][b];
            if a == b { self.apart(a) + weight } else { weight }
        };
        (0..counts.len()).map(|a| (0..counts.len()).map(|b| entry(a, b)).collect()).collect()
    }

    /// The eigenvalue of differences between two bidders of a group.
    pub fn apart(&self, group: usize) -> f64 {
        self.own[group] - self.others[group][group]
    }

    /// The matrix of which those are given; `apart` is not asked for where a group is one bidder.
    pub fn from_modes(together: &[Vec<f64>], apart: &[f64], counts: &[usize]) -> Self {
        let entry = |a: usize, b: usize| match (a == b, counts[a]) {
            (true, 1) => 0.0,
            (true, count) => (together[a][a] - apart[a]) / count as f64,
            (false, count) => together[a][b] / ((count * counts[b]) as f64).sqrt(),
        };
        let groups = 0..counts.len();
        let others: Vec<Vec<f64>> =
            groups.clone().map(|a| groups.clone().map(|b| entry(a, b)).collect()).collect();
        let own = groups.map(|a| if counts[a] == 1 { together[a][a] } else { apart[a] + others[a][a] });
        Blocks { own: own.collect(), others }
    }

    /// The same matrix for finer groups, of which `of_group` tells which of these groups each is a part of.
    pub fn split(&self, of_group: &[usize]) -> Self {
        Blocks {
            own: of_group.iter().map(|&a| self.own[a]).collect(),
            others: of_group.iter().map(|&a| of_group.iter().map(|&b| self.others[a][b]).collect()).collect(),
        }
    }

    /// The entry of two bidders, told whether they are one.
    pub fn entry(&self, (i, a): (usize, usize), (j, b): (usize, usize)) -> f64 {
        if i == j { self.own[a] } else { self.others[a][b] }
    }
}

/// Whether there are two different bidders in these groups.
pub(super) fn has_pair(counts: &[usize], a: usize, b: usize) -> bool {
    a != b || counts[a] > 1
}
