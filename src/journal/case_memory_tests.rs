//! What this machine remembers of cases.

use std::path::Path;

use serde_json::json;

use super::{Actor, CaseMemory, FILE, History, Home, Journal, Payload, Writer, read};
use crate::fs::Dir;
use crate::record::{FixedClock, Timestamp};

const CASE: &str = "0d9d6b4e-3f52-4c4e-9f6e-0a8f3c1c2b11";
const CLOCK: FixedClock = FixedClock(Timestamp::from_secs(1_772_582_400));

fn home(folder: &Path) -> Home {
    Home { state: Some(folder.join("state")), cache: None }
}

fn write(case: &Path, entries: usize) -> Journal {
    let case = Dir::create(case).expect("a folder");
    let mut writer = Writer::open(&case, &Actor::new("ada", "host"), &CLOCK).expect("it is ours");
    for n in 0..entries {
        writer.append(Payload::Unknown("test".to_owned(), json!({ "n": n })), &CLOCK).expect("it is written");
    }
    drop(writer);
    read(&case).expect("it reads")
}

#[test]
fn a_journal_that_is_shorter_or_went_another_way_in_one_folder_is_found() {
    let folder = tempfile::tempdir().expect("a folder");
    let case = folder.path().join("case");
    let known = CaseMemory::new(&home(folder.path()), CASE, &case).expect("a memory");
    let three = write(&case, 3);
    assert_eq!(known.history(&three), History::default());
    known.remember(&three, CLOCK.0).expect("it is remembered");
    let five = write(&case, 2);
    assert_eq!(known.history(&five).extends, Some(true));
    known.remember(&five, CLOCK.0).expect("it is remembered");
    let back = known.history(&three);
    assert_eq!((back.extends, back.missing), (Some(false), 2));
    assert!(back.contradiction().is_some_and(|how| how.starts_with("rolled back: 2 entries")));
    known.remember(&three, CLOCK.0).expect("it is not remembered");
    let other = write(&folder.path().join("other"), 7);
    let forked = known.history(&other);
    assert_eq!((forked.extends, forked.missing), (Some(false), 0));
    assert!(forked.contradiction().is_some_and(|how| how.starts_with("another history")));
    known.accept(&three, CLOCK.0).expect("it is accepted");
    assert_eq!(known.history(&three).contradiction(), None);
}

#[test]
fn another_folder_of_the_same_case_is_only_a_remark() {
    let folder = tempfile::tempdir().expect("a folder");
    let (case, copy) = (folder.path().join("case"), folder.path().join("copy"));
    let home = home(folder.path());
    let three = write(&case, 3);
    std::fs::create_dir(&copy).expect("a folder");
    std::fs::copy(case.join(FILE), copy.join(FILE)).expect("it is copied");
    let [here, there] = [&case, &copy].map(|place| CaseMemory::new(&home, CASE, place).expect("a memory"));
    here.remember(&write(&case, 2), CLOCK.0).expect("it is remembered");
    let older = there.history(&three);
    assert_eq!((older.contradiction(), older.remarks().len()), (None, 1));
    assert!(older.remarks()[0].contains("saw 5 entries of this case"));
    there.remember(&three, CLOCK.0).expect("it is remembered");
    assert_eq!(there.history(&three).contradiction(), None);
    assert_eq!(here.history(&three).missing, 2);
}

#[test]
fn ones_own_entries_are_known_once_they_are_in_the_journal() {
    let folder = tempfile::tempdir().expect("a folder");
    let case = folder.path().join("case");
    let known = CaseMemory::new(&home(folder.path()), CASE, &case).expect("a memory");
    let one = write(&case, 1);
    known.announce(&one, &"0".repeat(64)).expect("it is remembered");
    assert!(known.own_entries(&one).is_empty());
    let two = write(&case, 1);
    known.announce(&one, &two.head).expect("it is remembered");
    let three = write(&case, 1);
    known.announce(&two, &three.head).expect("it is remembered");
    assert_eq!(known.own_entries(&three), [1..2, 2..3]);
    // An announced entry that was never written changes nothing.
    known.announce(&three, &"0".repeat(64)).expect("it is remembered");
    assert_eq!(known.own_entries(&three), std::slice::from_ref(&(1..3)));
}

#[test]
fn an_unreadable_memory_is_reported_and_replaced_on_demand() {
    let folder = tempfile::tempdir().expect("a folder");
    let case = folder.path().join("case");
    let known = CaseMemory::new(&home(folder.path()), CASE, &case).expect("a memory");
    let journal = write(&case, 1);
    known.remember(&journal, CLOCK.0).expect("it is remembered");
    std::fs::write(folder.path().join("state/known").join(CASE), "{").expect("it is ours");
    assert!(known.remember(&journal, CLOCK.0).is_err());
    assert_eq!(known.history(&journal).remarks().len(), 1);
    known.accept(&journal, CLOCK.0).expect("it is begun anew");
    assert_eq!(known.history(&journal).extends, Some(true));
}

#[test]
fn an_id_that_is_not_a_uuid_has_no_memory() {
    assert_eq!(CaseMemory::new(&home(Path::new("/nowhere")), "../../x", Path::new(".")), None);
    assert_eq!(CaseMemory::new(&Home::default(), CASE, Path::new(".")), None);
}
