use super::{CODED, FORMATS, format_by_name};
use crate::parse::format::{Format, UNPARSED};
use crate::parse::framing::Framer;
use crate::parse::parser::Parser;
use crate::parse::plan::{ParseOptions, Plan};
use crate::record::{Event, Timestamp, fields};

/// The formats that read whole lines, in the order of the table.
fn of_whole_lines() -> impl Iterator<Item = &'static dyn Format> {
    FORMATS.iter().copied().filter(|format| !format.is_for_programs())
}

#[test]
fn every_sample_is_read_by_its_own_format_and_tells_its_time() {
    for format in CODED {
        assert!(!format.samples().is_empty(), "{} has no sample", format.name());
        for sample in format.samples() {
            let mut event = Event::default();
            assert!(format.read(sample, &mut event), "{}: {sample}", format.name());
            assert!(event.parsed_time.is_some(), "{}: {sample} tells no time", format.name());
        }
    }
}

#[test]
fn the_dataset_of_every_sample_is_one_that_its_format_names() {
    for format in of_whole_lines() {
        for sample in format.samples() {
            let mut event = Event::default();
            if !format.read(sample, &mut event) {
                continue;
            }
            let dataset = event.text(fields::EVENT_DATASET);
            let is_named = dataset.is_none_or(|dataset| format.datasets().contains(&dataset));
            assert!(is_named, "{} does not name the dataset {dataset:?}", format.name());
        }
    }
}

#[test]
fn names_are_unique() {
    for (n, format) in FORMATS.iter().enumerate() {
        assert!(FORMATS[..n].iter().all(|other| other.name() != format.name()), "{}", format.name());
    }
}

#[test]
fn what_a_format_reads_is_read_best_by_it() {
    let mut wrong = Vec::new();
    for format in of_whole_lines() {
        for sample in format.samples() {
            let reads = |other: &&dyn Format| other.read(sample, &mut Event::default());
            // What needs a header or a program is not read by itself.
            let best = of_whole_lines().filter(reads).max_by_key(|other| other.specificity());
            let better = |best: &&dyn Format| {
                best.name() != format.name() && best.specificity() >= format.specificity() && reads(&format)
            };
            if let Some(best) = best.filter(better) {
                wrong.push(format!("{} is read by {}: {sample}", format.name(), best.name()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_format_is_found_by_its_name() {
    for format in FORMATS.iter() {
        assert_eq!(format_by_name(format.name()).map(Format::name), Some(format.name()));
    }
}

#[test]
fn no_format_claims_prose_or_nothing() {
    for text in
        ["", " ", "-", "{}", "[]", "the quick brown fox", "see a=b for more", "{\"a\":", "key = value"]
    {
        for format in of_whole_lines() {
            assert!(!format.read(text, &mut Event::default()), "{}: {text}", format.name());
        }
    }
}

/// Reads a text twice and demands the same outcome: a format has no state.
fn read_twice(format: &dyn Format, text: &str) {
    let (mut first, mut second) = (Event::default(), Event::default());
    assert_eq!(format.read(text, &mut first), format.read(text, &mut second), "{}: {text}", format.name());
    assert_eq!(first, second, "{}: {text}", format.name());
}

/// Parses a text as a source and demands that each of its bytes is counted in one
/// record, and that the text of a record that no format reads is its message.
fn parse_whole(text: &str) {
    let acquired = Timestamp::from_secs(1_772_359_200);
    let plan = Plan::decide(text.as_bytes(), true, &ParseOptions::default(), None, acquired)
        .expect("no format was named");
    let parser = Parser::new(&plan).expect("the plan was made just now");
    let mut records = Vec::new();
    Framer::new(plan.framing).feed(text.as_bytes(), true, &mut records);
    let (mut at, mut counted) = (0, 0);
    for (number, record) in (0..).zip(&records) {
        let body =
            String::from_utf8_lossy(&text.as_bytes()[at + record.lead as usize..][..record.text as usize]);
        at += record.length();
        let known = record.event_bytes + record.continuation_bytes + record.blank_bytes;
        counted += known as usize + record.rejected_bytes();
        let mut event = Event::default();
        parser.read(number, record.part, &body, &mut event);
        assert!(event.format != UNPARSED || event.text(fields::MESSAGE) == Some(&*body), "{text}");
    }
    assert_eq!((at, counted), (text.len(), text.len()), "{text}");
}

proptest::proptest! {
    #[test]
    fn reading_is_repeatable_and_an_unread_record_keeps_its_text(
        text in ".{0,200}",
        cut in 0usize..400,
        which in 0usize..10_000,
    ) {
        let format = FORMATS[which % FORMATS.len()];
        read_twice(format, &text);
        for sample in format.samples() {
            {
                let mut at = cut.min(sample.len());
                while !sample.is_char_boundary(at) {
                    at -= 1;
                }
                read_twice(format, &sample[..at]);
                let mixed = format!("{}{text}{}", &sample[..at], &sample[at..]);
                read_twice(format, &mixed);
                parse_whole(&mixed);
            }
        }
    }
}
