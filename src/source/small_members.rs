//! Small files with certain names, read ahead of everything else: they say how the others
//! are to be read.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

use crate::error::Result;

use super::member_name::MemberName;
use super::open::{open_container, open_regular};
use super::provenance::{Limits, Skipped, StreamSink};
use super::walk::Walk;
use crate::record::Provenance;

/// No file is read further than this.
const LONGEST: u64 = 256 << 10;
/// So many are read at most.
const MOST: usize = 20_000;

/// A small file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SmallMember {
    /// Where it was found.
    pub name: String,
    /// What it holds.
    pub content: SmallContent,
}

/// What a small file holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SmallContent {
    /// Its first bytes.
    Bytes(Vec<u8>),
    /// It is a symbolic link: where it leads.
    Link(String),
}

/// Returns the wanted members of a container, whose whole content is in a file. What cannot
/// be read is left out: the container itself is read, and reported on, afterwards.
pub fn small_members(
    file: &File,
    found: &Provenance,
    limits: &Limits,
    wants: &dyn Fn(&str) -> bool,
) -> Vec<SmallMember> {
    let mut sink = SmallSink { wants, members: Vec::new() };
    let Ok(mut copy) = file.try_clone() else { return Vec::new() };
    if copy.seek(SeekFrom::Start(0)).is_ok() {
        // A container that breaks off has the members that come before.
        let _ = open_container(&copy, found, limits, &mut sink);
    }
    sink.members
}

/// Returns the wanted files among those that a walk found.
pub fn small_files(found: &Walk, wants: &dyn Fn(&str) -> bool) -> Vec<SmallMember> {
    let mut members = Vec::new();
    for input in &found.inputs {
        let name = MemberName::from_path(&input.path).text;
        if !wants(&name) || members.len() >= MOST {
            continue;
        }
        let Ok(mut file) = open_regular(&input.path) else { continue };
        members
            .extend(head(&mut file).map(|bytes| SmallMember { name, content: SmallContent::Bytes(bytes) }));
    }
    for Skipped { name, .. } in &found.skipped {
        if name.bytes.is_none() && wants(&name.text) {
            let target = std::fs::read_link(&name.text).ok();
            let target = target.map(|target| target.to_string_lossy().into_owned());
            members.extend(
                target.map(|to| SmallMember { name: name.text.clone(), content: SmallContent::Link(to) }),
            );
        }
    }
    members
}

fn head(content: &mut dyn Read) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    content.take(LONGEST).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

/// Keeps small members, and nothing else.
struct SmallSink<'w> {
    wants: &'w dyn Fn(&str) -> bool,
    members: Vec<SmallMember>,
}

impl StreamSink for SmallSink<'_> {
    fn keep(&mut self) -> Result<File> {
        unreachable!("the container is in a file already")
    }

    fn kept(&mut self, _: File, _: [u8; 32], _: u64, _: &Provenance) -> Result<bool> {
        Ok(true)
    }

    fn wants(&mut self, found: &Provenance) -> bool {
        let path = found.path.to_ascii_lowercase();
        let is_archive = [".zip", ".tar", ".tgz", ".tar.gz", ".tar.xz", ".tar.bz2", ".tar.zst"]
            .iter()
            .any(|end| path.ends_with(end));
        is_archive || (self.wants)(&found.path)
    }

    fn link(&mut self, found: &Provenance, target: &[u8]) {
        if (self.wants)(&found.path) && self.members.len() < MOST {
            let content = SmallContent::Link(String::from_utf8_lossy(target).into_owned());
            self.members.push(SmallMember { name: found.path.clone(), content });
        }
    }

    fn stream(&mut self, found: &Provenance, content: &mut dyn Read) -> Result<()> {
        if (self.wants)(&found.path) && self.members.len() < MOST {
            let content = head(content).map(SmallContent::Bytes);
            self.members.extend(content.map(|content| SmallMember { name: found.path.clone(), content }));
        }
        Ok(())
    }

    fn skipped(&mut self, _: Skipped) -> Result<()> {
        Ok(())
    }
}
