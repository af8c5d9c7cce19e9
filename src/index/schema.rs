//! The tantivy schema of an index, and the names of its columns.
//!
//! Each row of the table of core fields is a fast field of its own type. Custom
//! fields are paths of one JSON field, a column for each path and type; those for
//! which there is no room share a column of text.

use tantivy::columnar::ColumnType;
use tantivy::schema::{
    DateOptions, DateTimePrecision, IpAddrOptions, JsonObjectOptions, NumericOptions, Schema, TextOptions,
};

use crate::record::{FIELDS, FieldId, FieldKind};

/// The column of the formats that understood the records.
pub(super) const FORMAT: &str = "vestigo.format";
/// The column of the record numbers.
pub(super) const RECORD: &str = "vestigo.record";
/// The column of the sources' ids. It is written last, since the id of a source is
/// known when all of it was read: no other column's name sorts after it.
pub(super) const SOURCE: &str = "vestigo.source";
/// The column of the times.
pub(super) const TIME: &str = "@timestamp";
/// The JSON field of the custom fields.
const CUSTOM: &str = "custom";
/// The column that custom fields share for which there is no room.
pub(super) const OVERFLOW: &str = "custom_overflow";
/// The tokenizer that takes a text as it is.
const RAW: &str = "raw";
/// What separates the segments of a path in the name of a column (tantivy's
/// `JSON_PATH_SEGMENT_SEP`).
const SEPARATOR: char = '\u{1}';

/// Returns the schema of every index.
pub(super) fn schema() -> Schema {
    let mut schema = Schema::builder();
    let text = || TextOptions::default().set_fast(RAW);
    for field in FIELDS {
        let name = field.name;
        match field.kind {
            FieldKind::Keyword | FieldKind::Text => schema.add_text_field(name, text()),
            FieldKind::Long => schema.add_i64_field(name, NumericOptions::default().set_fast()),
            FieldKind::Boolean => schema.add_bool_field(name, NumericOptions::default().set_fast()),
            FieldKind::Ip => schema.add_ip_addr_field(name, IpAddrOptions::default().set_fast()),
            FieldKind::Date => schema.add_date_field(
                name,
                DateOptions::default().set_fast().set_precision(DateTimePrecision::Nanoseconds),
            ),
        };
    }
    schema.add_json_field(CUSTOM, JsonObjectOptions::default().set_fast(RAW).set_expand_dots_enabled());
    schema.add_text_field(OVERFLOW, text());
    schema.add_text_field(FORMAT, text());
    schema.add_u64_field(RECORD, NumericOptions::default().set_fast());
    schema.add_text_field(SOURCE, text());
    schema.build()
}

/// Returns the type of the column of a core field.
pub(super) fn column_type(field: FieldId) -> ColumnType {
    match field.field().kind {
        FieldKind::Keyword | FieldKind::Text => ColumnType::Str,
        FieldKind::Long => ColumnType::I64,
        FieldKind::Boolean => ColumnType::Bool,
        FieldKind::Ip => ColumnType::IpAddr,
        FieldKind::Date => ColumnType::DateTime,
    }
}

/// Returns the name of the column of a custom field; none where the field's name has
/// characters that separate names there.
pub(super) fn custom_column(field: &str) -> Option<String> {
    if field.contains([SEPARATOR, '\0']) {
        return None;
    }
    let mut name = String::with_capacity(CUSTOM.len() + 1 + field.len());
    name.push_str(CUSTOM);
    name.push(SEPARATOR);
    name.extend(field.chars().map(|c| if c == '.' { SEPARATOR } else { c }));
    Some(name)
}

/// Returns the field whose values a column holds; none where it is one of ours.
pub(super) fn field_of(column: &str) -> Option<String> {
    match column.strip_prefix(CUSTOM).and_then(|rest| rest.strip_prefix(SEPARATOR)) {
        Some(path) => Some(path.replace(SEPARATOR, ".")),
        None if [FORMAT, RECORD, SOURCE, TIME, OVERFLOW].contains(&column) => None,
        None => Some(column.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_leads_back_to_its_field() {
        for field in ["aws.cloudtrail.request_parameters.bucketName", "a", "", "..", "custom", "ä b"] {
            assert_eq!(field_of(&custom_column(field).unwrap()).as_deref(), Some(field));
        }
        assert_eq!(custom_column("a\u{1}b"), None);
        assert_eq!(custom_column("a\0"), None);
        assert_eq!(field_of("user.name").as_deref(), Some("user.name"));
        assert_eq!(field_of(SOURCE), None);
    }

    #[test]
    fn the_source_is_the_last_column() {
        let schema = schema();
        let names = schema.fields().map(|(_, entry)| entry.name());
        assert_eq!(names.max(), Some(SOURCE));
    }
}
