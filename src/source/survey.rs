//! Small files and links of an archive, read before its logs are: what they state of a machine
//! decides how those are read.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

use super::central_directory::{DirectoryEntry, directories};
use super::codec::Codec;
use super::local_header::LocalHeader;
use super::member_content::MemberContent;
use super::member_name::MemberName;
use super::opener::head;
use super::peek_reader::PeekReader;
use super::provenance::Limits;
use super::sniff::{ContentKind, sniff_kind};

/// Longer files are not read to their end.
const LONGEST: u64 = 64 << 10;

/// A file, or a symbolic link, of an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SmallFile {
    /// Its path in the archive.
    pub path: String,
    /// The beginning of its content; the target of a link.
    pub content: Vec<u8>,
}

/// Returns the files of an archive whose paths are wanted: of a zip, and of a tar that may be
/// compressed. Nothing of any other file, and what is there of an archive that is damaged.
pub fn survey(archive: &File, limits: &Limits, wanted: &dyn Fn(&str) -> bool) -> Vec<SmallFile> {
    let mut found = Vec::new();
    // What cannot be read is reported when the archive is read as a whole.
    let _ = read(archive, limits, wanted, &mut found);
    found
}

fn read(
    mut archive: &File,
    limits: &Limits,
    wanted: &dyn Fn(&str) -> bool,
    found: &mut Vec<SmallFile>,
) -> io::Result<()> {
    archive.seek(SeekFrom::Start(0))?;
    let kind = sniff_kind(&head(&mut archive));
    let length = archive.seek(SeekFrom::End(0))?;
    archive.seek(SeekFrom::Start(0))?;
    let most = limits.expanded.max(length.saturating_mul(limits.ratio));
    let unpacked: Box<dyn Read + '_> = match kind {
        ContentKind::Zip => return read_zip(archive, length, limits, wanted, found),
        ContentKind::Tar => Box::new(archive),
        ContentKind::Gzip => Box::new(flate2::read::MultiGzDecoder::new(archive)),
        ContentKind::Zstd => Box::new(zstd::stream::read::Decoder::new(archive)?),
        ContentKind::Bzip2 => Box::new(bzip2::read::MultiBzDecoder::new(archive)),
        ContentKind::Xz => Box::new(liblzma::read::XzDecoder::new_multi_decoder(archive)),
        _ => return Ok(()),
    };
    let mut unpacked = unpacked.take(most);
    let begin = head(&mut unpacked);
    if sniff_kind(&begin) != ContentKind::Tar {
        return Ok(());
    }
    read_tar(begin.chain(unpacked), limits, wanted, found)
}

fn read_tar(
    stream: impl Read,
    limits: &Limits,
    wanted: &dyn Fn(&str) -> bool,
    found: &mut Vec<SmallFile>,
) -> io::Result<()> {
    let mut archive = tar::Archive::new(stream);
    for (count, entry) in (0..).zip(archive.entries()?) {
        let mut entry = entry?;
        let path = MemberName::from_bytes(&entry.path_bytes()).text;
        if count >= limits.entries {
            break;
        }
        if !wanted(&path) {
            continue;
        }
        let mut content = entry.link_name_bytes().map(|target| target.into_owned()).unwrap_or_default();
        if content.is_empty() {
            (&mut entry).take(LONGEST).read_to_end(&mut content)?;
        }
        found.push(SmallFile { path, content });
    }
    Ok(())
}

fn read_zip(
    archive: &File,
    length: u64,
    limits: &Limits,
    wanted: &dyn Fn(&str) -> bool,
    found: &mut Vec<SmallFile>,
) -> io::Result<()> {
    let directories = directories(archive, length, limits.entries)?;
    let mut members: Vec<&DirectoryEntry> = directories.values().flat_map(|part| &part.members).collect();
    members.sort_by_key(|member| member.at);
    for member in members {
        let path = MemberName::from_bytes(&member.name).text;
        if wanted(&path) {
            found.push(SmallFile { path, content: content(archive, member)? });
        }
    }
    Ok(())
}

/// Returns the beginning of the content of a member of a zip.
fn content(mut archive: &File, member: &DirectoryEntry) -> io::Result<Vec<u8>> {
    let local = LocalHeader::read(archive, member.at, Some(member))?;
    let packed = local.packed.unwrap_or(member.packed);
    archive.seek(SeekFrom::Start(local.start))?;
    let stream = PeekReader::new(Box::new(archive.take(packed)));
    let mut content = Vec::new();
    let unpacked = MemberContent::new(stream, Codec::new(local.kind())?, local.packed, None);
    // The beginning of a member that breaks off may be enough.
    let _ = unpacked.take(LONGEST).read_to_end(&mut content);
    Ok(content)
}
