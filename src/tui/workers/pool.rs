//! One thread per lane, and the queue of each.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Instant;

use crate::app::CancelToken;
use crate::tui::protocol::{Failure, Lane, Ticket, UiEvent, WorkerRequest, WorkerResponse};

/// Answers requests: [`carry_out`](super::carry_out) on a case, or a test's own function.
pub trait WorkFn:
    Fn(&WorkerRequest, &CancelToken, &mut dyn FnMut(WorkerResponse)) + Clone + Send + 'static
{
}

impl<F: Fn(&WorkerRequest, &CancelToken, &mut dyn FnMut(WorkerResponse)) + Clone + Send + 'static> WorkFn
    for F
{
}

/// The threads, and the queue of each.
pub struct Workers {
    queues: Vec<Arc<LaneQueue>>,
    threads: Vec<JoinHandle<()>>,
}

/// Where a lane's thread looks for work.
#[derive(Default)]
struct LaneQueue {
    state: Mutex<QueueState>,
    changed: Condvar,
}

#[derive(Default)]
struct QueueState {
    waiting: VecDeque<(Ticket, WorkerRequest)>,
    running: Option<CancelToken>,
    closed: bool,
}

impl Workers {
    /// Starts a thread per lane, each with its own copy of `work`; responses go to `respond`.
    pub fn start(work: impl WorkFn, respond: impl Fn(UiEvent) + Clone + Send + 'static) -> Workers {
        let queues: Vec<Arc<LaneQueue>> = Lane::ALL.iter().map(|_| Arc::default()).collect();
        let threads = queues
            .iter()
            .zip(Lane::ALL)
            .map(|(queue, lane)| {
                let (queue, work, respond) = (queue.clone(), work.clone(), respond.clone());
                thread::Builder::new()
                    .name(format!("worker-{lane:?}"))
                    .spawn(move || serve(&queue, &work, &respond))
                    .expect("a system that runs a terminal can start a few threads")
            })
            .collect();
        Workers { queues, threads }
    }

    /// Hands a request to its lane.
    pub fn ask(&self, ticket: Ticket, request: WorkerRequest) {
        self.queues[ticket.lane as usize].change(|state| {
            if !ticket.lane.writes() {
                state.waiting.clear();
                state.cancel();
            }
            state.waiting.push_back((ticket, request));
        });
    }

    /// Stops what a lane is doing; what is written is always carried out.
    pub fn stop(&self, lane: Lane) {
        self.queues[lane as usize].change(|state| {
            if !lane.writes() {
                state.waiting.clear();
                state.cancel();
            }
        });
    }
}

impl QueueState {
    fn cancel(&self) {
        if let Some(running) = &self.running {
            running.cancel();
        }
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        for (queue, lane) in self.queues.iter().zip(Lane::ALL) {
            queue.change(|state| {
                state.closed = true;
                if !lane.writes() {
                    state.waiting.clear();
                    state.cancel();
                }
            });
        }
        for thread in self.threads.drain(..) {
            // A thread that panicked has told so already.
            let _ = thread.join();
        }
    }
}

impl LaneQueue {
    fn change(&self, change: impl FnOnce(&mut QueueState)) {
        change(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner));
        self.changed.notify_one();
    }

    /// Waits for work; returns `None` when the queue is closed.
    fn next(&self) -> Option<(Ticket, WorkerRequest, CancelToken)> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if let Some((ticket, request)) = state.waiting.pop_front() {
                let cancel = CancelToken::new();
                state.running = Some(cancel.clone());
                return Some((ticket, request, cancel));
            }
            if state.closed {
                return None;
            }
            state.running = None;
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// Serves one lane until its queue is closed.
fn serve(queue: &LaneQueue, work: &impl WorkFn, respond: &impl Fn(UiEvent)) {
    while let Some((ticket, request, cancel)) = queue.next() {
        let begun = Instant::now();
        let send = |response| {
            // Whoever stops a detection or an import wants to know what it had written by then.
            if !cancel.is_cancelled() || matches!(ticket.lane, Lane::Detect | Lane::Import) {
                respond(UiEvent::Response { ticket, took: Some(begun.elapsed()), response });
            }
        };
        let context = AssertUnwindSafe(|| work(&request, &cancel, &mut |response| send(response)));
        if catch_unwind(context).is_err() {
            send(WorkerResponse::Failed(Failure {
                what: format!("an internal error stopped the work on {:?}", ticket.lane),
                hint: Some("Please report it with what you did just before.".to_owned()),
                integrity: false,
            }));
        }
    }
}
