//! Where values go: the fields of an event, and the few targets that do more.

use std::borrow::Cow;

use super::definition::{Definition, Kept};
use super::expression::Found;
use super::values::{Datum, Values};
use crate::parse::flatten::{LeafValue, Leaves};
use crate::parse::heuristics::{Namespace as CommonNames, interpret};
use crate::parse::http::{host_port, ip_and_port, put_request_line, put_target};
use crate::record::{CivilDateTime, Event, FieldId, FieldKind, Key, ParsedTime, Value, Zone, fields};

/// A target of a value.
#[derive(Debug)]
pub enum Target {
    Timestamp,
    Url,
    RequestLine,
    /// An address, perhaps with a port or a name in its place: this is the prefix.
    Address {
        address: Key<'static>,
        ip: Key<'static>,
        port: Key<'static>,
        domain: Key<'static>,
    },
    Core(FieldId),
    Custom(&'static str),
}

impl Target {
    /// Creates the target of a name.
    pub fn new(name: &'static str) -> Target {
        match name {
            "@timestamp" => Target::Timestamp,
            "url.original" => Target::Url,
            "http.request.line" => Target::RequestLine,
            "source" | "destination" | "client" | "server" => Target::address(name),
            _ => FieldId::by_name(name).map_or(Target::Custom(name), Target::Core),
        }
    }

    /// Creates the target of an address.
    pub fn address(prefix: &'static str) -> Target {
        let key = |last: &str| Key::from(format!("{prefix}.{last}"));
        Target::Address { address: key("address"), ip: key("ip"), port: key("port"), domain: key("domain") }
    }

    /// Returns whether a capture of this name fills a field by itself.
    pub fn is_field(name: &str) -> bool {
        name.contains('.') || name == "@timestamp" || FieldId::by_name(name).is_some()
    }

    /// Returns whether it must come before the fields that may replace parts of it.
    fn is_compound(&self) -> bool {
        matches!(self, Target::Url | Target::RequestLine | Target::Address { .. })
    }
}

/// How values without a field are named, and the zone of times without one.
#[derive(Debug)]
pub struct DatasetNames {
    dataset: &'static str,
    prefix: String,
    /// Prefixes of names, longest first, with what stands in their place.
    keep: Vec<KeepRow>,
    zone: Option<Zone>,
    /// The prefix of values that are looked up in the table of common names.
    guess: Option<&'static str>,
}

/// Under which name the values below another name are kept.
#[derive(Debug)]
struct KeepRow {
    from: String,
    to: String,
    /// Also those that a field holds.
    all: bool,
}

impl DatasetNames {
    /// Creates the namespace of a dataset.
    pub fn new(dataset: &str, definition: &Definition) -> Result<DatasetNames, String> {
        let zone = definition.zone.as_deref().map(str::parse::<Zone>).transpose();
        let zone = zone.map_err(|_| "`zone` is not a time zone".to_owned())?;
        let mut keep: Vec<KeepRow> = Vec::new();
        for (from, kept) in &definition.keep {
            let (to, all) = match kept {
                Kept::Rest(name) => (name.clone(), false),
                Kept::All { name, all } => (name.clone(), *all),
            };
            let json = definition.json.as_ref();
            let roots =
                json.and_then(|json| json.alias.get(from)).cloned().unwrap_or_else(|| vec![from.clone()]);
            keep.extend(roots.into_iter().map(|from| KeepRow { from, to: to.clone(), all }));
        }
        keep.sort_by_key(|row| std::cmp::Reverse(row.from.trim_matches('.').len()));
        let prefix = format!("{dataset}.");
        let guess = definition.guess.then(|| &*prefix.clone().leak());
        Ok(DatasetNames { dataset: String::from(dataset).leak(), prefix, keep, zone, guess })
    }

    /// Fills an event with what the targets got, and with what is left of the record.
    pub fn emit<'t, 'a>(
        &self,
        found: impl Iterator<Item = (&'t Target, Found<'a>)>,
        values: Values<'_, 'a>,
        event: &mut Event<'a>,
    ) {
        let (compound, simple): (Vec<_>, Vec<_>) =
            found.filter(|(_, found)| !found.is_empty()).partition(|(target, _)| target.is_compound());
        let replaces_parts = !compound.is_empty();
        for (target, found) in compound {
            self.put_compound(target, found, event);
        }
        for (target, found) in simple {
            if replaces_parts
                && found.iter().any(|datum| !datum.is_absent())
                && let Target::Core(id) = target
            {
                event.remove(*id);
            }
            for datum in found.into_iter().filter(|datum| !datum.is_absent()) {
                self.put(target, datum, event);
            }
        }
        if let Some(leaves) = values.leaves() {
            leaves.put_rest(event, &self.prefix);
        }
        let mut rest = Leaves::default();
        for (name, datum, is_used) in values.into_all() {
            if datum.is_absent() {
                continue;
            }
            let row = self.row_of(&name);
            match row {
                None if is_used => {}
                None if self.guess.is_some()
                    && let Datum::Leaf(leaf) = datum =>
                {
                    rest.push(&name, leaf)
                }
                None => put_value(event, Key::Custom(Cow::Owned(format!("{}{name}", self.prefix))), datum),
                Some((row, _)) if row.to.is_empty() || is_used && !row.all => {}
                Some((row, tail)) => {
                    let key = if tail.is_empty() { row.to.clone() } else { format!("{}.{tail}", row.to) };
                    put_value(event, Key::Custom(Cow::Owned(key)), datum);
                }
            }
        }
        if let Some(prefix) = self.guess.filter(|_| !rest.is_empty()) {
            guess(event, rest, prefix);
        }
        if event.get(fields::EVENT_DATASET).is_none() {
            event.put(fields::EVENT_DATASET, self.dataset);
        }
        if event.get(fields::EVENT_KIND).is_none() {
            event.put(fields::EVENT_KIND, "event");
        }
    }

    /// Finds the row for a value's name, with what follows the row's prefix.
    fn row_of<'n>(&self, name: &'n str) -> Option<(&KeepRow, &'n str)> {
        self.keep.iter().find_map(|row| {
            let from = row.from.trim_end_matches('.');
            let rest = name.strip_prefix(from)?;
            match from.is_empty() {
                true => Some((row, name)),
                false if rest.is_empty() => Some((row, "")),
                false => Some((row, rest.strip_prefix('.')?)),
            }
        })
    }

    fn put_compound<'a>(&self, target: &Target, found: Found<'a>, event: &mut Event<'a>) {
        let Some(datum) = found.into_iter().find(|datum| !datum.is_absent()) else { return };
        let text = datum.written();
        match target {
            Target::Url => put_target(event, text),
            Target::RequestLine => {
                if !put_request_line(event, text.clone()) {
                    let key = Key::Custom(Cow::Owned(format!("{}request", self.prefix)));
                    event.put(key, text);
                }
            }
            Target::Address { address, ip, port, domain } => {
                let (host, number) = host_port(text.trim());
                match ip_and_port(text.trim()).or_else(|| ip_and_port(host).map(|(ip, _)| (ip, None))) {
                    Some((own, stated)) => {
                        event.put(ip.clone(), own);
                        if let Some(number) = stated.map(i64::from).or(number) {
                            event.put(port.clone(), number);
                        }
                    }
                    None => {
                        if let Some(number) = number {
                            event.put(port.clone(), number);
                        }
                        if !host.contains([':', '/', ' ']) && !host.is_empty() {
                            event.put(domain.clone(), host.to_owned());
                        }
                    }
                }
                event.put(address.clone(), text);
            }
            Target::Timestamp | Target::Core(_) | Target::Custom(_) => {}
        }
    }

    fn put<'a>(&self, target: &Target, datum: Datum<'a>, event: &mut Event<'a>) {
        match target {
            Target::Timestamp => match datum.clone().moment() {
                Some((when, text)) if event.parsed_time.is_none() => {
                    (event.parsed_time, event.time_text) = (Some(self.zoned(when)), Some(text));
                }
                _ => put_value(event, Key::Custom(Cow::Owned(format!("{}timestamp", self.prefix))), datum),
            },
            Target::Core(id) => match self.of_kind(id.field().kind, datum) {
                Ok(value) => event.put(*id, value),
                Err(datum) => {
                    put_value(event, Key::Custom(Cow::Owned(format!("{}{}", self.prefix, id.name()))), datum);
                }
            },
            Target::Custom(name) => put_value(event, Key::Custom(Cow::Borrowed(name)), datum),
            Target::Url | Target::RequestLine | Target::Address { .. } => {}
        }
    }

    fn zoned(&self, when: ParsedTime) -> ParsedTime {
        let (ParsedTime::Civil(mut civil, precision), Some(zone)) = (when, self.zone) else { return when };
        if civil.offset.is_none() {
            civil.offset = match zone {
                Zone::Fixed(east) => Some(east),
                zone if zone == Zone::UTC => Some(0),
                zone => offset_in(zone, civil),
            };
        }
        ParsedTime::Civil(civil, precision)
    }

    /// Creates a value of a core field's kind; what cannot be one is returned.
    fn of_kind<'a>(&self, kind: FieldKind, datum: Datum<'a>) -> Result<Value<'a>, Datum<'a>> {
        match kind {
            FieldKind::Keyword | FieldKind::Text => Ok(Value::Text(datum.written())),
            FieldKind::Date => match datum.clone().moment() {
                Some((when, _)) => Ok(Value::Text(written_moment(self.zoned(when)).into())),
                None => Err(datum),
            },
            FieldKind::Long => match &datum {
                Datum::Leaf(LeafValue::Int(number)) => Ok(Value::Long(*number)),
                Datum::Leaf(LeafValue::Text(text)) => text.trim().parse().map(Value::Long).map_err(|_| datum),
                Datum::Leaf(LeafValue::Float(number, _)) if number.fract() == 0.0 && number.abs() < 9e15 => {
                    Ok(Value::Long(*number as i64))
                }
                _ => Err(datum),
            },
            FieldKind::Ip => match &datum {
                Datum::Leaf(LeafValue::Text(text)) => match ip_and_port(text.trim()) {
                    Some((ip, _)) => Ok(Value::Ip(ip)),
                    None => Err(datum),
                },
                _ => Err(datum),
            },
            FieldKind::Boolean => match &datum {
                Datum::Leaf(LeafValue::Bool(yes)) => Ok(Value::Bool(*yes)),
                Datum::Leaf(LeafValue::Text(text)) if text == "true" => Ok(Value::Bool(true)),
                Datum::Leaf(LeafValue::Text(text)) if text == "false" => Ok(Value::Bool(false)),
                _ => Err(datum),
            },
        }
    }
}

/// Returns the offset of a zone at a time of its own; `None` where a part is missing.
fn offset_in(zone: Zone, civil: CivilDateTime) -> Option<i32> {
    let (month, day) = civil.date?;
    let date = chrono::NaiveDate::from_ymd_opt(civil.year?, month.into(), day.into())?;
    let local = date.and_hms_opt(civil.hour.into(), civil.minute.into(), civil.second.min(59).into())?;
    let instant = zone.resolve(local)?.timestamp.nanos();
    let utc = local.and_utc().timestamp_nanos_opt()?;
    i32::try_from((utc - instant) / 1_000_000_000).ok()
}

/// Fills fields from the table of common names, where they are still empty.
fn guess<'a>(event: &mut Event<'a>, leaves: Leaves<'a>, prefix: &'static str) {
    let mut own = Event::default();
    interpret(&mut own, leaves, CommonNames { prefix, dotted_stand: false });
    if event.parsed_time.is_none() {
        (event.parsed_time, event.time_text) = (own.parsed_time, own.time_text.take());
    }
    let taken: Vec<FieldId> = own
        .fields()
        .iter()
        .filter_map(|(key, _)| match key {
            Key::Core(id) if event.get(*id).is_some() => Some(*id),
            _ => None,
        })
        .collect();
    for (key, value) in own.into_fields() {
        match key {
            Key::Core(id) if taken.contains(&id) => {
                if !matches!(id, fields::MESSAGE | fields::EVENT_KIND) {
                    event.put(Key::Custom(Cow::Owned(format!("{prefix}{}", id.name()))), value);
                }
            }
            key => event.put(key, value),
        }
    }
}

fn put_value<'a>(event: &mut Event<'a>, key: Key<'a>, datum: Datum<'a>) {
    match datum {
        Datum::Leaf(leaf) => event.put(key, leaf),
        Datum::Time(_, text) => event.put(key, text),
    }
}

/// Writes a moment in RFC 3339, as far as it is stated.
fn written_moment(when: ParsedTime) -> String {
    match when {
        ParsedTime::Timestamp(instant, _) => instant.to_string(),
        ParsedTime::Civil(civil, _) => {
            let (month, day) = civil.date.unwrap_or((1, 1));
            let date = civil.year.and_then(|year| {
                chrono::NaiveDate::from_ymd_opt(year, month.into(), day.into())?.and_hms_nano_opt(
                    civil.hour.into(),
                    civil.minute.into(),
                    civil.second.min(59).into(),
                    civil.nanos,
                )
            });
            match (date, civil.offset) {
                (Some(date), Some(east)) => {
                    let utc = date - chrono::TimeDelta::seconds(east.into());
                    format!("{}Z", utc.format("%Y-%m-%dT%H:%M:%S%.9f"))
                }
                (Some(date), None) => date.format("%Y-%m-%dT%H:%M:%S%.f").to_string(),
                (None, _) => {
                    format!("{month:02}-{day:02}T{:02}:{:02}:{:02}", civil.hour, civil.minute, civil.second)
                }
            }
        }
    }
}
