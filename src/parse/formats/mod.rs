//! The formats that are built in: one file each, one row in the table.
//!
//! Owns [`FORMATS`]. Promises that each format reads its own samples, refuses
//! what is not its own, and is stateless. `parse` and `cli` may call.

mod access;
mod json;
mod syslog;
mod weberror;

use super::Format;

/// Every built-in format; the order breaks the last ties of detection.
pub static FORMATS: &[&dyn Format] = &[
    &access::NginxAccess,
    &access::ApacheAccess,
    &weberror::ApacheError,
    &weberror::NginxError,
    &syslog::Rfc5424,
    &syslog::Rfc3164,
    &json::CloudTrail,
    &json::EcsJson,
    &json::GenericJson,
    &json::Logfmt,
];

/// Finds a format by its name.
pub fn named(name: &str) -> Option<&'static dyn Format> {
    FORMATS.iter().copied().find(|format| format.name() == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::Seen;
    use crate::record::Event;

    #[test]
    fn every_sample_is_read_by_its_own_format_and_tells_its_time() {
        for format in FORMATS {
            assert!(!format.samples().is_empty(), "{} has no sample", format.name());
            for sample in format.samples() {
                let mut event = Event::default();
                assert_eq!(format.read(sample, &mut event), Seen::Yes, "{}: {sample}", format.name());
                assert!(event.when.is_some(), "{}: {sample} tells no time", format.name());
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
        for format in FORMATS {
            for sample in format.samples() {
                let reads = |other: &&&dyn Format| other.read(sample, &mut Event::default()) == Seen::Yes;
                let best =
                    FORMATS.iter().filter(reads).max_by_key(|other| other.specificity()).expect("its own");
                assert_eq!(best.name(), format.name(), "{sample}");
            }
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_a_format_panic(text in ".{0,200}", cut in 0usize..400) {
            for format in FORMATS {
                let _ = format.read(&text, &mut Event::default());
                for sample in format.samples() {
                    let mut at = cut.min(sample.len());
                    while !sample.is_char_boundary(at) {
                        at -= 1;
                    }
                    let _ = format.read(&sample[..at], &mut Event::default());
                    let mixed = format!("{}{text}{}", &sample[..at], &sample[at..]);
                    let _ = format.read(&mixed, &mut Event::default());
                }
            }
        }
    }
}
