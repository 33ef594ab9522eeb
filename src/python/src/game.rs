//! Games without learning: reference equilibria, and what given bids are worth.

use std::sync::{Arc, OnceLock};

use bidsweep::auction::prior::bidders;
use bidsweep::auction::strategy::PiecewiseLinear;
use bidsweep::auction::{BidFunction, MAX_BIDDERS, MIN_BIDDERS, Population, Prior, Profile};
use bidsweep::equilibrium::{Reference, References, shared_references};
use bidsweep::expectation::{Evaluation as Worth, Evaluator};
use bidsweep::measure::{Asked, Assessment, LpGrid, assessed_columns, assessed_numbers};
use bidsweep::store::TableColumn;
use bidsweep::sweep::{Kind, Scalar};
use pyo3::prelude::*;

use crate::errors::value_error;
use crate::fork;
use crate::table::Table;
use crate::work::computed;

/// The game of some priors, or of so many bidders of one.
fn population(priors: Option<Vec<String>>, count: Option<usize>) -> PyResult<Population> {
    let mut told: Vec<Prior> = Vec::new();
    for text in priors.iter().flatten() {
        let (count, prior) =
            bidders(text).map_err(|why| value_error(format!("the prior {text:?} is none: {why}")))?;
        told.extend(std::iter::repeat_n(prior, count));
    }
    let told = match (told.len(), count) {
        (0, None) => {
            return Err(value_error("no bidders: give priors, such as [\"uniform:0:1\"] * 2, or bidders"));
        }
        (0, Some(count)) => vec![Prior::STANDARD; count.min(MAX_BIDDERS + 1)],
        (1, Some(count)) => vec![told[0].clone(); count.min(MAX_BIDDERS + 1)],
        (_, None) => told,
        (many, Some(count)) if many == count => told,
        (many, Some(count)) => {
            return Err(value_error(format!(
                "{many} priors for {count} bidders: give one prior, or one a bidder"
            )));
        }
    };
    if !(MIN_BIDDERS..=MAX_BIDDERS).contains(&told.len()) {
        return Err(value_error(format!("give {MIN_BIDDERS} to {MAX_BIDDERS} bidders, not {}", told.len())));
    }
    let mut population = Population::symmetric(told.len(), Prior::STANDARD);
    population.bidders.iter_mut().zip(told).for_each(|(bidder, prior)| bidder.prior = prior);
    Ok(population)
}

fn steep(beta: Option<f64>) -> PyResult<Option<f64>> {
    match beta {
        Some(beta) if beta.is_nan() || beta <= 0.0 => Err(value_error("beta: give a number above 0, or inf")),
        beta => Ok(beta),
    }
}

/// The reference equilibria of a game.
#[pyclass(frozen, module = "bidsweep._bidsweep")]
pub struct Nash {
    population: Population,
    references: Arc<References>,
    beta: Option<f64>,
}

/// Multiplier, method, bound on its error, and why there is none.
type Told = (Option<f64>, Option<&'static str>, Option<f64>, Option<String>);

fn told(reference: &Reference) -> Told {
    (reference.multiplier, reference.method, reference.error, reference.reason.clone())
}

#[pymethods]
impl Nash {
    /// Number of bidders.
    #[getter]
    fn bidders(&self) -> usize {
        self.population.len()
    }

    /// The priors as texts.
    #[getter]
    fn priors(&self) -> Vec<String> {
        self.population.bidders.iter().map(|bidder| bidder.prior.to_string()).collect()
    }

    /// Method, certificate, lowest and highest bid, and revenue of the equilibrium; None where there is none.
    fn bne(&self) -> Option<(&'static str, f64, f64, f64, f64)> {
        let bne = self.references.bne.as_ref()?;
        Some((bne.method(), bne.certificate().upper, bne.low_bid(), bne.top_bid(), bne.revenue()))
    }

    /// Of a bidder, from 0: the references `bne`, `class` and `smoothed`, the last None without beta.
    fn references(&self, bidder: usize) -> PyResult<(Told, Told, Option<Told>)> {
        let own = self.own(bidder)?;
        Ok((told(&own.bne), told(&own.class), self.beta.map(|_| told(&own.smoothed))))
    }

    /// The utility of a bidder in the equilibrium.
    fn utility(&self, bidder: usize) -> PyResult<Option<f64>> {
        Ok(self.own(bidder)?.utility_bne)
    }

    /// A bidder's bids at values; NaN at one that it cannot have. None where there is no equilibrium.
    fn bids(&self, bidder: usize, values: Vec<f64>) -> PyResult<Option<Vec<f64>>> {
        self.own(bidder)?;
        let (low, high) = self.population.bidders[bidder].prior.support();
        let Some(bne) = &self.references.bne else { return Ok(None) };
        let bid = |value: f64| if (low..=high).contains(&value) { bne.bid(bidder, value) } else { f64::NAN };
        Ok(Some(values.into_iter().map(bid).collect()))
    }

    /// The values at which a bidder bids so. None where there is no equilibrium.
    fn inverse_bids(&self, bidder: usize, bids: Vec<f64>) -> PyResult<Option<Vec<f64>>> {
        self.own(bidder)?;
        let bne = self.references.bne.as_ref();
        Ok(bne.map(|bne| bids.into_iter().map(|bid| bne.inverse_bid(bidder, bid)).collect()))
    }

    /// Eigenvalues of the Jacobian at the smoothed equilibrium, by falling real part.
    #[getter]
    fn eigenvalues(&self) -> Vec<(f64, f64)> {
        if self.beta.is_some() { self.references.eigenvalues.clone() } else { Vec::new() }
    }
}

impl Nash {
    fn own(&self, bidder: usize) -> PyResult<&bidsweep::equilibrium::BidderReferences> {
        self.references.bidders.get(bidder).ok_or_else(|| {
            pyo3::exceptions::PyIndexError::new_err(format!("there are {} bidders", self.population.len()))
        })
    }
}

/// The reference equilibria of bidders with given priors.
#[pyfunction]
#[pyo3(signature = (priors, bidders, beta))]
pub fn nash(
    py: Python<'_>,
    priors: Option<Vec<String>>,
    bidders: Option<usize>,
    beta: Option<f64>,
) -> PyResult<Nash> {
    let (population, beta) = (population(priors, bidders)?, steep(beta)?);
    let references = computed(py, |_| Ok(shared_references(&population, beta.unwrap_or(f64::INFINITY))))?;
    Ok(Nash { population, references, beta })
}

/// What given bids are worth.
#[pyclass(frozen, module = "bidsweep._bidsweep")]
pub struct Evaluation {
    population: Population,
    profile: Profile,
    beta: Option<f64>,
    worth: Worth,
    /// Values and bids of the linear program.
    grid: (u32, u32),
    assessment: OnceLock<Assessment>,
}

impl Evaluation {
    /// Every epsilon, found when first asked for.
    fn assessment(&self, py: Python<'_>) -> PyResult<&Assessment> {
        if let Some(assessment) = self.assessment.get() {
            return Ok(assessment);
        }
        let (values, bids) = self.grid;
        let lp = Some(LpGrid { values, bids, constraint: None });
        let asked = Asked { class: true, smoothed: true, tight: true, lp };
        let found = computed(py, |_| {
            let evaluator = Evaluator::new(&self.population);
            Ok(Assessment::of(&evaluator, &self.profile, self.beta, &asked))
        })?;
        Ok(self.assessment.get_or_init(|| found))
    }
}

#[pymethods]
impl Evaluation {
    /// Ex-ante utilities, one a bidder, in the unit of the values.
    #[getter]
    fn utilities(&self) -> Vec<f64> {
        self.worth.bidders.iter().map(|bidder| bidder.utility).collect()
    }

    /// Expected payment to the seller.
    #[getter]
    fn revenue(&self) -> f64 {
        self.worth.revenue
    }

    /// Expected value of the winner.
    #[getter]
    fn welfare(&self) -> f64 {
        self.worth.welfare
    }

    /// Welfare over the expected highest value.
    #[getter]
    fn efficiency(&self) -> f64 {
        self.worth.efficiency
    }

    /// A number of each bidder by its column's name; None where it is missing.
    fn number(&self, py: Python<'_>, name: &str) -> PyResult<Vec<Option<f64>>> {
        let place = assessed_columns().iter().position(|column| column.name == name);
        let Some(place) = place else {
            let known: Vec<&str> = assessed_columns().iter().map(|column| &column.name[..]).collect();
            return Err(value_error(format!("there is no {name:?}; there are {}", known.join(", "))));
        };
        Ok(self.assessment(py)?.bidders().map(|bidder| assessed_numbers(&bidder)[place]).collect())
    }

    /// Every number of every bidder.
    fn table(&self, py: Python<'_>) -> PyResult<Table> {
        let assessment = self.assessment(py)?;
        let column = |name: &str, kind, doc: &str, unit: Option<&str>| TableColumn {
            name: name.into(),
            kind,
            doc: doc.into(),
            unit: unit.map(str::to_owned),
        };
        let mut columns = vec![
            column("bidder", Kind::Integer, "the bidder's number, from 1", Some("1")),
            column("prior", Kind::Text, "the distribution of the bidder's value", None),
        ];
        let assessed = assessed_columns().iter();
        columns.extend(assessed.map(|known| column(&known.name, Kind::Number, &known.doc, known.unit)));
        let upper = "a bound on the gain that the linear program finds on whatever grid";
        columns.push(column("epsilon_lp_upper", Kind::Number, upper, Some("value")));
        columns.push(column("lp_reason", Kind::Text, "why there is no solution of the linear program", None));
        let rows = assessment.bidders().enumerate().map(|(place, bidder)| {
            let number = |number: Option<f64>| number.map_or(Scalar::Null, Scalar::Number);
            let prior = self.population.bidders[place].prior.to_string();
            let mut row = vec![Scalar::Integer(place as i64 + 1), Scalar::Text(prior)];
            row.extend(assessed_numbers(&bidder).into_iter().map(number));
            row.push(number(bidder.lp.map(|lp| lp.epsilon_upper)));
            row.push(assessment.lp_reason(place).map_or(Scalar::Null, Scalar::from));
            row
        });
        let rows = rows.collect();
        Ok(Table::of(columns, rows))
    }
}

/// What lines, or bid functions through points (value, bid), are worth to all bidders.
#[pyfunction]
#[pyo3(signature = (multipliers, points, priors, bidders, beta, grid))]
pub fn evaluate(
    multipliers: Option<Vec<f64>>,
    points: Option<Vec<Vec<(f64, f64)>>>,
    priors: Option<Vec<String>>,
    bidders: Option<usize>,
    beta: Option<f64>,
    grid: (u32, u32),
) -> PyResult<Evaluation> {
    fork::refuse()?;
    if multipliers.is_some() == points.is_some() {
        return Err(value_error("give either multipliers or bids"));
    }
    let given = multipliers.as_ref().map(Vec::len).or(points.as_ref().map(Vec::len)).unwrap_or_default();
    let several = given.max(MIN_BIDDERS);
    let count = bidders.or((priors.as_ref().is_none_or(|priors| priors.len() <= 1)).then_some(several));
    let (population, beta) = (population(priors, count)?, steep(beta)?);
    let n = population.len();
    if given != n && given != 1 {
        return Err(value_error(format!(
            "bids of {given} for {n} bidders: give them once a bidder, or once for all"
        )));
    }
    let profile = match (multipliers, points) {
        (Some(multipliers), None) => {
            if let Some(w) = multipliers.iter().find(|w| !(0.0..=1.0).contains(*w)) {
                return Err(value_error(format!("{w} is no multiplier: give numbers from 0 to 1")));
            }
            Profile::linear((0..n).map(|bidder| multipliers[bidder % multipliers.len()]))
        }
        (None, Some(points)) => {
            let bid = |(bidder, points): (usize, Vec<(f64, f64)>)| {
                PiecewiseLinear::new(points)
                    .map(BidFunction::PiecewiseLinear)
                    .map_err(|why| value_error(format!("bids of bidder {}: {why}", bidder + 1)))
            };
            let bids: Vec<BidFunction> = points.into_iter().enumerate().map(bid).collect::<PyResult<_>>()?;
            Profile { bids: (0..n).map(|bidder| bids[bidder % bids.len()].clone()).collect() }
        }
        _ => return Err(value_error("give either multipliers or bids")),
    };
    let worth = bidsweep::expectation::evaluate(&population, &profile);
    Ok(Evaluation { population, profile, beta, worth, grid, assessment: OnceLock::new() })
}
