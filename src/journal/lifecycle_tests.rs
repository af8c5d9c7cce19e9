//! The life of a finding: a million steps, and no path that settles it without a reason.

use serde_json::Number;

use super::annotation_log::AnnotationOp;
use super::*;

/// Numbers that look random, the same in every run (SplitMix64).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % sides
    }

    fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.roll(all.len() as u64) as usize]
    }

    fn maybe<T>(&mut self, value: T) -> Option<T> {
        (self.roll(2) == 0).then_some(value)
    }
}

fn number(value: f64) -> Number {
    Number::from_f64(value).expect("finite")
}

/// A proof that holds: daily before, quiet for two weeks.
fn proof(since: &str) -> FixProof {
    let expected: f64 = 10.0 / 240.0 * 336.0;
    FixProof {
        since: since.to_owned(),
        until: "2026-03-31T00:00:00.000000000Z".to_owned(),
        hits: 0,
        coverage: vec![StreamCoverage {
            stream: "sshd on web-01".to_owned(),
            events: 900,
            coverage: number(0.995),
        }],
        can_fire: Some("it still finds the events of this finding".to_owned()),
        cannot_fire: None,
        occurrences: 10,
        hours_before: number(240.0),
        hours_after: number(336.0),
        expected: number(expected),
        confidence: number(1.0 - (-expected).exp()),
    }
}

/// Breaks one of the proofs.
fn broken(mut proof: FixProof, which: u64) -> FixProof {
    match which {
        0 => proof.hits = 1,
        1 => proof.coverage[0].coverage = number(0.98),
        2 => proof.coverage.clear(),
        3 => proof.can_fire = None,
        4 => proof.confidence = number(1.0),
        5 => proof.occurrences = 0,
        6 => (proof.hours_after, proof.expected) = (number(12.0), number(0.5)),
        _ => proof.since = "2026-01-01T00:00:00.000000000Z".to_owned(),
    }
    proof
}

fn step(dice: &mut Dice, finding: &Finding) -> Annotation {
    let uid = || finding.uid.clone();
    let reason = || ["", "because"][finding.history.len() % 2].to_owned();
    match dice.roll(8) {
        0..=2 => {
            let state = Some(dice.one_of(Status::ALL));
            let verdict = (dice.roll(4) == 0).then(|| dice.one_of(FindingVerdict::ALL));
            let fixed_at = dice.maybe("2026-03-17T00:00:00.000000000Z".to_owned());
            let change = FindingChange { state, verdict, fixed_at, ..FindingChange::default() };
            Annotation::ChangeFinding { finding: uid(), change }
        }
        3 => {
            let verdict = dice.roll(8);
            let verdict = FindingVerdict::ALL.get(verdict as usize).copied();
            Annotation::CloseFinding { finding: uid(), reason: reason(), verdict }
        }
        4 => Annotation::ReopenFinding { finding: uid(), reason: reason() },
        5 => {
            let proof = proof(&finding.fixed_at);
            let which = dice.roll(16);
            let proof = if which < 8 { broken(proof, which) } else { proof };
            Annotation::VerifyFix { finding: uid(), proof: Box::new(proof) }
        }
        6 => {
            let approver = dice.one_of(&["", " ", "grace"]).to_owned();
            let until = dice.one_of(&["", "soon", "2026-12-31"]).to_owned();
            let acceptance = Acceptance { approver, until, reason: reason() };
            Annotation::AcceptRisk { finding: uid(), acceptance }
        }
        _ => Annotation::RetractFinding { finding: uid(), reason: reason() },
    }
}

fn op(annotation: Annotation, undone: bool) -> AnnotationOp {
    AnnotationOp {
        id: "aa".repeat(32),
        tick: 0,
        at: "2026-03-18T00:00:00.000000000Z".to_owned(),
        by: "ada@host".to_owned(),
        annotation,
        arrived: 0,
        seq: Some(1),
        via: 1,
        unsigned: false,
        undone,
    }
}

fn new_finding(is_detected: bool) -> Finding {
    let detected = Detected {
        fingerprint: "ff".repeat(32),
        detector: "behaviour:burst".to_owned(),
        confidence: number(0.8),
        entity: serde_json::Map::new(),
        start: None,
        end: None,
        count: 1,
        records: Vec::new(),
        attack: Vec::new(),
        tactics: Vec::new(),
        why: "why".to_owned(),
        numbers: serde_json::Map::new(),
        advice: None,
    };
    let new = NewFinding {
        title: "found".to_owned(),
        severity: Severity::High,
        events: Vec::new(),
        query: None,
        note: None,
        tags: Vec::new(),
        owner: None,
        due: None,
        detected: is_detected.then(|| Box::new(detected)),
    };
    Finding::new(&op(Annotation::AddFinding(new.clone()), false), &new)
}

/// What may have led to a settled state, told from the step alone.
fn is_reason(before: &Finding, step: &Annotation, after: Status) -> bool {
    match (after, step) {
        (Status::Verified, Annotation::VerifyFix { proof, .. }) => {
            before.state == Status::FixClaimed && proof.missing().is_empty()
        }
        (Status::Accepted, Annotation::AcceptRisk { acceptance, .. }) => {
            acceptance.approver == "grace"
                && acceptance.until == "2026-12-31"
                && acceptance.reason == "because"
        }
        (Status::Closed, Annotation::CloseFinding { verdict, .. }) => {
            let no_fix =
                [FindingVerdict::FalsePositive, FindingVerdict::Legitimate, FindingVerdict::NotApplicable];
            verdict.or(before.verdict).is_some_and(|verdict| no_fix.contains(&verdict))
        }
        (Status::Closed, Annotation::RetractFinding { .. }) => {
            before.detected.is_some() && before.state == Status::Open && before.verdict.is_none()
        }
        _ => false,
    }
}

#[test]
fn no_path_of_a_million_steps_settles_a_finding_without_a_proof_or_a_name() {
    let mut dice = Dice(42);
    let (mut reached, mut steps) = ([0_u64; 3], 0);
    while steps < 1_000_000 {
        let mut finding = new_finding(dice.roll(2) == 0);
        for _ in 0..64 {
            steps += 1;
            let (before, step) = (finding.clone(), step(&mut dice, &finding));
            let undone = dice.roll(16) == 0;
            finding.apply(&op(step.clone(), undone));
            let settled = [Status::Verified, Status::Accepted, Status::Closed];
            if let Some(which) = settled.iter().position(|state| *state == finding.state) {
                reached[which] += 1;
                let stays = before.state == finding.state;
                assert!(stays || !undone && is_reason(&before, &step, finding.state), "{step:?}");
            }
            assert_eq!(finding.proof.is_some(), finding.state == Status::Verified);
            assert_eq!(finding.acceptance.is_some(), finding.state == Status::Accepted);
            let is_true = finding.verdict.is_some_and(FindingVerdict::is_true);
            assert!(!(finding.state == Status::Closed && is_true), "{step:?}");
        }
    }
    assert!(reached.iter().all(|count| *count > 1000), "{reached:?}");
}

#[test]
fn each_proof_is_needed() {
    let since = "2026-03-17T00:00:00.000000000Z";
    assert_eq!(proof(since).missing(), Vec::<String>::new());
    for which in 0..7 {
        assert!(!broken(proof(since), which).missing().is_empty(), "{which}");
    }
    let sentence = proof(since).sentence();
    assert_eq!(sentence, "fix shown with 99.9 % confidence, 14.0 days, 14.0 occurrences expected, 0 seen");
}

#[test]
fn an_acceptance_ends_after_its_last_day() {
    let mut finding = new_finding(false);
    let acceptance = Acceptance {
        approver: "grace".to_owned(),
        until: "2026-12-31".to_owned(),
        reason: "replaced in spring".to_owned(),
    };
    finding.apply(&op(Annotation::AcceptRisk { finding: finding.uid.clone(), acceptance }, false));
    assert_eq!(finding.state_on("2026-12-31"), Status::Accepted);
    assert_eq!(finding.state_on("2027-01-01"), Status::Open);
}

#[test]
fn terms_are_presets_or_days() {
    let sla: Sla = "fedramp-rev5".parse().expect("a preset");
    assert_eq!(sla.due(Severity::Medium, "2026-03-01T10:00:00Z").as_deref(), Some("2026-05-30"));
    let own: Sla = "critical=7, high=14".parse().expect("days");
    assert_eq!((own.days(Severity::High), own.days(Severity::Low)), (Some(14), None));
    for wrong in ["", "fedramp", "high", "high=x", "high=-1", "info=3", "high=99999999"] {
        assert!(wrong.parse::<Sla>().is_err(), "{wrong}");
    }
}
