//! The crew: one thread per lane, carrying out what update asks for.
//!
//! The newest question of a lane takes the place of one that waits, and
//! cancels one that runs; only what writes is carried out one after another, to
//! the last. The work itself ([`carry_out`]) knows no threads.

mod annotations;
mod current_case;
mod dispatch;
mod event_detail;
mod export;
mod paging;
mod row;
#[cfg(test)]
mod tests;
mod verification;

pub use current_case::Current;
pub use dispatch::carry_out;
pub use export::Hands;

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Instant;

use crate::index::CancelToken;
use crate::tui::protocol::{Answer, Event, Lane, Question, Ticket, Trouble};

/// Answers questions: [`carry_out`] on a case, or a test's own way.
pub(super) trait Work:
    Fn(&Question, &CancelToken, &mut dyn FnMut(Answer)) + Clone + Send + 'static
{
}

impl<F: Fn(&Question, &CancelToken, &mut dyn FnMut(Answer)) + Clone + Send + 'static> Work for F {}

/// The threads, and the desk of each.
pub(super) struct Crew {
    desks: Vec<Arc<Desk>>,
    threads: Vec<JoinHandle<()>>,
}

/// Where a lane's thread looks for work.
#[derive(Default)]
struct Desk {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<(Ticket, Question)>,
    running: Option<CancelToken>,
    closed: bool,
}

impl Crew {
    /// Starts a thread per lane, each with its own copy of `work`; answers go to `tell`.
    pub(super) fn start(work: impl Work, tell: impl Fn(Event) + Clone + Send + 'static) -> Crew {
        let desks: Vec<Arc<Desk>> = Lane::ALL.iter().map(|_| Arc::default()).collect();
        let threads = desks
            .iter()
            .zip(Lane::ALL)
            .map(|(desk, lane)| {
                let (desk, work, tell) = (desk.clone(), work.clone(), tell.clone());
                thread::Builder::new()
                    .name(format!("crew-{lane:?}"))
                    .spawn(move || serve(&desk, &work, &tell))
                    .expect("a system that runs a terminal can start a few threads")
            })
            .collect();
        Crew { desks, threads }
    }

    /// Hands a question to its lane.
    pub(super) fn ask(&self, ticket: Ticket, question: Question) {
        self.desks[ticket.lane as usize].change(|state| {
            if !ticket.lane.writes() {
                state.waiting.clear();
                state.cancel();
            }
            state.waiting.push_back((ticket, question));
        });
    }
}

impl State {
    fn cancel(&self) {
        if let Some(running) = &self.running {
            running.cancel();
        }
    }
}

impl Drop for Crew {
    fn drop(&mut self) {
        for (desk, lane) in self.desks.iter().zip(Lane::ALL) {
            desk.change(|state| {
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

impl Desk {
    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner));
        self.changed.notify_one();
    }

    /// Waits for work; none when the desk is closed.
    fn next(&self) -> Option<(Ticket, Question, CancelToken)> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if let Some((ticket, question)) = state.waiting.pop_front() {
                let cancel = CancelToken::new();
                state.running = Some(cancel.clone());
                return Some((ticket, question, cancel));
            }
            if state.closed {
                return None;
            }
            state.running = None;
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// Serves one lane until its desk is closed.
fn serve(desk: &Desk, work: &impl Work, tell: &impl Fn(Event)) {
    while let Some((ticket, question, cancel)) = desk.next() {
        let begun = Instant::now();
        let send = |answer| {
            if !cancel.is_cancelled() {
                tell(Event::Answer { ticket, took: Some(begun.elapsed()), answer });
            }
        };
        let context = AssertUnwindSafe(|| work(&question, &cancel, &mut |answer| send(answer)));
        if catch_unwind(context).is_err() {
            send(Answer::Failed(Trouble {
                what: format!("a mistake of vestigo's own stopped the work on {:?}", ticket.lane),
                hint: Some("Please report it with what you did just before.".to_owned()),
                integrity: false,
            }));
        }
    }
}
