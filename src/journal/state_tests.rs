//! The state at the end of a journal, undoing, and merging copies.

use super::Payload;
use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::fs::Dir;
use crate::record::{FixedClock, Timestamp};

/// A copy of a case, whose annotations are written into a folder.
struct Copy {
    folder: tempfile::TempDir,
    login: &'static str,
    now: i64,
}

impl Copy {
    fn new(login: &'static str) -> Copy {
        Copy { folder: tempfile::tempdir().expect("a folder"), login, now: 1_772_582_400 }
    }

    fn copied(&self, login: &'static str) -> Copy {
        let copy = Copy { now: self.now, ..Copy::new(login) };
        std::fs::copy(self.folder.path().join(FILE), copy.folder.path().join(FILE)).expect("it is there");
        copy
    }

    fn write(&mut self, payload: impl Into<Payload>) -> String {
        let who = Actor::new(self.login, "host");
        self.now += 1;
        let clock = FixedClock(Timestamp::from_secs(self.now));
        let dir = Dir::open(self.folder.path()).expect("it is there");
        let before = read(&dir).unwrap_or_default();
        let mut writer = Writer::open(&dir, &who, &clock).expect("nobody else writes");
        writer.append(payload, &clock).expect("it is written");
        // What is worked out from the state before is what is worked out from nothing.
        let (state, now) = (State::from_journal(&before), writer.into_journal());
        assert_eq!(state.after(&before, &now), State::from_journal(&now));
        now.head
    }

    fn annotate(&mut self, annotation: Annotation) -> String {
        self.write(annotation)
    }

    fn journal(&self) -> Journal {
        read(&Dir::open(self.folder.path()).expect("it is there")).expect("it reads")
    }

    fn merge(&mut self, other: &Copy) -> Vec<Conflict> {
        let theirs = other.journal();
        let merge = Merge::new(&self.journal(), &theirs, u64::MAX, MergeChoice::All);
        if !merge.lines.is_empty() {
            self.write(merge.entry(&theirs));
        }
        merge.conflicts
    }

    fn state(&self) -> State {
        State::from_journal(&self.journal())
    }

    /// The state without the local numbers of findings.
    fn unnumbered_state(&self) -> (BTreeMap<String, Bookmark>, BTreeMap<String, Finding>) {
        let state = self.state();
        let bare = |finding: Finding| (finding.uid.clone(), Finding { number: 0, ..finding });
        (state.bookmarks, state.findings.into_iter().map(bare).collect())
    }
}

fn event(n: u64) -> EventRef {
    let (event, hash) = (format!("{}:{n}", "ab".repeat(32)), "cd".repeat(32));
    EventRef { event, hash, time: None }
}

fn bookmark(n: u64, note: &str) -> Annotation {
    Annotation::AddBookmark { event: event(n), note: Some(note.to_owned()), tags: Vec::new() }
}

fn new_finding(title: &str) -> Annotation {
    Annotation::AddFinding(NewFinding {
        title: title.to_owned(),
        severity: Severity::Medium,
        events: vec![event(1)],
        query: None,
        note: None,
        tags: Vec::new(),
        owner: None,
        due: None,
        detected: None,
    })
}

fn severity(finding: &str, severity: Severity) -> Annotation {
    let change = FindingChange { severity: Some(severity), ..FindingChange::default() };
    Annotation::ChangeFinding { finding: finding.to_owned(), change }
}

#[test]
fn a_finding_lives_from_open_to_closed_and_back() {
    let mut case = Copy::new("ada");
    let uid = case.annotate(new_finding("spraying"));
    case.annotate(severity(&uid, Severity::Critical));
    case.annotate(Annotation::AddNote { finding: uid.clone(), text: "from one address".to_owned() });
    let (finding, reason) = (uid.clone(), "blocked".to_owned());
    case.annotate(Annotation::CloseFinding { finding, reason, verdict: Some(FindingVerdict::Legitimate) });
    let finding = case.state().findings.remove(0);
    assert_eq!((finding.number, finding.severity), (1, Severity::Critical));
    assert_eq!((finding.state, finding.verdict), (Status::Closed, Some(FindingVerdict::Legitimate)));
    assert_eq!(finding.notes[0].text, "from one address");
    case.annotate(Annotation::ReopenFinding { finding: uid, reason: "seen again".to_owned() });
    assert_eq!(case.state().findings[0].state, Status::Open);
    assert_eq!(case.state().findings[0].history.len(), 5);
}

#[test]
fn an_undo_can_be_undone() {
    let mut case = Copy::new("ada");
    case.annotate(bookmark(1, "first"));
    let second = case.annotate(bookmark(1, "second"));
    assert_eq!(case.state().bookmarks[&event(1).event].note, "second");
    let undo = case.annotate(Annotation::Undo { line: second, of: None });
    assert_eq!(case.state().bookmarks[&event(1).event].note, "first");
    case.annotate(Annotation::Undo { line: undo, of: None });
    assert_eq!(case.state().bookmarks[&event(1).event].note, "second");
}

#[test]
fn a_number_never_means_two_findings() {
    let mut case = Copy::new("ada");
    let first = case.annotate(new_finding("one"));
    case.annotate(Annotation::Undo { line: first, of: None });
    case.annotate(new_finding("two"));
    let numbers: Vec<u64> = case.state().findings.iter().map(|finding| finding.number).collect();
    assert_eq!(numbers, [2]);
}

#[test]
fn a_conflict_is_listed_and_nothing_is_lost() {
    let mut ada = Copy::new("ada");
    let uid = ada.annotate(new_finding("spraying"));
    let mut grace = ada.copied("grace");
    ada.annotate(severity(&uid, Severity::High));
    grace.now += 10;
    grace.annotate(severity(&uid, Severity::Low));
    let theirs = ada.merge(&grace);
    let ours = grace.merge(&ada);
    assert_eq!(theirs, ours, "both hear of the same conflict");
    assert_eq!((theirs[0].stands.as_str(), theirs[0].gave_way.as_str()), ("low", "high"));
    assert_eq!(ada.state().findings[0].severity, Severity::Low);
    let finding = ada.state().findings.remove(0);
    let texts: Vec<&str> = finding.history.iter().map(|item| item.text.as_str()).collect();
    assert_eq!(texts, ["made", "severity = high", "severity = low"], "the words inside bundles stay");
    let summaries: Vec<&str> = finding.history.iter().map(|item| item.summary.as_str()).collect();
    assert_eq!(summaries, ["created", "severity = high", "severity = low"]);
    assert_eq!(ada.state().conflicts, theirs);
}

#[test]
fn a_merge_without_news_is_not_an_entry() {
    let mut ada = Copy::new("ada");
    ada.annotate(bookmark(1, "mine"));
    let grace = ada.copied("grace");
    assert_eq!(ada.merge(&grace), []);
    assert_eq!(ada.journal().entries.len(), 1, "a merge without news is not an entry");
}

#[derive(Debug, Clone)]
enum Step {
    Bookmark(u64, u8),
    RemoveBookmark(u64),
    Severity(u8),
    Note(u8),
    Find(u8),
    Undo,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (0u64..3, any::<u8>()).prop_map(|(n, note)| Step::Bookmark(n, note)),
        (0u64..3).prop_map(Step::RemoveBookmark),
        (0u8..5).prop_map(Step::Severity),
        any::<u8>().prop_map(Step::Note),
        any::<u8>().prop_map(Step::Find),
        Just(Step::Undo),
    ]
}

fn play(copy: &mut Copy, uid: &str, steps: &[Step]) {
    for step in steps {
        let finding = uid.to_owned();
        let annotation = match step {
            Step::Bookmark(n, note) => bookmark(*n, &note.to_string()),
            Step::RemoveBookmark(n) => Annotation::RemoveBookmark { event: event(*n).event },
            Step::Severity(n) => severity(uid, Severity::ALL[usize::from(*n)]),
            Step::Note(n) => Annotation::AddNote { finding, text: n.to_string() },
            Step::Find(n) => new_finding(&n.to_string()),
            Step::Undo => Annotation::Undo { line: copy.journal().head, of: None },
        };
        copy.annotate(annotation);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn merging_is_commutative_idempotent_and_associative(
        a in prop::collection::vec(step(), 0..6),
        b in prop::collection::vec(step(), 0..6),
        c in prop::collection::vec(step(), 0..6),
        drift in -5i64..5,
    ) {
        let mut base = Copy::new("base");
        let uid = base.annotate(new_finding("shared"));
        let mut copies = [base.copied("a"), base.copied("b"), base.copied("c")];
        copies[1].now += drift;
        for (copy, steps) in copies.iter_mut().zip([&a, &b, &c]) {
            play(copy, &uid, steps);
        }
        let [a, b, c] = &copies;
        let mut ab_c = a.copied("x");
        ab_c.merge(b);
        let once = ab_c.unnumbered_state();
        ab_c.merge(b);
        prop_assert_eq!(&ab_c.unnumbered_state(), &once, "idempotent");
        let mut ba = b.copied("x");
        ba.merge(a);
        prop_assert_eq!(&ba.unnumbered_state(), &once, "commutative");
        ab_c.merge(c);
        let mut bc = b.copied("x");
        bc.merge(c);
        let mut a_bc = a.copied("x");
        a_bc.merge(&bc);
        prop_assert_eq!(ab_c.unnumbered_state(), a_bc.unnumbered_state(), "associative");
    }
}
