//! A case of a hundred made-up events, and shorthands to work it.

use ratatui::layout::Size;

use crate::app::{
    Bookmark, Damage, DamageScope, Detected, EventRef, EvidenceScope, Finding, FindingVerdict, Histogram,
    HistogramBucket, History, HistoryItem, Hit, Incident, Levels, Receipt, Severity, SourceInfo, Status,
    TopValues, VerifyReport, VerifyScope,
};
use crate::record::{Digest, EventTime, Origin, Precision, SourceId, TimeBasis, TimeRange, Timestamp, Zone};
use crate::tui::keymap::{builtin, sequence};
use crate::tui::model::Model;
use crate::tui::protocol::{
    AnnotationResult, Annotations, BookmarkRow, CaseInfo, DetectionDone, Effect, EventColumn, EventDetail,
    EventOutcome, EventPage, EventRow, ExportChoices, ExportResult, FindingCurve, FindingRow, ImportOutcome,
    ImportProgress, Lane, LastDetection, Pivot, RowContent, RowSummary, Ticket, UiEvent, WorkProgress,
    WorkerRequest, WorkerResponse, WrittenCheckpoint,
};
use crate::tui::update::{start, update};

/// The first event's time.
pub(super) const BEGIN: Timestamp = Timestamp::from_secs(1_772_323_200);

/// One event an hour, four days and four hours.
pub(super) const EVENTS: u64 = 100;

pub(super) fn facts() -> CaseInfo {
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
    CaseInfo {
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

/// Returns the event of this number, 0 the newest.
pub(super) fn hit(number: u64) -> Hit {
    let record = EVENTS - 1 - number;
    Hit { time: Some(BEGIN.plus(record as i64 * 3_600_000_000_000)), source: SourceId([7; 32]), record }
}

pub(super) fn pivot(field: &str, value: &str) -> Pivot {
    Pivot { field: field.to_owned(), value: value.to_owned() }
}

pub(super) fn row(number: u64) -> EventRow {
    let mut cells = EventColumn::ALL.map(|column| Some(pivot(column.field(), "x")));
    cells[EventColumn::From as usize] = Some(pivot("source.ip", "203.0.113.7"));
    cells[EventColumn::Actor as usize] = None;
    let brief = RowSummary {
        precision: Some(Precision::Milli),
        basis: TimeBasis { year: true, ..TimeBasis::default() },
        outcome: EventOutcome::Failure,
        cells,
        what: format!("event {number} \u{1b}]0;x\u{7}"),
    };
    EventRow { hit: hit(number), content: RowContent::Event(Box::new(brief)) }
}

/// Returns the page of these events.
pub(super) fn page(from: u64, to: u64) -> EventPage {
    let rows = (from..to.min(EVENTS)).map(row).collect();
    EventPage { rows, start: Some(from), at: 0, first: from == 0, last: to >= EVENTS }
}

pub(super) fn card(hit: Hit) -> EventDetail {
    let origin =
        Origin { source: hit.source, record: hit.record, line: hit.record + 1, offset: 10, length: 20 };
    let basis = TimeBasis { year: true, ..TimeBasis::default() };
    EventDetail {
        hit,
        origin,
        format: "system.auth".to_owned(),
        time: hit.time.map(|instant| EventTime { timestamp: instant, precision: Precision::Second, basis }),
        time_text: Some("Mar  1 00:00:00".to_owned()),
        fields: vec![pivot("user.name", "ro\u{202e}ot"), pivot("source.ip", "203.0.113.7")],
        what: "failure".to_owned(),
        raw: "Mar  1 00:00:00 web-01 sshd[1]: Failed \u{1b}[31m".to_owned(),
        raw_shown: 20,
        lossy: false,
        part: 0,
    }
}

/// Returns a histogram in which every third bucket has events.
pub(super) fn histogram(edges: &[Timestamp], by: &str) -> Histogram {
    let buckets = edges.windows(2).enumerate().map(|(at, edges)| {
        let count = if at % 3 == 0 { at as u64 + 1 } else { 0 };
        HistogramBucket { window: TimeRange { from: edges[0], to: edges[1] }, count, by: vec![count] }
    });
    Histogram { buckets: buckets.collect(), by: vec![by.to_owned()] }
}

/// Returns what the made-up case answers.
pub(super) fn responses(request: &WorkerRequest) -> Vec<WorkerResponse> {
    let top = |value: &str, count| TopValues { value: value.to_owned(), count, first: None, last: None };
    match request {
        WorkerRequest::Page { .. } => vec![WorkerResponse::Page(page(0, 60))],
        WorkerRequest::Count(_) => vec![WorkerResponse::Count(EVENTS)],
        WorkerRequest::Histogram { edges, .. } => vec![WorkerResponse::Histogram {
            matching: histogram(edges, "failure"),
            present: histogram(edges, "system.auth"),
            formats: Vec::new(),
        }],
        WorkerRequest::Facets { fields, .. } => {
            let values = vec![top("failure", 90), top("succ\u{9b}ess", 10)];
            let facet = |(field, _): &(String, usize)| WorkerResponse::Facet {
                field: field.clone(),
                values: values.clone(),
                more: true,
            };
            fields.iter().map(facet).chain([WorkerResponse::FacetsDone]).collect()
        }
        WorkerRequest::Entry(hit) => vec![WorkerResponse::Entry(Box::new(card(*hit)))],
        WorkerRequest::Annotations => vec![WorkerResponse::Annotations(Box::new(notes()))],
        WorkerRequest::FindingHits(hits) => {
            vec![WorkerResponse::FindingHits(hits.iter().step_by(3).copied().collect())]
        }
        WorkerRequest::Annotate { .. } => vec![WorkerResponse::Annotated(Box::new(AnnotationResult {
            ids: vec!["1".repeat(64)],
            message: "marked a\u{1b}[31m".to_owned(),
            warning: None,
            notes: notes(),
        }))],
        WorkerRequest::Verify { .. } => {
            let levels = Levels { consistent: false, signed: None, anchored: None, extends: None };
            let reason = "it\u{1b}[31m is cut".to_owned();
            let damage =
                vec![Damage::new(DamageScope::Evidence, "evidence/0001", reason).in_frame(1, (0, 9))];
            let (target, notes, not_proven) = ("case".to_owned(), Vec::new(), vec!["All.".to_owned()]);
            let (scope, history) = (VerifyScope::default(), History::default());
            let verdict = VerifyReport {
                target,
                levels,
                damage,
                notes,
                not_proven,
                entries: 7,
                sources: 1,
                scope,
                history,
            };
            vec![
                WorkerResponse::Progress(WorkProgress { done: 1, total: 2 }),
                WorkerResponse::Verified(Box::new(verdict)),
            ]
        }
        WorkerRequest::Detect { .. } => {
            let left = vec![("behaviour:x\u{1b}".to_owned(), "no event has\u{1b} y".to_owned())];
            let run = LastDetection {
                ran: 3,
                not_evaluated: left.clone(),
                unread: left,
                ..LastDetection::default()
            };
            let done = DetectionDone { run, ids: Vec::new(), warning: None, notes: notes() };
            let progress = WorkerResponse::Progress(WorkProgress::default());
            vec![progress, WorkerResponse::Detected(Box::new(done))]
        }
        WorkerRequest::Curve { finding, edges } => {
            let events: Vec<u64> = (1..edges.len() as u64).map(|at| at % 3).collect();
            let all = events.iter().map(|count| count + 1).collect();
            vec![WorkerResponse::Curve(FindingCurve { finding: finding.clone(), events, all })]
        }
        WorkerRequest::Checkpoint { .. } => {
            let line = "vestigo 7 AAAA".to_owned();
            vec![WorkerResponse::CheckpointWritten(WrittenCheckpoint {
                entries: 7,
                line,
                file: "anchors/checkpoint-000007.txt".to_owned(),
                signer: None,
                stamped: None,
                warnings: Vec::new(),
            })]
        }
        WorkerRequest::ExportChoices { scope, .. } => {
            let search = (
                "this search".to_owned(),
                EvidenceScope::Search { expr: scope.expr.clone(), range: scope.window },
            );
            let choices = vec![search, ("bookmarks".to_owned(), EvidenceScope::Bookmarks)];
            vec![WorkerResponse::ExportChoices(ExportChoices {
                choices,
                name: "case-x3".to_owned(),
                signer: "SHA256:x".to_owned(),
            })]
        }
        WorkerRequest::Export { order, .. } => vec![
            WorkerResponse::Progress(WorkProgress { done: 1, total: 3 }),
            WorkerResponse::Exported(Box::new(ExportResult {
                to: order.to.clone(),
                events: EVENTS,
                line: "case-x3 sha-256 00".to_owned(),
                notes: Vec::new(),
                alarm: false,
            })),
        ],
        WorkerRequest::CheckForChanges => vec![WorkerResponse::Unchanged],
        WorkerRequest::Import(_) => vec![
            WorkerResponse::Importing(ImportProgress::default()),
            WorkerResponse::Imported(Box::new(ImportOutcome {
                summary: "imported 1 source, 100 events, 9 kB".to_owned(),
                incomplete: vec!["a\u{1b}[31m.log: it is cut".to_owned()],
                interrupted: false,
                warning: None,
            })),
        ],
        WorkerRequest::Values { .. } => vec![WorkerResponse::Values(vec![top("root", 3), top("ro ot", 1)])],
    }
}

/// Returns what a detector said of the finding of this number: it began that many hours
/// after the first event.
fn detected(number: u64, evil: &str) -> Detected {
    let start = BEGIN.plus(number as i64 * 3_600_000_000_000);
    let entity = [("source.ip", evil.into()), ("user.name", vec![evil, "root"].into())];
    Detected {
        fingerprint: format!("print {number}"),
        detector: format!("behaviour:{evil}"),
        confidence: 1.into(),
        entity: entity.map(|(field, value)| (field.to_owned(), value)).into_iter().collect(),
        start: Some(start.to_string()),
        end: Some(start.plus(60_000_000_000).to_string()),
        count: number,
        records: Vec::new(),
        attack: vec![evil.to_owned()],
        tactics: vec![evil.to_owned()],
        why: evil.to_owned(),
        numbers: [(evil.to_owned(), serde_json::Value::from(evil))].into_iter().collect(),
        advice: Some((evil.to_owned(), evil.to_owned())),
    }
}

/// Returns annotations in the made-up case: hostile texts, an orphan, and a finding of each state.
pub(super) fn notes() -> Annotations {
    let evil = "no\u{1b}]0;x\u{7}te \u{202e}".to_owned();
    let said = HistoryItem::new(BEGIN.to_string(), evil.clone(), evil.clone());
    let finding = |(number, state): (u64, &Status)| FindingRow {
        finding: Finding {
            number,
            uid: format!("uid {number}"),
            title: format!("{evil} {number}"),
            severity: Severity::ALL[number as usize % Severity::ALL.len()],
            state: *state,
            verdict: (number > 2).then_some(FindingVerdict::TrueWithImpact),
            owner: evil.clone(),
            due: "2026-03-01".to_owned(),
            remedy: None,
            link: evil.clone(),
            fixed_at: String::new(),
            proof: None,
            acceptance: None,
            tags: [evil.clone()].into(),
            events: Default::default(),
            query: None,
            detected: (number != 2).then(|| Box::new(detected(number, &evil))),
            notes: vec![said.clone()],
            history: vec![said.clone()],
        },
        events: number,
        last: Some(BEGIN),
        due: "2026-03-01".to_owned(),
        trouble: (number == 2).then(|| "1 of its events is ORPHANED".to_owned()),
    };
    let mark = |hit: Option<Hit>| {
        let number = hit.map_or(9_999, |hit| hit.record);
        let event = EventRef::new(&SourceId([7; 32]), number, &Digest([9; 32]), hit.and_then(|hit| hit.time));
        let mark =
            Bookmark { event, note: evil.clone(), tags: [evil.clone()].into(), history: vec![said.clone()] };
        BookmarkRow { bookmark: mark, hit, what: evil.clone() }
    };
    Annotations {
        findings: (1..).zip(Status::ALL).map(finding).collect(),
        incidents: vec![Incident {
            number: 1,
            findings: vec![3, 1],
            stages: vec![evil.clone(), "persistence".to_owned()],
            risk: 120.0,
            severity: Severity::High,
        }],
        bookmarks: [Some(hit(0)), Some(hit(2)), None].map(mark).to_vec(),
        orphans: Vec::new(),
        entries: 7,
        tail: vec![said; 3],
    }
}

/// Carries out effects until none is left; gives those that are no requests.
pub(super) fn settle(model: &mut Model, effects: Vec<Effect>) -> Vec<Effect> {
    let mut left: Vec<Effect> = effects;
    let mut kept = Vec::new();
    while let Some(effect) = left.pop() {
        match effect {
            Effect::Request(ticket, request) => {
                for response in responses(&request) {
                    left.extend(update(model, UiEvent::Response { ticket, took: None, response }));
                }
            }
            Effect::StopExport
            | Effect::StopDetection
            | Effect::Copy(_)
            | Effect::Redraw
            | Effect::Suspend
            | Effect::Quit => {
                kept.push(effect);
            }
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

/// Presses keys; returns the effects of the last.
pub(super) fn press(model: &mut Model, keys: &str) -> Vec<Effect> {
    let mut effects = Vec::new();
    for chord in sequence(keys).unwrap() {
        effects = update(model, UiEvent::Key(chord));
    }
    effects
}

/// Types text.
pub(super) fn write(model: &mut Model, text: &str) {
    for c in text.chars() {
        let effects = update(model, UiEvent::Key(crate::tui::keymap::Chord::char(c)));
        settle(model, effects);
    }
}

/// Returns the lanes that were asked.
pub(super) fn lanes(effects: &[Effect]) -> Vec<Lane> {
    effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Request(ticket, _) => Some(ticket.lane),
            Effect::StopExport
            | Effect::StopDetection
            | Effect::Copy(_)
            | Effect::Redraw
            | Effect::Suspend
            | Effect::Quit => None,
        })
        .collect()
}

/// Returns the request that a lane was asked, with its ticket.
pub(super) fn asked(effects: &[Effect], lane: Lane) -> (Ticket, WorkerRequest) {
    effects
        .iter()
        .find_map(|effect| match effect {
            Effect::Request(ticket, request) if ticket.lane == lane => Some((*ticket, request.clone())),
            Effect::Request(..)
            | Effect::StopExport
            | Effect::StopDetection
            | Effect::Copy(_)
            | Effect::Redraw
            | Effect::Suspend
            | Effect::Quit => None,
        })
        .unwrap_or_else(|| panic!("{lane:?} was not asked: {effects:?}"))
}

/// Returns what the notice says.
pub(super) fn said(model: &Model) -> &str {
    model.notice.as_ref().map_or("", |notice| notice.text.as_str())
}
