//! Events for other tools: Timesketch, and CSV that no spreadsheet executes.

use serde_json::{Map, Value};

use crate::error::visible;

/// The default columns of CSV output.
pub const CSV_FIELDS: [&str; 12] = [
    "id",
    "@timestamp",
    "event.dataset",
    "event.action",
    "event.outcome",
    "host.name",
    "user.name",
    "source.ip",
    "http.request.method",
    "url.original",
    "http.response.status_code",
    "message",
];

/// The most bytes of a text in Timesketch (its OpenSearch keyword limit).
const SKETCH_BYTES: usize = 32_766;

/// Quotes a cell; one that a spreadsheet would take for a formula gets a `'`,
/// control characters become visible (OWASP: CSV injection).
pub fn csv_cell(cell: &str) -> String {
    if is_plain(cell)
        && cell.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '/')
        && !cell.contains('"')
    {
        return format!("\"{cell}\"");
    }
    let shown = visible(cell);
    let first = shown.trim_start().chars().next();
    let active = matches!(first, Some('=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠' | '␉' | '␍'));
    format!("\"{}{}\"", if active { "'" } else { "" }, shown.replace('"', "\"\""))
}

/// Formats a row of CSV, including its line end.
pub fn csv_row<S: AsRef<str>>(cells: impl IntoIterator<Item = S>) -> String {
    let quoted: Vec<String> = cells.into_iter().map(|cell| csv_cell(cell.as_ref())).collect();
    quoted.join(",") + "\n"
}

/// Splits a row of CSV whose cells are all in quotes, as `csv_row` writes them.
pub fn parse_csv_row(line: &[u8]) -> Option<Vec<String>> {
    let line = std::str::from_utf8(line).ok()?;
    let mut rest = line.strip_suffix('\n')?;
    let mut cells = Vec::new();
    loop {
        rest = rest.strip_prefix('"')?;
        let mut cell = String::new();
        loop {
            let end = rest.find('"')?;
            cell.push_str(&rest[..end]);
            rest = &rest[end + 1..];
            match rest.strip_prefix('"') {
                Some(rest_of_row) => {
                    cell.push('"');
                    rest = rest_of_row;
                }
                None => break,
            }
        }
        cells.push(cell);
        match rest.strip_prefix(',') {
            Some(rest_of_row) => rest = rest_of_row,
            None => return rest.is_empty().then_some(cells),
        }
    }
}

/// Returns a value of an event's flat JSON as one text.
pub fn field_text(event: &Map<String, Value>, name: &str) -> String {
    match event.get(name) {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(values)) => {
            let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            values.iter().map(text).collect::<Vec<_>>().join(", ")
        }
        Some(other) => other.to_string(),
    }
}

/// Converts an event's flat JSON to a row that Timesketch imports: `message`,
/// `datetime`, `timestamp` in microseconds, `timestamp_desc`, `tag`; no text
/// with line ends, none over 32,766 bytes.
pub fn timesketch_row(event: Map<String, Value>, tags: &[String]) -> Map<String, Value> {
    let mut row = event;
    for value in row.values_mut() {
        if let Value::String(text) = value
            && !(is_plain(text) && text.len() <= SKETCH_BYTES)
        {
            *text = limit_length(text);
        }
    }
    let time = row.get("@timestamp").and_then(Value::as_str);
    let nanos = time.and_then(|time| time.parse::<super::Timestamp>().ok()).unwrap_or_default();
    let micros = nanos.nanos().div_euclid(1000);
    let datetime = format!("{}+00:00", &nanos.to_string()[..26]);
    let what = if time.is_some() { "Event Logged" } else { "Time Unknown" };
    row.insert("datetime".into(), datetime.into());
    row.insert("timestamp".into(), micros.into());
    row.insert("timestamp_desc".into(), what.into());
    row.insert("tag".into(), tags.iter().map(|tag| limit_length(tag)).collect());
    row
}

/// Returns whether a text is printable ASCII, which is shown unchanged.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| (b' '..0x7f).contains(&byte))
}

fn limit_length(text: &str) -> String {
    let mut shown = visible(text);
    let mut end = shown.len().min(SKETCH_BYTES);
    while !shown.is_char_boundary(end) {
        end -= 1;
    }
    shown.truncate(end);
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_formula_in_a_cell_is_made_harmless() {
        assert_eq!(csv_cell("=cmd|' /C calc'!A0"), "\"'=cmd|' /C calc'!A0\"");
        assert_eq!(csv_cell("  +1"), "\"'  +1\"");
        assert_eq!(csv_cell("say \"hi\"\n"), "\"say \"\"hi\"\"␊\"");
    }

    #[test]
    fn a_row_is_taken_apart_into_the_cells_it_was_made_of() {
        let cells = ["a", "", "say \"hi\", twice", "=1"];
        let row = csv_row(cells);
        assert_eq!(
            parse_csv_row(row.as_bytes()),
            Some(["a", "", "say \"hi\", twice", "'=1"].map(str::to_owned).to_vec())
        );
        assert_eq!(
            (parse_csv_row(b"\"a\"x\n"), parse_csv_row(b"a,b\n"), parse_csv_row(b"\"a\"")),
            (None, None, None)
        );
    }

    #[test]
    fn a_row_for_timesketch_has_its_times_and_no_line_end() {
        let event = serde_json::json!({ "@timestamp": "2026-03-01T10:00:00.123456789Z", "message": "a\nb" });
        let row = timesketch_row(event.as_object().expect("an object").clone(), &["exfil".to_owned()]);
        assert_eq!(row["datetime"], "2026-03-01T10:00:00.123456+00:00");
        assert_eq!(row["timestamp"], 1_772_359_200_123_456_i64);
        assert_eq!((&row["message"], &row["tag"][0]), (&"a␊b".into(), &"exfil".into()));
    }
}
