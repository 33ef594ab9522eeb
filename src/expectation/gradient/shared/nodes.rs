//! What players have, and what they meet, at nodes of bids.

/// What a player has at the nodes.
#[derive(Clone, Default)]
pub struct AtNodes {
    pub values: Vec<f64>,
    /// f dv.
    pub masses: Vec<f64>,
    /// h dm.
    pub weights: Vec<f64>,
}

/// What each player's own bids meet: the sums of weight times s and times s'.
pub struct Chances {
    pub wins: Vec<Vec<f64>>,
    pub densities: Vec<Vec<f64>>,
}

impl Chances {
    /// H and h / beta of the smoothed auction, of one of a player.
    pub fn at(&self, player: usize, node: usize) -> (f64, f64) {
        (self.wins[player][node], self.densities[player][node])
    }
}
