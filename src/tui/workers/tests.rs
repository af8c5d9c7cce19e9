use std::sync::mpsc::{Receiver, channel};

use crate::tui::protocol::Tickets;

use super::*;

/// What made-up work does with a prefix: `slow` until it is cancelled, `break`
/// panics, anything else is counted.
fn work(question: &Question, cancel: &CancelToken, tell: &mut dyn FnMut(Answer)) {
    let Question::Values { prefix, .. } = question else { panic!("{question:?}") };
    match prefix.as_str() {
        "slow" => {
            tell(Answer::Count(0));
            while !cancel.is_cancelled() {
                std::thread::yield_now();
            }
            tell(Answer::Count(1));
        }
        "break" => panic!("it was made to break"),
        text => tell(Answer::Count(text.len() as u64)),
    }
}

fn values(prefix: &str) -> Question {
    Question::Values { field: "user.name".to_owned(), prefix: prefix.to_owned(), limit: 1 }
}

fn crew() -> (Crew, Receiver<(Ticket, Answer)>) {
    let (tell, hear) = channel();
    let crew = Crew::start(work, move |event| {
        if let Event::Answer { ticket, answer, .. } = event {
            tell.send((ticket, answer)).expect("the test listens");
        }
    });
    (crew, hear)
}

#[test]
fn a_newer_question_cancels_the_one_that_runs_and_only_it_is_answered() {
    let (crew, hear) = crew();
    let mut tickets = Tickets::default();
    let first = tickets.draw(Lane::Complete);
    crew.ask(first, values("slow"));
    assert_eq!(hear.recv().unwrap(), (first, Answer::Count(0)));
    crew.ask(tickets.draw(Lane::Complete), values("slow"));
    let last = tickets.draw(Lane::Complete);
    crew.ask(last, values("abc"));
    let heard: Vec<(Ticket, Answer)> = hear.iter().take_while(|(ticket, _)| *ticket != last).collect();
    assert!(heard.iter().all(|(_, answer)| *answer != Answer::Count(1)), "{heard:?}");
}

#[test]
fn lanes_do_not_wait_for_one_another() {
    let (crew, hear) = crew();
    let mut tickets = Tickets::default();
    crew.ask(tickets.draw(Lane::Page), values("slow"));
    let quick = tickets.draw(Lane::Complete);
    crew.ask(quick, values("abc"));
    let found = hear.iter().find(|(ticket, _)| *ticket == quick);
    assert_eq!(found, Some((quick, Answer::Count(3))));
}

#[test]
fn work_that_panics_is_told_and_the_lane_goes_on() {
    let (crew, hear) = crew();
    let mut tickets = Tickets::default();
    crew.ask(tickets.draw(Lane::Complete), values("break"));
    let (_, answer) = hear.recv().unwrap();
    assert!(matches!(answer, Answer::Failed(Trouble { integrity: false, .. })), "{answer:?}");
    let next = tickets.draw(Lane::Complete);
    crew.ask(next, values("abcd"));
    assert_eq!(hear.recv().unwrap(), (next, Answer::Count(4)));
}

#[test]
fn what_is_written_is_carried_out_to_the_last_even_when_the_program_is_left() {
    let (tell, hear) = channel();
    let (reached, waits) = channel();
    let written = std::sync::Arc::new(std::sync::Mutex::new(0));
    let count = written.clone();
    let (go, gate) = channel::<()>();
    let gate = std::sync::Arc::new(std::sync::Mutex::new(gate));
    let work = move |_: &Question, cancel: &CancelToken, tell: &mut dyn FnMut(Answer)| {
        reached.send(()).expect("the test listens");
        gate.lock().expect("one thread").recv().expect("the test lets it go");
        assert!(!cancel.is_cancelled());
        *count.lock().expect("one thread") += 1;
        tell(Answer::Count(0));
    };
    let crew = Crew::start(work, move |event| {
        if let Event::Answer { ticket, .. } = event {
            tell.send(ticket).expect("the test listens");
        }
    });
    let mut tickets = Tickets::default();
    let now = crate::record::Timestamp::default();
    let drawn: Vec<Ticket> = (0..3).map(|_| tickets.draw(Lane::Hand)).collect();
    for ticket in &drawn {
        crew.ask(*ticket, Question::Annotate { deed: Box::new(crate::tui::protocol::Deed::Redo), now });
    }
    waits.recv().expect("the first was begun");
    (0..3).for_each(|_| go.send(()).expect("the crew works"));
    drop(crew);
    assert_eq!(
        (*written.lock().expect("nobody panicked"), hear.iter().collect::<Vec<_>>()),
        (3, drawn.clone())
    );
    assert!(drawn.iter().all(|ticket| tickets.counts(*ticket)), "none of the answers is stale");
}
