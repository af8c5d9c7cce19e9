use super::{FORMATS, format_by_name};
use crate::parse::format::Format;
use crate::record::{Event, fields};

#[test]
fn every_sample_is_read_by_its_own_format_and_tells_its_time() {
    for format in FORMATS {
        assert!(!format.samples().is_empty(), "{} has no sample", format.name());
        for sample in format.samples() {
            let mut event = Event::default();
            assert!(format.read(sample, &mut event), "{}: {sample}", format.name());
            assert!(event.when.is_some(), "{}: {sample} tells no time", format.name());
        }
    }
}

#[test]
fn the_dataset_of_every_sample_is_one_that_its_format_names() {
    for format in FORMATS {
        for sample in format.samples() {
            let mut event = Event::default();
            format.read(sample, &mut event);
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
    for format in FORMATS {
        for sample in format.samples() {
            let reads = |other: &&&dyn Format| other.read(sample, &mut Event::default());
            let best = FORMATS.iter().filter(reads).max_by_key(|other| other.specificity()).expect("its own");
            assert_eq!(best.name(), format.name(), "{sample}");
        }
    }
}

#[test]
fn every_format_is_found_by_its_name() {
    for format in FORMATS {
        assert_eq!(format_by_name(format.name()).map(Format::name), Some(format.name()));
    }
}

#[test]
fn no_format_claims_prose_or_nothing() {
    for text in
        ["", " ", "-", "{}", "[]", "the quick brown fox", "see a=b for more", "{\"a\":", "key = value"]
    {
        for format in FORMATS {
            assert!(!format.read(text, &mut Event::default()), "{}: {text}", format.name());
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
