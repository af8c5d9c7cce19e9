use crate::parse::Seen;
use crate::record::Event;

use super::{FORMATS, named};

#[test]
fn every_sample_is_read_by_its_own_format() {
    for format in FORMATS {
        assert!(!format.samples().is_empty(), "{} has no sample", format.name());
        for sample in format.samples() {
            let mut event = Event::default();
            assert_eq!(format.read(sample, &mut event), Seen::Yes, "{}: {sample}", format.name());
            assert!(!event.fields().is_empty(), "{}: {sample}", format.name());
            assert!(event.when.is_some(), "{}: {sample}", format.name());
        }
    }
}

#[test]
fn names_are_unique_and_found() {
    for format in FORMATS {
        let same = FORMATS.iter().filter(|other| other.name() == format.name()).count();
        assert_eq!((same, named(format.name()).is_some()), (1, true), "{}", format.name());
    }
}

#[test]
fn no_format_claims_prose_or_nothing() {
    for text in
        ["", " ", "-", "{}", "[]", "the quick brown fox", "see a=b for more", "{\"a\":", "key = value"]
    {
        for format in FORMATS {
            assert_eq!(format.read(text, &mut Event::default()), Seen::No, "{}: {text}", format.name());
        }
    }
}
