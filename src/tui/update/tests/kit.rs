//! A case of a hundred made-up events, and shorthands to work it.

use ratatui::layout::Size;

use crate::case::{Receipt, SourceInfo};
use crate::index::{Bucket, Histogram, Hit, TopValues};
use crate::journal::{Bookmark, EventRef, Finding, FindingVerdict, History, HistoryItem, Severity, Status};
use crate::record::{EventTime, Origin, Precision, SourceId, TimeBasis, TimeRange, Timestamp, Zone};
use crate::tui::effect::{Effect, Lane, Question, Ticket};
use crate::tui::event::{Answer, Event, Page};
use crate::tui::keymap::{builtin, sequence};
use crate::tui::model::{
    Anchor, Annotated, Brief, Card, Column, Exported, Facts, FindingRow, MarkRow, Model, Notes, Offer,
    Outcome, Pivot, Progress, Row, Told, What,
};
use crate::tui::update::{start, update};
use crate::verify::{Damage, DamageScope, Levels, VerifyReport, VerifyScope};

/// The first event's time.
pub(super) const BEGIN: Timestamp = Timestamp::from_secs(1_772_323_200);

/// One event an hour, four days and four hours.
pub(super) const EVENTS: u64 = 100;

pub(super) fn facts() -> Facts {
    let last = BEGIN.plus((EVENTS as i64 - 1) * 3_600_000_000_000);
    let receipt = Receipt {
        format: "system.auth".to_owned(),
        events: EVENTS,
        first: Some(BEGIN.nanos()),
        last: Some(last.nanos()),
        ..Receipt::default()
    };
    let source = SourceInfo {
        id: SourceId([7; 32]),
        path: "logs/auth.log".to_owned(),
        path_bytes: None,
        bytes: 12_345,
        root: "00".repeat(32),
        receipt,
        remarks: Vec::new(),
        plan: None,
        reread: None,
    };
    let fields = ["event.action", "event.outcome", "source.ip", "user.name", "bytes"];
    Facts {
        title: "incident-42".to_owned(),
        sources: vec![source],
        events: EVENTS,
        fields: fields.map(str::to_owned).to_vec(),
        span: Some(TimeRange { from: BEGIN, to: last.plus(1) }),
        zone: Zone::UTC,
        in_utc: false,
        alarms: Vec::new(),
        trouble: Vec::new(),
        now: last,
    }
}

/// Gives the event of this number, 0 the newest.
pub(super) fn hit(number: u64) -> Hit {
    let record = EVENTS - 1 - number;
    Hit { time: Some(BEGIN.plus(record as i64 * 3_600_000_000_000)), source: SourceId([7; 32]), record }
}

pub(super) fn pivot(field: &str, value: &str) -> Pivot {
    Pivot { field: field.to_owned(), value: value.to_owned() }
}

pub(super) fn row(number: u64) -> Row {
    let mut cells = Column::ALL.map(|column| Some(pivot(column.field(), "x")));
    cells[Column::From as usize] = Some(pivot("source.ip", "203.0.113.7"));
    cells[Column::Actor as usize] = None;
    let brief = Brief {
        precision: Some(Precision::Milli),
        basis: TimeBasis { year: true, ..TimeBasis::default() },
        outcome: Outcome::Failure,
        cells,
        what: format!("event {number} \u{1b}]0;x\u{7}"),
    };
    Row { hit: hit(number), told: Told::Event(Box::new(brief)) }
}

/// Gives the page of these events.
pub(super) fn page(from: u64, to: u64) -> Page {
    let rows = (from..to.min(EVENTS)).map(row).collect();
    Page { rows, start: Some(from), at: 0, first: from == 0, last: to >= EVENTS }
}

pub(super) fn card(hit: Hit) -> Card {
    let origin =
        Origin { source: hit.source, record: hit.record, line: hit.record + 1, offset: 10, length: 20 };
    let basis = TimeBasis { year: true, ..TimeBasis::default() };
    Card {
        hit,
        origin,
        format: "system.auth".to_owned(),
        stamp: hit.time.map(|instant| EventTime { instant, precision: Precision::Second, basis }),
        when_text: Some("Mar  1 00:00:00".to_owned()),
        fields: vec![pivot("user.name", "ro\u{202e}ot"), pivot("source.ip", "203.0.113.7")],
        what: "it failed".to_owned(),
        raw: "Mar  1 00:00:00 web-01 sshd[1]: Failed \u{1b}[31m".to_owned(),
        raw_shown: 20,
        lossy: false,
        part: 0,
    }
}

/// Gives a histogram in which every third bucket has events.
pub(super) fn histogram(edges: &[Timestamp], by: &str) -> Histogram {
    let buckets = edges.windows(2).enumerate().map(|(at, edges)| {
        let count = if at % 3 == 0 { at as u64 + 1 } else { 0 };
        Bucket { window: TimeRange { from: edges[0], to: edges[1] }, count, by: vec![count] }
    });
    Histogram { buckets: buckets.collect(), by: vec![by.to_owned()] }
}

/// Gives what the made-up case answers.
pub(super) fn answers(question: &Question) -> Vec<Answer> {
    let top = |value: &str, count| TopValues { value: value.to_owned(), count, first: None, last: None };
    match question {
        Question::Page { .. } => vec![Answer::Page(page(0, 60))],
        Question::Count(_) => vec![Answer::Count(EVENTS)],
        Question::Histogram { edges, .. } => vec![Answer::Histogram {
            matching: histogram(edges, "failure"),
            present: histogram(edges, "system.auth"),
            formats: Vec::new(),
        }],
        Question::Facets { fields, .. } => {
            let values = vec![top("failure", 90), top("succ\u{9b}ess", 10)];
            let facet = |(field, _): &(String, usize)| Answer::Facet {
                field: field.clone(),
                values: values.clone(),
                more: true,
            };
            fields.iter().map(facet).chain([Answer::FacetsDone]).collect()
        }
        Question::Entry(hit) => vec![Answer::Entry(Box::new(card(*hit)))],
        Question::Notes => vec![Answer::Notes(Box::new(notes()))],
        Question::Found(hits) => vec![Answer::Found(hits.iter().step_by(3).copied().collect())],
        Question::Annotate { .. } => vec![Answer::Annotated(Box::new(Annotated {
            ids: vec!["1".repeat(64)],
            said: "marked a\u{1b}[31m".to_owned(),
            warning: None,
            notes: notes(),
        }))],
        Question::Verify { .. } => {
            let rungs = Levels { consistent: false, signed: None, anchored: None, extends: None };
            let reason = "it\u{1b}[31m is cut".to_owned();
            let damage =
                vec![Damage::new(DamageScope::Evidence, "evidence/0001", reason).in_frame(1, (0, 9))];
            let (target, notes, not_proven) = ("case".to_owned(), Vec::new(), vec!["All.".to_owned()]);
            let (reach, history) = (VerifyScope::default(), History::default());
            let verdict = VerifyReport {
                target,
                rungs,
                damage,
                notes,
                not_proven,
                entries: 7,
                sources: 1,
                reach,
                history,
            };
            vec![Answer::Progress(Progress { done: 1, total: 2 }), Answer::Checked(Box::new(verdict))]
        }
        Question::Anchor { .. } => {
            let line = "vestigo 7 AAAA".to_owned();
            vec![Answer::Anchored(Anchor {
                entries: 7,
                line,
                file: "anchors/checkpoint-000007.txt".to_owned(),
                signer: None,
            })]
        }
        Question::Offer { text, scope, .. } => {
            let search = ("this search".to_owned(), What::Search(text.clone(), scope.clone()));
            let choices = vec![search, ("bookmarks".to_owned(), What::Bookmarks)];
            vec![Answer::Offer(Offer { choices, name: "case-x3".to_owned(), signer: "SHA256:x".to_owned() })]
        }
        Question::Export { order, .. } => vec![
            Answer::Progress(Progress { done: 1, total: 3 }),
            Answer::Exported(Box::new(Exported {
                to: order.to.clone(),
                events: EVENTS,
                line: "case-x3 sha-256 00".to_owned(),
                notes: Vec::new(),
                alarm: false,
            })),
        ],
        Question::Look => vec![Answer::Same],
        Question::Values { .. } => vec![Answer::Values(vec![top("root", 3), top("ro ot", 1)])],
    }
}

/// Gives what was noted in the made-up case: hostile texts, an orphan, and a finding of each state.
pub(super) fn notes() -> Notes {
    let evil = "no\u{1b}]0;x\u{7}te \u{202e}".to_owned();
    let said = HistoryItem { at: BEGIN.to_string(), by: evil.clone(), text: evil.clone() };
    let finding = |(number, state): (u64, &Status)| FindingRow {
        finding: Finding {
            number,
            uid: format!("uid {number}"),
            title: format!("{evil} {number}"),
            severity: Severity::ALL[number as usize % Severity::ALL.len()],
            state: *state,
            verdict: (number > 2).then_some(FindingVerdict::True),
            owner: evil.clone(),
            due: "2026-03-01".to_owned(),
            tags: [evil.clone()].into(),
            events: Default::default(),
            query: None,
            notes: vec![said.clone()],
            history: vec![said.clone()],
        },
        events: number,
        last: Some(BEGIN),
        trouble: (number == 2).then(|| "1 of its events is ORPHANED".to_owned()),
    };
    let mark = |hit: Option<Hit>| {
        let number = hit.map_or(9_999, |hit| hit.record);
        let event =
            EventRef::new(&SourceId([7; 32]), number, &SourceId([9; 32]), hit.and_then(|hit| hit.time));
        let mark =
            Bookmark { event, note: evil.clone(), tags: [evil.clone()].into(), history: vec![said.clone()] };
        MarkRow { mark, hit, what: evil.clone() }
    };
    Notes {
        findings: (1..).zip(Status::ALL).map(finding).collect(),
        marks: [Some(hit(0)), Some(hit(2)), None].map(mark).to_vec(),
        orphans: Vec::new(),
        entries: 7,
        tail: vec![said; 3],
    }
}

/// Carries out effects until none is left; gives those that are no questions.
pub(super) fn settle(model: &mut Model, effects: Vec<Effect>) -> Vec<Effect> {
    let mut left: Vec<Effect> = effects;
    let mut kept = Vec::new();
    while let Some(effect) = left.pop() {
        match effect {
            Effect::Ask(ticket, question) => {
                for answer in answers(&question) {
                    left.extend(update(model, Event::Answer { ticket, took: None, answer }));
                }
            }
            Effect::Copy(_) | Effect::Redraw | Effect::Suspend | Effect::Quit => kept.push(effect),
        }
    }
    kept
}

/// Opens the made-up case with everything answered.
pub(super) fn opened(width: u16, height: u16) -> Model {
    let mut model = Model::new(facts(), builtin("default").unwrap(), Size { width, height });
    let effects = start(&mut model);
    settle(&mut model, effects);
    model
}

/// Presses keys; gives the effects of the last.
pub(super) fn press(model: &mut Model, keys: &str) -> Vec<Effect> {
    let mut effects = Vec::new();
    for chord in sequence(keys).unwrap() {
        effects = update(model, Event::Key(chord));
    }
    effects
}

/// Types text.
pub(super) fn write(model: &mut Model, text: &str) {
    for c in text.chars() {
        let effects = update(model, Event::Key(crate::tui::keymap::Chord::char(c)));
        settle(model, effects);
    }
}

/// Gives the lanes that were asked.
pub(super) fn lanes(effects: &[Effect]) -> Vec<Lane> {
    effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Ask(ticket, _) => Some(ticket.lane),
            Effect::Copy(_) | Effect::Redraw | Effect::Suspend | Effect::Quit => None,
        })
        .collect()
}

/// Gives the question that a lane was asked, with its ticket.
pub(super) fn asked(effects: &[Effect], lane: Lane) -> (Ticket, Question) {
    effects
        .iter()
        .find_map(|effect| match effect {
            Effect::Ask(ticket, question) if ticket.lane == lane => Some((*ticket, question.clone())),
            Effect::Ask(..) | Effect::Copy(_) | Effect::Redraw | Effect::Suspend | Effect::Quit => None,
        })
        .unwrap_or_else(|| panic!("{lane:?} was not asked: {effects:?}"))
}

/// Gives what the notice says.
pub(super) fn said(model: &Model) -> &str {
    model.notice.as_ref().map_or("", |notice| notice.text.as_str())
}
