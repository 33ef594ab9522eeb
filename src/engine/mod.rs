//! The engine: the missing runs of a plan over all cores, written as they finish.
//!
//! Results depend on nothing here: not on threads, groups, interruptions or their order.

mod ahead;
mod alike;
mod assignment;
mod awaiting;
mod calibration;
mod cost;
mod extent;
mod groups;
mod progress;
mod queue;
mod rerun;
mod stop;
mod writer;

pub use assignment::Assignment;
pub use calibration::Calibration;
pub use cost::{Estimate, Share, cell_cost, cost_of_joining, estimate};
pub use extent::{Extent, cost_of, divide};
pub use progress::{Counts, Observer, ProgressForm, Seen, Tell, while_telling};
pub use rerun::rerun;
pub use stop::Stop;

use std::num::NonZeroUsize;
use std::slice;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Instant;

use rayon::prelude::*;

use crate::measure::{RunRow, RunStatus};
use crate::numeric::cancel::{caught, install, passing};
use crate::numeric::simd::Instance;
use crate::store::{MeasureKeys, PartWriter, RunKey, Scan, StoreError, TidyWriter, row_bytes};
use crate::sweep::Plan;
use crate::train::{Outcome, Run, train_group};
use ahead::{Ahead, Phase, Weights};
use awaiting::Awaiting;
use groups::{Groups, Task};
use progress::Progress;
use queue::queue;
use writer::{Keeper, write_rows};

/// Bytes of finished runs that may wait for the writer, and one group more: what is trained while a part is
/// written, yet little. Where the disk is slower than that, training waits.
const WAITING_BYTES: usize = 8 << 20;

/// How a sweep is run.
#[derive(Clone, Copy, Debug)]
pub struct Options<'a> {
    /// Worker threads.
    pub threads: NonZeroUsize,
    /// Train at most this many runs.
    pub limit: Option<u64>,
    /// Stop as soon as this many runs have failed.
    pub max_fails: Option<u64>,
    /// Train the runs again that failed before.
    pub retry_failed: bool,
    /// Who is told how far it is.
    pub progress: Tell<'a>,
}

/// How a sweep ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Finish {
    /// Runs finished now.
    pub counts: Counts,
    /// Of these, trained earlier and only continued now.
    pub continued: u64,
    /// Wall time, in seconds.
    pub seconds: f64,
    /// Whether too many runs failed.
    pub too_many_failed: bool,
}

/// What stopped the engine.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The folder could not be written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Worker threads could not be started.
    #[error("cannot start worker threads: {0}; try fewer with --threads")]
    Threads(#[from] rayon::ThreadPoolBuildError),
}

/// Number of runs that [`train_missing`] would train.
pub fn missing(plan: &Plan, extent: &Extent, scan: &Scan, options: &Options<'_>) -> u64 {
    let counts = scan.counts();
    let kept = counts.ok + counts.diverged + if options.retry_failed { 0 } else { counts.failed };
    (extent.runs(plan) - kept).min(options.limit.unwrap_or(u64::MAX))
}

/// Trains the runs of an extent of a plan that a scan of that extent lacks, as far as `stop` and `options`
/// let it, and keeps them as parts. The caller holds the lock of the extent.
///
/// # Errors
/// Where a part cannot be written; what had been written before stays.
///
/// # Panics
/// As [`Instance::current`].
pub fn train_missing(
    plan: &Plan,
    extent: &Extent,
    parts: PartWriter,
    scan: &Scan,
    options: &Options<'_>,
    stop: &Stop,
) -> Result<Finish, EngineError> {
    let instance = Instance::current();
    let trainer = move |runs: &[Run<'_>]| train_group(instance, runs);
    train_missing_with(&trainer, TidyWriter::new(parts), plan, extent, scan, options, stop)
}

/// Bytes of a thread's stack: kernels that are compiled without optimisation keep all that is inlined in one
/// frame.
const STACK: usize = 64 << 20;

/// The threads that so many pieces of work keep busy, of those asked for.
pub fn at_most(threads: NonZeroUsize, work: u64) -> NonZeroUsize {
    let work = usize::try_from(work).unwrap_or(usize::MAX);
    threads.min(NonZeroUsize::new(work).unwrap_or(NonZeroUsize::MIN))
}

/// A pool of so many threads, whose work is given up once a stop is overdue: see [`caught`].
///
/// # Errors
/// Where the system gives no threads.
pub fn pool(threads: NonZeroUsize, stop: &Stop) -> Result<rayon::ThreadPool, EngineError> {
    let token = stop.token();
    let builder = rayon::ThreadPoolBuilder::new().num_threads(threads.get()).stack_size(STACK);
    Ok(builder.start_handler(move |_| install(token.clone())).build()?)
}

/// Trains a group.
type Trainer = dyn Fn(&[Run<'_>]) -> Vec<Outcome> + Sync;

/// [`train_missing`] with another trainer and another place for the runs, for tests of what goes wrong in
/// them.
fn train_missing_with(
    trainer: &Trainer,
    keeper: impl Keeper + Send,
    plan: &Plan,
    extent: &Extent,
    scan: &Scan,
    options: &Options<'_>,
    stop: &Stop,
) -> Result<Finish, EngineError> {
    let start = Instant::now();
    let is_missing = |position, replicate| {
        extent.has(position, replicate)
            && !scan.is_done(position, replicate)
            && !scan.is_awaiting(position, replicate)
            && (options.retry_failed || !scan.is_failed(position, replicate))
    };
    let runs = missing(plan, extent, scan, options);
    let threads = at_most(options.threads, runs);
    let pool = pool(threads, stop)?;
    let awaiting = Awaiting::new(plan, scan, options.limit);
    let limit = options.limit.map(|limit| limit - awaiting.runs());
    let groups = Groups::new(plan, is_missing, runs - awaiting.runs(), threads.get() as u64, limit);
    let units =
        awaiting.map(|runs| runs.map(Unit::Continue)).chain(groups.map(|group| Ok(Unit::Train(group))));
    let keys = MeasureKeys::of(plan);
    let ahead = Ahead::new(plan, is_missing, |position, replicate| scan.is_awaiting(position, replicate));
    let progress = Progress::new(options.progress, runs, &ahead, threads);
    // A stop of our own, so that a full disk or too many failures end this sweep and not the caller's next.
    let halt = &Stop::after(None);
    let work = &Work { trainer, plan, keys: &keys, ahead: &ahead, continued: AtomicU64::new(0) };
    let (sender, finished) = queue(WAITING_BYTES);
    let (counts, kept) = thread::scope(|scope| {
        let writer = scope.spawn(|| write_rows(keeper, finished, progress, options.max_fails, stop, halt));
        let kept: Result<(), StoreError> = pool.install(|| {
            let units = units.take_while(|_| !stop.is_due() && !halt.is_due());
            // The sender goes with the last unit, or with a panic: then the writer ends.
            units.par_bridge().try_for_each(move |unit| {
                // The writer hangs up when it cannot write; its error is told below.
                let send = |rows: Vec<(RunKey, RunRow)>| {
                    let bytes = rows.iter().map(|(_, row)| row_bytes(row)).sum();
                    if sender.send(rows, bytes).is_err() {
                        halt.request();
                    }
                };
                // What is given up is as if it had not been begun.
                _ = unit.map(|unit| caught(|| work.finish(unit, &send)))?;
                Ok(())
            })
        });
        (writer.join().expect("the writer does not panic"), kept)
    });
    kept?;
    let counts = counts?;
    Ok(Finish {
        counts,
        continued: work.continued.load(Ordering::Relaxed),
        seconds: start.elapsed().as_secs_f64(),
        too_many_failed: options.max_fails.is_some_and(|most| counts.failed >= most),
    })
}

/// What is done with the runs of a plan.
struct Work<'a> {
    trainer: &'a Trainer,
    plan: &'a Plan,
    keys: &'a MeasureKeys<'a>,
    ahead: &'a Ahead,
    /// Runs that were trained earlier and have been continued.
    continued: AtomicU64,
}

/// A piece of work.
enum Unit {
    /// Runs that are trained side by side.
    Train(Vec<Task>),
    /// Runs that were trained earlier and await their continuation.
    Continue(Vec<(Task, RunRow)>),
}

impl Work<'_> {
    /// Sends the rows of a unit as they come. Runs that are to be continued are sent before that too, so that
    /// no training is lost where the continuation is given up.
    fn finish(&self, unit: Unit, send: &impl Fn(Vec<(RunKey, RunRow)>)) {
        let is_trained = matches!(unit, Unit::Continue(_));
        let runs = match unit {
            Unit::Train(group) => {
                let rows = self.train(&group);
                let mut awaiting = Vec::new();
                let keyed = |(task, row): (Task, RunRow)| {
                    let key = self.key(&task, &row);
                    if row.awaits_continuation() {
                        awaiting.push((task, row.clone()));
                    }
                    (key, row)
                };
                send(group.into_iter().zip(rows).map(keyed).collect());
                awaiting
            }
            Unit::Continue(runs) => runs,
        };
        for (task, row) in runs {
            // A run whose continuation panics has none.
            let row = passing(|| self.ahead.during(Phase::Continuing, || task.continued(self.plan, row)))
                .unwrap_or_else(|panic| failed(&task, &*panic));
            self.ahead.add(task.cell.weights(self.plan.measure()).continuation);
            self.continued.fetch_add(is_trained.into(), Ordering::Relaxed);
            send(vec![(self.key(&task, &row), row)]);
        }
    }

    fn key(&self, task: &Task, row: &RunRow) -> RunKey {
        let (cell, replicate) = (task.cell.cell.id, task.replicate);
        let measure = match row.awaits_continuation() {
            true => self.keys.before_continuation(cell, replicate),
            false => self.keys.key(cell, replicate),
        };
        RunKey { cell, replicate, measure }
    }

    /// The rows of a group. A run in which the trainer panics is a failed one; the others of its group are
    /// not.
    fn train(&self, group: &[Task]) -> Vec<RunRow> {
        // First, so that no training is lost where it is given up.
        let references = || group.iter().for_each(|task| _ = task.cell.yardstick());
        _ = passing(|| self.ahead.during(Phase::References, references));
        let alone = |task: &Task| match attempt(self.trainer, self.plan, slice::from_ref(task)) {
            Ok(mut rows) => rows.remove(0),
            Err(panic) => failed(task, &*panic),
        };
        let rows = self.ahead.during(Phase::Training, || {
            attempt(self.trainer, self.plan, group).unwrap_or_else(|_| group.iter().map(alone).collect())
        });
        let measure = self.plan.measure();
        let done = |(task, row): (&Task, &RunRow)| {
            let Weights { training, continuation } = task.cell.weights(measure);
            // It was to be continued, and there is nothing to decide by that.
            let is_spared = task.replicate < measure.continuation.replicates && !row.awaits_continuation();
            training + if is_spared { continuation } else { 0 }
        };
        self.ahead.add(group.iter().zip(&rows).map(done).sum());
        rows
    }
}

/// The row of a run that ended in a panic.
fn failed(task: &Task, panic: &(dyn std::any::Any + Send)) -> RunRow {
    let bidders = task.cell.cell.settings.bidders.len();
    RunRow::without_numbers(RunStatus::Failed, panic_message(panic), bidders)
}

/// The rows of runs that are trained side by side, or the panic that one of them ended in.
fn attempt(trainer: &Trainer, plan: &Plan, tasks: &[Task]) -> thread::Result<Vec<RunRow>> {
    let runs: Vec<Run<'_>> = tasks.iter().map(|task| task.run(plan)).collect();
    passing(|| {
        let outcomes = trainer(&runs);
        let measured = tasks.iter().zip(&outcomes);
        measured.map(|(task, outcome)| task.measure(plan, outcome)).collect()
    })
}

fn panic_message(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
    format!("internal error: {}", text.unwrap_or("a panic without a message"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{Folder, Lock, Table, TableName, write_tables};
    use crate::sweep::Scalar;

    /// Two cells of one shape, so that a group has runs of both.
    fn plan() -> Plan {
        let text = r#"
            schema = 1
            name = "x"
            fixed = { epochs = 5, batch = 4 }
            axes.beta = [10, 50]
            seeds = { replicates = 6, common = false }
        "#;
        Plan::parse(text, "x.toml", &[]).unwrap()
    }

    const OPTIONS: Options<'static> = Options {
        threads: NonZeroUsize::MIN,
        limit: None,
        max_fails: None,
        retry_failed: false,
        progress: Tell::Stderr(ProgressForm::None),
    };

    /// A folder in which a plan's runs are trained, some of them in vain.
    struct Sweep {
        plan: Plan,
        folder: Folder,
        _lock: Lock,
        _dir: tempfile::TempDir,
    }

    impl Sweep {
        fn new() -> Self {
            let dir = tempfile::tempdir().unwrap();
            let folder = Folder::new(dir.path().join("x"));
            let lock = Lock::take(&folder, "h").unwrap();
            Sweep { plan: plan(), folder, _lock: lock, _dir: dir }
        }

        fn scan(&self) -> Scan {
            Scan::of(&self.folder, &self.plan).unwrap()
        }

        /// Trains what is missing with a trainer that panics wherever one of these runs (cell's position,
        /// replicate) is in the group.
        fn train(&self, options: &Options, panicking: &[(usize, u32)]) -> Finish {
            let seed =
                |&(position, replicate): &(usize, u32)| self.plan.seed(self.plan.id(position), replicate);
            let seeds: Vec<u64> = panicking.iter().map(seed).collect();
            let trainer = move |runs: &[Run<'_>]| {
                if let Some(run) = runs.iter().find(|run| seeds.contains(&run.seed)) {
                    panic!("seed {:016x} is cursed", run.seed);
                }
                train_group(Instance::current(), runs)
            };
            let scan = self.scan();
            let keeper = TidyWriter::new(PartWriter::new(&self.folder));
            train_missing_with(
                &trainer,
                keeper,
                &self.plan,
                &Extent::WHOLE,
                &scan,
                options,
                &Stop::after(None),
            )
            .unwrap()
        }

        /// The tables, as far as there are any: one without rows is not written.
        fn tables(&self) -> Vec<Option<Vec<u8>>> {
            write_tables(&self.folder, &self.plan, &self.scan()).unwrap();
            TableName::ALL.map(|name| std::fs::read(self.folder.table(name)).ok()).to_vec()
        }
    }

    #[test]
    fn a_panic_fails_its_run_and_no_other() {
        let sweep = Sweep::new();
        let panicking = [(0, 2), (1, 0)];
        let finish = sweep.train(&OPTIONS, &panicking);
        assert_eq!(finish.counts, Counts { done: 12, diverged: 0, failed: 2 });
        assert!(!finish.too_many_failed);
        let scan = sweep.scan();
        assert!(scan.failed().eq(panicking));
        assert_eq!((scan.counts().ok, scan.counts().failed), (10, 2));

        let whole = Sweep::new();
        whole.train(&OPTIONS, &[]);
        whole.tables();
        sweep.tables();
        let rows = |sweep: &Sweep| {
            let table = Table::open(&sweep.folder.table(TableName::Runs)).unwrap();
            let rows = table.select(&["status", "message", "welfare", "revenue"]).unwrap();
            rows.map(|row| row.unwrap().values().to_vec()).collect::<Vec<_>>()
        };
        for (index, (row, undisturbed)) in rows(&sweep).iter().zip(rows(&whole)).enumerate() {
            let (position, replicate) = (index / 6, index as u32 % 6);
            if panicking.contains(&(position, replicate)) {
                let seed = sweep.plan.seed(sweep.plan.id(position), replicate);
                let message = format!("internal error: seed {seed:016x} is cursed");
                assert_eq!(row[..2], ["failed".into(), message.as_str().into()]);
                assert_eq!(row[2..], [Scalar::Null, Scalar::Null]);
            } else {
                assert_eq!(*row, undisturbed);
            }
        }
    }

    #[test]
    fn failed_runs_are_trained_again_on_request_only() {
        let sweep = Sweep::new();
        sweep.train(&OPTIONS, &[(0, 2), (1, 0)]);
        let retry = Options { retry_failed: true, ..OPTIONS };
        assert_eq!(
            [&OPTIONS, &retry].map(|options| missing(&sweep.plan, &Extent::WHOLE, &sweep.scan(), options)),
            [0, 2]
        );
        assert_eq!(sweep.train(&OPTIONS, &[]).counts, Counts::default());
        assert_eq!(sweep.train(&retry, &[(1, 0)]).counts, Counts { done: 2, diverged: 0, failed: 1 });
        assert_eq!(sweep.train(&retry, &[]).counts, Counts { done: 1, diverged: 0, failed: 0 });
        assert_eq!(missing(&sweep.plan, &Extent::WHOLE, &sweep.scan(), &retry), 0);

        let whole = Sweep::new();
        whole.train(&OPTIONS, &[]);
        assert!(sweep.tables() == whole.tables(), "a run that failed first leaves no trace");
    }

    #[test]
    fn too_many_failures_stop_the_sweep_and_what_is_done_is_kept() {
        let sweep = Sweep::new();
        let every: Vec<_> = (0..2).flat_map(|position| (0..6).map(move |k| (position, k))).collect();
        let finish = sweep.train(&Options { max_fails: Some(12), ..OPTIONS }, &every[..11]);
        assert!(!finish.too_many_failed);
        assert_eq!(finish.counts, Counts { done: 12, diverged: 0, failed: 11 });

        let sweep = Sweep::new();
        let finish = sweep.train(&Options { max_fails: Some(1), ..OPTIONS }, &every[..1]);
        assert!(finish.too_many_failed);
        assert_eq!(finish.counts.failed, 1);
        assert_eq!(sweep.scan().counts().total(), finish.counts.done);
    }

    /// Keeps no run.
    struct Broken {
        panics: bool,
    }

    impl Keeper for Broken {
        fn push(&mut self, _: RunKey, _: RunRow) -> Result<(), StoreError> {
            assert!(!self.panics, "no keeper");
            Err(StoreError::io("write", std::path::Path::new("out"), std::io::ErrorKind::StorageFull.into()))
        }

        fn flush(&mut self) -> Result<(), StoreError> {
            Ok(())
        }
    }

    /// Trains with a keeper that keeps no run.
    fn train_in_vain(panics: bool) -> Result<Finish, EngineError> {
        let sweep = Sweep::new();
        let trainer = |runs: &[Run<'_>]| train_group(Instance::current(), runs);
        let (scan, options) = (sweep.scan(), Options { threads: NonZeroUsize::new(4).unwrap(), ..OPTIONS });
        train_missing_with(
            &trainer,
            Broken { panics },
            &sweep.plan,
            &Extent::WHOLE,
            &scan,
            &options,
            &Stop::after(None),
        )
    }

    #[test]
    fn a_full_disk_ends_the_sweep() {
        let error = train_in_vain(false).unwrap_err();
        assert!(matches!(error, EngineError::Store(StoreError::Full { .. })), "{error}");
    }

    #[test]
    #[should_panic(expected = "the writer does not panic")]
    fn a_panic_of_the_writer_ends_the_sweep() {
        _ = train_in_vain(true);
    }

    #[test]
    fn nothing_is_trained_once_the_stop_is_due() {
        let sweep = Sweep::new();
        let stop = Stop::after(None);
        stop.request();
        let finish = train_missing(
            &sweep.plan,
            &Extent::WHOLE,
            PartWriter::new(&sweep.folder),
            &sweep.scan(),
            &OPTIONS,
            &stop,
        )
        .unwrap();
        assert_eq!((finish.counts.done, sweep.scan().counts().total()), (0, 0));
        assert!(Stop::after(Some(std::time::Duration::ZERO)).is_due());
    }
}
