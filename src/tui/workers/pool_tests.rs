use std::sync::mpsc::{Receiver, channel};

use crate::app::CancelToken;
use crate::tui::protocol::{Failure, Lane, Ticket, Tickets, UiEvent, WorkerRequest, WorkerResponse};

use super::pool::Workers;

/// What made-up work does with a prefix: `slow` until it is cancelled, `break`
/// panics, anything else is counted.
fn work(request: &WorkerRequest, cancel: &CancelToken, respond: &mut dyn FnMut(WorkerResponse)) {
    let WorkerRequest::Values { prefix, .. } = request else { panic!("{request:?}") };
    match prefix.as_str() {
        "slow" => {
            respond(WorkerResponse::Count(0));
            while !cancel.is_cancelled() {
                std::thread::yield_now();
            }
            respond(WorkerResponse::Count(1));
        }
        "break" => panic!("it was made to break"),
        text => respond(WorkerResponse::Count(text.len() as u64)),
    }
}

fn values(prefix: &str) -> WorkerRequest {
    WorkerRequest::Values { field: "user.name".to_owned(), prefix: prefix.to_owned(), limit: 1 }
}

fn workers() -> (Workers, Receiver<(Ticket, WorkerResponse)>) {
    let (respond, hear) = channel();
    let workers = Workers::start(work, move |event| {
        if let UiEvent::Response { ticket, response, .. } = event {
            respond.send((ticket, response)).expect("the test listens");
        }
    });
    (workers, hear)
}

#[test]
fn a_newer_question_cancels_the_one_that_runs_and_only_it_is_answered() {
    let (workers, hear) = workers();
    let mut tickets = Tickets::default();
    let first = tickets.issue(Lane::Complete);
    workers.ask(first, values("slow"));
    assert_eq!(hear.recv().unwrap(), (first, WorkerResponse::Count(0)));
    workers.ask(tickets.issue(Lane::Complete), values("slow"));
    let last = tickets.issue(Lane::Complete);
    workers.ask(last, values("abc"));
    let heard: Vec<(Ticket, WorkerResponse)> =
        hear.iter().take_while(|(ticket, _)| *ticket != last).collect();
    assert!(heard.iter().all(|(_, response)| *response != WorkerResponse::Count(1)), "{heard:?}");
}

#[test]
fn lanes_do_not_wait_for_one_another() {
    let (workers, hear) = workers();
    let mut tickets = Tickets::default();
    workers.ask(tickets.issue(Lane::Page), values("slow"));
    let quick = tickets.issue(Lane::Complete);
    workers.ask(quick, values("abc"));
    let found = hear.iter().find(|(ticket, _)| *ticket == quick);
    assert_eq!(found, Some((quick, WorkerResponse::Count(3))));
}

#[test]
fn work_that_panics_is_told_and_the_lane_goes_on() {
    let (workers, hear) = workers();
    let mut tickets = Tickets::default();
    workers.ask(tickets.issue(Lane::Complete), values("break"));
    let (_, response) = hear.recv().unwrap();
    assert!(matches!(response, WorkerResponse::Failed(Failure { integrity: false, .. })), "{response:?}");
    let next = tickets.issue(Lane::Complete);
    workers.ask(next, values("abcd"));
    assert_eq!(hear.recv().unwrap(), (next, WorkerResponse::Count(4)));
}

#[test]
fn what_is_written_is_carried_out_to_the_last_even_when_the_program_is_left() {
    let (respond, hear) = channel();
    let (reached, waits) = channel();
    let written = std::sync::Arc::new(std::sync::Mutex::new(0));
    let count = written.clone();
    let (go, gate) = channel::<()>();
    let gate = std::sync::Arc::new(std::sync::Mutex::new(gate));
    let work = move |_: &WorkerRequest, cancel: &CancelToken, respond: &mut dyn FnMut(WorkerResponse)| {
        reached.send(()).expect("the test listens");
        gate.lock().expect("one thread").recv().expect("the test lets it go");
        assert!(!cancel.is_cancelled());
        *count.lock().expect("one thread") += 1;
        respond(WorkerResponse::Count(0));
    };
    let workers = Workers::start(work, move |event| {
        if let UiEvent::Response { ticket, .. } = event {
            respond.send(ticket).expect("the test listens");
        }
    });
    let mut tickets = Tickets::default();
    let now = crate::record::Timestamp::default();
    let drawn: Vec<Ticket> = (0..3).map(|_| tickets.issue(Lane::Write)).collect();
    for ticket in &drawn {
        workers.ask(
            *ticket,
            WorkerRequest::Annotate {
                annotation: Box::new(crate::tui::protocol::AnnotationRequest::Redo),
                now,
            },
        );
    }
    waits.recv().expect("the first was begun");
    (0..3).for_each(|_| go.send(()).expect("the workers run"));
    drop(workers);
    assert_eq!(
        (*written.lock().expect("nobody panicked"), hear.iter().collect::<Vec<_>>()),
        (3, drawn.clone())
    );
    assert!(drawn.iter().all(|ticket| tickets.is_current(*ticket)), "none of the answers is stale");
}
