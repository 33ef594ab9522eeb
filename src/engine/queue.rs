//! The way from the trainers to the writer: a queue bounded by bytes, so that training waits for a slow disk
//! instead of filling the memory.

use std::collections::VecDeque;
use std::sync::mpsc::{RecvTimeoutError, SendError};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// A queue that takes items while less than `bound` bytes wait in it. So it never holds more than the bound
/// and one item, and an item larger than the bound passes as well.
pub(super) fn queue<T>(bound: usize) -> (Sender<T>, Receiver<T>) {
    let state = State { waiting: VecDeque::new(), bytes: 0, has_sender: true, has_receiver: true };
    let shared =
        Arc::new(Shared { bound, state: Mutex::new(state), room: Condvar::new(), news: Condvar::new() });
    (Sender(Arc::clone(&shared)), Receiver(shared))
}

/// The end that threads share to put items in. Dropped, it lets the receiver take what is left, then tells it
/// the end.
pub(super) struct Sender<T>(Arc<Shared<T>>);

/// The end that takes items out. Dropped, it lets go of every sender that waits.
pub(super) struct Receiver<T>(Arc<Shared<T>>);

struct Shared<T> {
    bound: usize,
    state: Mutex<State<T>>,
    /// Told to senders: there is room, or nobody who takes.
    room: Condvar,
    /// Told to the receiver: there is an item, or nobody who sends.
    news: Condvar,
}

struct State<T> {
    /// Items with their bytes, the first to be taken in front.
    waiting: VecDeque<(T, usize)>,
    /// Bytes of all that wait.
    bytes: usize,
    has_sender: bool,
    has_receiver: bool,
}

impl<T> Shared<T> {
    /// Nothing is done under the lock that could panic midway, so that a state left behind is whole.
    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Sender<T> {
    /// Puts an item of so many bytes in, once there is room.
    ///
    /// # Errors
    /// Where nobody takes items any more; then at once.
    pub(super) fn send(&self, item: T, bytes: usize) -> Result<(), SendError<T>> {
        let is_full = |state: &mut State<T>| state.has_receiver && state.bytes >= self.0.bound;
        let state = self.0.room.wait_while(self.0.lock(), is_full);
        let mut state = state.unwrap_or_else(PoisonError::into_inner);
        if !state.has_receiver {
            return Err(SendError(item));
        }
        state.bytes += bytes;
        state.waiting.push_back((item, bytes));
        drop(state);
        self.0.news.notify_one();
        Ok(())
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        self.0.lock().has_sender = false;
        self.0.news.notify_one();
    }
}

impl<T> Receiver<T> {
    /// Takes the next item out, waiting for it so long at most.
    ///
    /// # Errors
    /// Where none came in time, or none will ever come.
    pub(super) fn recv_timeout(&self, timeout: Duration) -> Result<T, RecvTimeoutError> {
        let is_idle = |state: &mut State<T>| state.has_sender && state.waiting.is_empty();
        let waited = self.0.news.wait_timeout_while(self.0.lock(), timeout, is_idle);
        let (mut state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        let Some((item, bytes)) = state.waiting.pop_front() else {
            let end = RecvTimeoutError::Disconnected;
            return Err(if state.has_sender { RecvTimeoutError::Timeout } else { end });
        };
        state.bytes -= bytes;
        drop(state);
        // A large item makes room for several small ones.
        self.0.room.notify_all();
        Ok(item)
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.has_receiver = false;
        let left = std::mem::take(&mut state.waiting);
        drop(state);
        self.0.room.notify_all();
        drop(left);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::thread;
    use std::time::Instant;

    use super::*;

    const SOON: Duration = Duration::from_millis(20);
    const LATE: Duration = Duration::from_secs(60);

    #[test]
    fn items_come_out_in_order_and_then_the_end() {
        let (sender, receiver) = queue(100);
        assert_eq!(receiver.recv_timeout(Duration::ZERO), Err(RecvTimeoutError::Timeout));
        (0..5).for_each(|item| sender.send(item, 10).unwrap());
        drop(sender);
        let received: Vec<_> = (0..6).map(|_| receiver.recv_timeout(LATE)).collect();
        assert_eq!(received[..5], [0, 1, 2, 3, 4].map(Ok));
        assert_eq!(received[5], Err(RecvTimeoutError::Disconnected));
    }

    #[test]
    fn a_sender_waits_until_the_receiver_makes_room() {
        let (sender, receiver) = queue(100);
        let sent = AtomicUsize::new(0);
        thread::scope(|scope| {
            scope.spawn(|| {
                for item in 0..6 {
                    sender.send(item, 40).unwrap();
                    sent.fetch_add(1, Ordering::SeqCst);
                }
            });
            // 40, 80 and 120 bytes: the third passes, as 80 are less than the bound.
            for item in 0..6 {
                let start = Instant::now();
                while sent.load(Ordering::SeqCst) < (item + 3).min(6) {
                    assert!(start.elapsed() < LATE, "the sender waits though there is room");
                    thread::yield_now();
                }
                thread::sleep(SOON);
                assert_eq!(sent.load(Ordering::SeqCst), (item + 3).min(6));
                assert_eq!(receiver.recv_timeout(LATE), Ok(item));
            }
        });
    }

    #[test]
    fn an_item_larger_than_the_bound_passes_and_holds_up_the_next() {
        let (sender, receiver) = queue(100);
        sender.send("small", 1).unwrap();
        sender.send("large", 1000).unwrap();
        thread::scope(|scope| {
            let next = scope.spawn(|| sender.send("next", 1));
            thread::sleep(SOON);
            assert!(!next.is_finished());
            assert_eq!(receiver.recv_timeout(LATE), Ok("small"));
            thread::sleep(SOON);
            assert!(!next.is_finished());
            assert_eq!(receiver.recv_timeout(LATE), Ok("large"));
            next.join().unwrap().unwrap();
            assert_eq!(receiver.recv_timeout(LATE), Ok("next"));
        });
    }

    #[test]
    fn however_slow_the_receiver_no_more_waits_than_the_bound_and_an_item() {
        const BOUND: usize = 1000;
        const LARGEST: usize = 300;
        let (sender, receiver) = queue(BOUND);
        let (items, senders) = (300_usize, 8_usize);
        let received = thread::scope(|scope| {
            let taker = scope.spawn(move || {
                let (mut received, mut most) = (0, 0);
                loop {
                    most = most.max(receiver.0.lock().bytes);
                    match receiver.recv_timeout(LATE) {
                        Ok(()) => received += 1,
                        Err(end) => break assert_eq!(end, RecvTimeoutError::Disconnected),
                    }
                    if received % 16 == 0 {
                        thread::sleep(Duration::from_millis(1));
                    }
                }
                assert!((BOUND..BOUND + LARGEST).contains(&most), "{most} bytes waited");
                received
            });
            let sender = sender;
            thread::scope(|scope| {
                for thread in 0..senders {
                    let sender = &sender;
                    let send = move |item| sender.send((), 1 + (thread * items + item) * 7 % LARGEST);
                    scope.spawn(move || (0..items).for_each(|item| send(item).unwrap()));
                }
            });
            drop(sender);
            taker.join().unwrap()
        });
        assert_eq!(received, senders * items);
    }

    #[test]
    fn a_receiver_that_goes_or_panics_lets_go_of_all_senders() {
        for panics in [false, true] {
            let (sender, receiver) = queue(10);
            sender.send(vec![0], 10).unwrap();
            let start = Instant::now();
            thread::scope(|scope| {
                let senders: Vec<_> = (1..5)
                    .map(|k| {
                        scope.spawn({
                            let sender = &sender;
                            move || sender.send(vec![k], 10)
                        })
                    })
                    .collect();
                thread::sleep(SOON);
                let taker = scope.spawn(move || {
                    let _receiver = receiver;
                    if panics {
                        std::panic::resume_unwind(Box::new("no disk"));
                    }
                });
                assert_eq!(taker.join().is_err(), panics);
                for (k, sender) in (1..5).zip(senders) {
                    assert_eq!(sender.join().unwrap().unwrap_err().0, [k]);
                }
            });
            assert_eq!(sender.send(vec![5], 0).unwrap_err().0, [5]);
            assert!(start.elapsed() < LATE);
        }
    }

    #[test]
    fn a_sender_that_goes_ends_the_wait_of_the_receiver() {
        let (sender, receiver) = queue::<()>(10);
        thread::scope(|scope| {
            let taker = scope.spawn(move || receiver.recv_timeout(LATE));
            thread::sleep(SOON);
            drop(sender);
            assert_eq!(taker.join().unwrap(), Err(RecvTimeoutError::Disconnected));
        });
    }
}
