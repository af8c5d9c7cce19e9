//! The rows of `records.csv`: which records a bundle has, and where their bytes lie.

/// The columns of `data/records.csv`.
pub const RECORD_COLUMNS: [&str; 10] =
    ["event", "file", "offset", "length", "lead", "text_length", "line", "source_offset", "sha256", "record"];

/// Takes a line of `records.csv` apart that is written as vestigo writes it.
pub fn parse_record_row(line: &[u8]) -> Option<[&str; 10]> {
    let line = std::str::from_utf8(line).ok()?;
    let inside = line.strip_suffix("\"\n")?.strip_prefix('"')?;
    let cells: Vec<&str> = inside.split("\",\"").collect();
    <[&str; 10]>::try_from(cells).ok().filter(|cells| cells.iter().all(|cell| !cell.contains('"')))
}
