//! How are bytes obtained?
//!
//! Owns walking folders, recognizing containers by their content, and streaming
//! what is inside them within limits. Promises that every byte of a stream
//! reaches the sink or is reported with a reason, that no link, device or pipe is
//! followed, and that no archive entry is written under its own name.

mod central_directory;
mod codec;
mod embedded;
mod evtx;
mod file_state;
mod local_header;
mod member_content;
mod member_name;
mod member_reader;
mod open;
mod opener;
mod pax_header;
mod peek_reader;
mod provenance;
mod readers;
mod rotation;
mod small_members;
mod sniff;
mod sparse_map;
mod tar;
mod utf16;
mod utmp;
mod walk;
mod zip;

#[cfg(test)]
mod odd_archives_tests;
#[cfg(test)]
mod open_tests;

pub use file_state::{FileChange, FileState};
pub use member_name::MemberName;
pub use open::{hash_file, open};
pub use provenance::{ByteRange, Limits, Skipped, StreamSink, Weight};
pub use small_members::{SmallContent, SmallMember, small_files, small_members};

pub use crate::record::Provenance;
pub use walk::{Input, Walk, walk};
