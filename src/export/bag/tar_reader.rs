//! Reading a bundle's tar: as vestigo packs it, or as any ordinary archiver does
//! (ustar, pax, GNU). Nothing is ever unpacked.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

use ::tar::{EntryType, Header, PaxExtensions};

use crate::error::visible;
use crate::record::Timestamp;
use crate::verify::Damage;

use super::damage::file_damage;
use super::file_span::FileSpan;
use super::limits::MOST_FILES;
use super::tar_header::{header, padding};

/// Most bytes of a header's extension that are read: names are short.
const LARGEST: u64 = 1 << 16;

/// The contents of a tar.
#[derive(Default)]
pub struct TarListing {
    /// The files, by their names in the bundle.
    pub files: BTreeMap<String, FileSpan>,
    /// What is wrong with it.
    pub odd: Vec<Damage>,
    /// The folder in which all of them lie; empty where they lie in none.
    pub top: String,
    /// Whether it is to the byte as vestigo packs one.
    pub as_packed: bool,
}

/// Lists a tar; none where the file is no tar at all.
pub fn list(file: &mut File) -> std::io::Result<Option<TarListing>> {
    let length = file.metadata()?.len();
    let mut reading = TarParser { length, ..TarParser::default() };
    let (mut at, mut head) = (0u64, [0u8; 512]);
    loop {
        file.seek(SeekFrom::Start(at))?;
        let cut = file.read_exact(&mut head).is_err();
        if at == 0 && (cut || !looks_like_tar(&head)) {
            return Ok(None);
        }
        if cut {
            reading.odd("it is cut off");
            break;
        }
        if head == [0; 512] {
            reading.end(file)?;
            break;
        }
        match reading.member(file, &head, at)? {
            Some(next) => at = next,
            None => break,
        }
    }
    Ok(Some(reading.listing()))
}

/// Returns whether a block begins a tar, be a byte of its mark damaged.
fn looks_like_tar(head: &[u8; 512]) -> bool {
    let alike =
        |mark: &[u8; 8]| head[257..265].iter().zip(mark).filter(|(byte, meant)| byte == meant).count();
    alike(b"ustar\x0000").max(alike(b"ustar  \0")) >= 6
}

/// What extension headers say of the member that follows them.
#[derive(Default)]
struct TarExtension {
    path: Option<String>,
    size: Option<u64>,
}

/// Reading a tar, header by header.
#[derive(Default)]
struct TarParser {
    length: u64,
    members: Vec<(String, FileSpan)>,
    odd: Vec<Damage>,
    said: TarExtension,
    /// Whether a header, an order or an end is not as vestigo writes it.
    foreign: bool,
    /// The time of the first member.
    time: Option<u64>,
}

impl TarParser {
    fn odd(&mut self, reason: &str) {
        self.odd.push(file_damage("(tar)", reason));
    }

    /// Looks at what follows the end mark: nothing but zeros.
    fn end(&mut self, file: &mut File) -> std::io::Result<()> {
        let (mut buffer, mut behind) = (vec![0; 1 << 16], 0u64);
        loop {
            match file.read(&mut buffer)? {
                0 => break,
                n if buffer[..n].iter().any(|byte| *byte != 0) => {
                    self.odd("something follows its end");
                    return Ok(());
                }
                n => behind += n as u64,
            }
        }
        self.foreign |= behind != 512;
        Ok(())
    }

    /// Takes a member; gives where the next begins, or none where nothing more can be read.
    fn member(&mut self, file: &mut File, head: &[u8; 512], at: u64) -> std::io::Result<Option<u64>> {
        let mut header = Header::new_old();
        header.as_mut_bytes().copy_from_slice(head);
        let Some(mut size) = checked(&header) else {
            self.odd("a header is not valid");
            return Ok(None);
        };
        let kind = header.entry_type();
        let extends = matches!(
            kind,
            EntryType::XHeader | EntryType::XGlobalHeader | EntryType::GNULongName | EntryType::GNULongLink
        );
        if !extends {
            size = self.said.size.take().unwrap_or(size);
        }
        let end = at.saturating_add(512).saturating_add(size);
        if end > self.length || self.members.len() >= MOST_FILES {
            self.odd("it is cut off");
            return Ok(None);
        }
        if extends {
            self.foreign = true;
            if !self.extension(file, kind, at + 512, size)? {
                return Ok(None);
            }
        } else {
            self.file(&header, FileSpan { offset: at + 512, length: size });
        }
        let mut zeros = vec![0; padding(size)];
        file.seek(SeekFrom::Start(end))?;
        if file.read_exact(&mut zeros).is_err() || zeros.iter().any(|byte| *byte != 0) {
            self.odd("there is something between its members");
        }
        Ok(Some(end + zeros.len() as u64))
    }

    /// Reads what an extension says of the next member; tells whether it could be.
    fn extension(&mut self, file: &mut File, kind: EntryType, at: u64, size: u64) -> std::io::Result<bool> {
        if size > LARGEST || kind == EntryType::GNULongLink {
            self.odd("it has an extension that no file of a bundle needs");
            return Ok(false);
        }
        let mut bytes = vec![0; size as usize];
        file.seek(SeekFrom::Start(at))?;
        file.read_exact(&mut bytes)?;
        if kind == EntryType::GNULongName {
            let name = bytes.split(|byte| *byte == 0).next().unwrap_or_default();
            self.said.path = Some(String::from_utf8_lossy(name).into_owned());
            return Ok(true);
        }
        for pair in PaxExtensions::new(&bytes) {
            let pair = pair.ok().and_then(|pair| Some((pair.key().ok()?, pair.value().ok()?)));
            match pair {
                // What a global header says of files would hold for all of them.
                Some(("path" | "size", _)) if kind == EntryType::XGlobalHeader => {}
                Some(("path", value)) => {
                    self.said.path = Some(value.to_owned());
                    continue;
                }
                Some(("size", value)) if value.parse::<u64>().is_ok() => {
                    self.said.size = value.parse().ok();
                    continue;
                }
                Some((key, _)) if !matches!(key, "size" | "linkpath") && !key.starts_with("GNU.sparse") => {
                    continue;
                }
                _ => {}
            }
            self.odd("it has an extension that no file of a bundle needs");
            return Ok(false);
        }
        Ok(true)
    }

    fn file(&mut self, head: &Header, piece: FileSpan) {
        let own = String::from_utf8_lossy(&head.path_bytes()).into_owned();
        let path = self.said.path.take().unwrap_or(own);
        let kind = head.entry_type();
        let name: Vec<&str> = path.split('/').filter(|part| *part != ".").collect();
        let name = match (name.split_last(), kind) {
            (Some((&"", folder)), EntryType::Directory) => folder.join("/"),
            _ => name.join("/"),
        };
        let inside = |part: &str| !part.is_empty() && part != "..";
        if kind == EntryType::Directory && piece.length == 0 {
            self.foreign = true;
            if !name.is_empty() && !name.split('/').all(inside) {
                self.odd.push(file_damage(&visible(&path), "it does not lie in the one folder of the tar"));
            }
            return;
        }
        if !matches!(kind, EntryType::Regular) {
            self.odd.push(file_damage(&visible(&path), "it is not a plain file"));
        }
        if !name.split('/').all(inside) {
            self.odd.push(file_damage(&visible(&path), "it does not lie in the one folder of the tar"));
            return;
        }
        let time = head.mtime().unwrap_or(0);
        let meant = self.time.get_or_insert(time);
        let meant = i64::try_from(*meant).ok().map(Timestamp::from_secs);
        let meant = meant.and_then(|time| header(&path, piece.length, time).ok());
        let turn = self.members.last().is_none_or(|(before, _)| *before < name);
        self.foreign |= !turn || meant.is_none_or(|meant| meant.as_bytes()[..] != head.as_bytes()[..]);
        self.members.push((name, piece));
    }

    /// Takes the folder off the names in which all of them lie.
    fn listing(mut self) -> TarListing {
        let tops: BTreeSet<&str> =
            self.members.iter().map(|(name, _)| name.split_once('/').map_or("", |(top, _)| top)).collect();
        // Packed from inside of the folder, or with it.
        let bare = tops.contains("");
        let top = if bare { String::new() } else { tops.first().copied().unwrap_or_default().to_owned() };
        let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
        let well = bare || top.bytes().all(plain) && !top.trim_matches('.').is_empty();
        if !well || !bare && tops.len() > 1 {
            self.odd.push(file_damage("(tar)", "not all of it lies in the one folder of the tar"));
        }
        let mut files = BTreeMap::new();
        for (path, piece) in self.members {
            let name = if bare {
                path
            } else {
                path.split_once('/').map_or(path.clone(), |(_, name)| name.to_owned())
            };
            if files.insert(name.clone(), piece).is_some() {
                self.odd.push(file_damage(&visible(&name), "it is in the tar twice"));
            }
        }
        let as_packed = !self.foreign && !bare;
        TarListing { files, odd: self.odd, top, as_packed }
    }
}

/// Returns the length that a header names, where its own checksum holds.
fn checked(header: &Header) -> Option<u64> {
    let sum: u64 = header
        .as_bytes()
        .iter()
        .enumerate()
        .map(|(at, byte)| if (148..156).contains(&at) { u64::from(b' ') } else { u64::from(*byte) })
        .sum();
    (header.cksum().ok().map(u64::from) == Some(sum)).then(|| header.entry_size().ok()).flatten()
}
