//! The plan of how one source is read: decided once, kept with the evidence.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::record::{Timestamp, Zone};

use super::declared::{kept_format, user_file};
use super::detect::{self, Detection};
use super::format::{Format, Framing, UNPARSED};
use super::formats::{find_format, format_by_name};
use super::framing::{Framer, HeaderFinder, HeaderLines};
use super::other_formats::whole_line_formats;
use super::time::{TimeRules, YearShift, YearWatch};

/// Version of how records are read. It rises whenever the same bytes under the same
/// [`Plan`] would be read differently: plans of other versions are then known to be
/// older, and indexes are built again from the evidence.
pub const READING_VERSION: u32 = 3;

/// Years in which logs can have been written.
pub const YEARS: RangeInclusive<i32> = 1970..=2200;

/// 1990-01-01: older modification times are placeholders (reproducible archives use
/// 1970 or 1980).
const NO_DATE: Timestamp = Timestamp::from_secs(631_152_000);

/// The user's options for reading a source.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ParseOptions {
    /// Only this format (by name), with the unparsed fallback.
    pub format: Option<String>,
    /// The file of that format, where it is none of the known ones.
    pub definition: Option<String>,
    /// The zone of times that have none; UTC where not given.
    pub zone: Option<Zone>,
    /// The year of the first line, for times that have none.
    pub year: Option<i32>,
    /// The host, for events that name none.
    pub host: Option<String>,
    /// Labels put on every event as `labels.<name>`.
    pub labels: Vec<(String, String)>,
}

/// How one source is read. Together with a record's bytes it determines the event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// The format that understood most of the sample. `unparsed` where none did.
    pub format: String,
    /// Narrower formats that understood some of the sample; tried before `format`.
    #[serde(default)]
    pub mixed: Vec<String>,
    /// The only format that is tried, where the user named it.
    pub forced: bool,
    /// Version of the built-in formats that made this plan.
    pub version: u32,
    /// How records are delimited.
    pub framing: Framing,
    /// The zone of times that have none.
    pub zone: String,
    /// A time without a year gets the latest year in which it is not after this
    /// moment (nanoseconds since the epoch): the source's last change, or when it was acquired.
    pub anchor: i64,
    /// When the source was acquired (nanoseconds since the epoch): later times are flagged.
    pub acquired: i64,
    /// The year of the first line, where the user gave it.
    pub year: Option<i32>,
    /// The file of the format where it is the user's: it is kept, so that the records are
    /// read in the same way wherever the case is opened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub definition: Option<String>,
    /// Where the log is longer than a year; see [`super::YearWatch`].
    pub shifts: Vec<YearShift>,
    /// Lines that say how others are read: the names of columns, the day.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<HeaderLines>,
    /// The host of events that name none.
    pub host: Option<String>,
    /// Labels put on every event.
    pub labels: Vec<(String, String)>,
    /// What of it the collection states from which the source is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stated: Vec<Stated>,
    /// Nanoseconds to add to every time: how far the source's clock was behind.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub clock: i64,
}

/// What a collection states about a source, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stated {
    /// What is stated: `host`, `zone`, `collected` (the moment that the source cannot have
    /// changed after), `system`, `collector`.
    pub what: String,
    /// What it is (foreign text).
    pub value: String,
    /// The file that states it, from the root of the collection on (foreign text).
    pub from: String,
    /// The SHA-256 of that file in hex; none for a link.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
}

fn format_of_file(text: &str) -> Result<&'static dyn Format> {
    let format = kept_format(text).ok_or_else(|| Error::usage("the file that was given is not a format"))?;
    Ok(format as &dyn Format)
}

fn is_zero(number: &i64) -> bool {
    *number == 0
}

/// Changes to how a source is read; what is absent stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Corrections {
    /// The zone of times that have none.
    pub zone: Option<Zone>,
    /// The year of the first line; `Some(None)` infers it again.
    pub year: Option<Option<i32>>,
    /// The host of events that name none; `Some(None)` removes it.
    pub host: Option<Option<String>>,
    /// Only this format; `Some(None)` detects it again.
    pub format: Option<Option<String>>,
    /// Only the format of this file, which is none of the known ones.
    pub definition: Option<String>,
    /// Nanoseconds to add to every time.
    pub clock: Option<i64>,
}

impl Plan {
    /// Returns whether this version of the formats made the plan; others may read it
    /// differently.
    pub fn is_current(&self) -> bool {
        self.version == READING_VERSION
    }

    /// Returns what the plan says about times; fails where it names an unknown zone.
    pub fn time_rules(&self) -> Result<TimeRules> {
        Ok(TimeRules {
            zone: self.zone.parse()?,
            anchor: Timestamp::from_nanos(self.anchor),
            acquired: Timestamp::from_nanos(self.acquired),
            year: self.year,
            shifts: self.shifts.clone(),
            clock: self.clock,
        })
    }

    /// Returns the year shifts of a source whose events `watch` was fed under this
    /// plan; empty for nearly every log.
    pub fn year_shifts(&self, watch: &YearWatch) -> Vec<YearShift> {
        self.time_rules().map_or_else(|_| Vec::new(), |rules| watch.shifts(&rules))
    }

    /// Returns where the plan differs from the user's options: the setting, its value
    /// in the plan, and its value in the options.
    pub fn against(&self, options: &ParseOptions) -> Vec<(&'static str, String, String)> {
        let none = || "none".to_owned();
        let year = |year: Option<i32>| year.map_or_else(none, |year| year.to_string());
        let parts = [
            ("zone", self.zone.clone(), options.zone.map(|zone| zone.to_string())),
            ("year", year(self.year), options.year.map(|said| year(Some(said)))),
            ("host", self.host.clone().unwrap_or_else(none), options.host.clone()),
            ("format", self.format.clone(), options.format.clone()),
        ];
        let said = parts.into_iter().filter_map(|(what, is, said)| Some((what, is, said?)));
        said.filter(|(_, is, said)| is != said).collect()
    }

    /// Decides from the first bytes of a source (up to 256 KB; `whole` says
    /// that this is all of it), what the user said, the source's last change
    /// and the moment of acquisition. Fails where the user names an unknown format.
    pub fn decide(
        sample: &[u8],
        whole: bool,
        options: &ParseOptions,
        modified: Option<Timestamp>,
        acquired: Timestamp,
    ) -> Result<Plan> {
        if let Some(text) = &options.definition {
            let format = format_of_file(text)?;
            let found = Detection { format: format.name(), mixed: Vec::new(), framing: format.framing() };
            let plan = Plan::from_detection(found, options, modified, acquired);
            return Ok(Plan { definition: Some(text.clone()), forced: true, ..plan });
        }
        let found = match &options.format {
            Some(name) => {
                let format = find_format(name)?;
                let framing = format.map_or(Framing::Lines, |format| format.framing());
                Detection {
                    format: format.map_or(UNPARSED, |format| format.name()),
                    mixed: Vec::new(),
                    framing,
                }
            }
            None => detect::detect(sample, whole, whole_line_formats()),
        };
        Ok(Plan::from_detection(found, options, modified, acquired))
    }

    /// Returns what finds headers in records that another plan has cut; none where the
    /// format has no such lines.
    pub fn header_finder(&self) -> Option<HeaderFinder> {
        let format = self.kept().or_else(|| format_by_name(&self.format))?;
        format.has_line_kinds().then(|| HeaderFinder::new(format))
    }

    /// Returns the format whose file is kept in the plan.
    pub fn kept(&self) -> Option<&'static dyn Format> {
        let kept = kept_format(self.definition.as_ref()?)?;
        Some(kept as &dyn Format)
    }

    /// Creates the framer of the source, from a record on.
    pub fn framer(&self, from_record: u64) -> Framer {
        let kept = self.kept().or_else(|| format_by_name(&self.format));
        Framer::of_format(self.framing, kept, from_record, &self.headers)
    }

    /// Returns how a source is read with corrections. `sample` is of its first bytes
    /// (`whole`: all of them). Framing stays as it is, and year shifts and headers are not
    /// determined yet. Fails where the user names an unknown format.
    pub fn corrected(&self, by: &Corrections, sample: &[u8], whole: bool) -> Result<Plan> {
        let mut plan = Plan { version: READING_VERSION, shifts: Vec::new(), ..self.clone() };
        if let Some(zone) = by.zone {
            plan.zone = zone.to_string();
            plan.stated.retain(|stated| stated.what != "zone");
        }
        if let Some(year) = by.year {
            plan.year = year;
        }
        if let Some(host) = &by.host {
            plan.host.clone_from(host);
            plan.stated.retain(|stated| stated.what != "host");
        }
        if let Some(clock) = by.clock {
            plan.clock = clock;
        }
        match &by.format {
            None => {}
            Some(Some(name)) => {
                let format = find_format(name)?;
                plan.format = format.map_or(UNPARSED, |format| format.name()).to_owned();
                (plan.mixed, plan.forced) = (Vec::new(), true);
            }
            Some(None) => {
                let found = detect::detect(sample, whole, whole_line_formats());
                plan.format = found.format.to_owned();
                plan.mixed = found.mixed.into_iter().map(str::to_owned).collect();
                plan.forced = false;
            }
        }
        if by.format.is_some() || by.definition.is_some() {
            plan.stated.retain(|stated| stated.what != "log format");
        }
        if plan.format != self.format {
            plan.definition = user_file(&plan.format).map(str::to_owned);
            plan.headers.clear();
        }
        if let Some(text) = &by.definition {
            plan.format = format_of_file(text)?.name().to_owned();
            (plan.mixed, plan.forced) = (Vec::new(), true);
            plan.definition = Some(text.clone());
            plan.headers.clear();
        }
        Ok(plan)
    }

    /// Creates the plan of a source whose format was detected.
    pub fn from_detection(
        found: Detection,
        options: &ParseOptions,
        modified: Option<Timestamp>,
        acquired: Timestamp,
    ) -> Plan {
        let anchor = modified.filter(|time| *time >= NO_DATE && *time <= acquired).unwrap_or(acquired);
        Plan {
            definition: user_file(found.format).map(str::to_owned),
            format: found.format.to_owned(),
            mixed: found.mixed.into_iter().map(str::to_owned).collect(),
            forced: options.format.is_some(),
            version: READING_VERSION,
            framing: found.framing,
            zone: options.zone.unwrap_or(Zone::UTC).to_string(),
            anchor: anchor.nanos(),
            acquired: acquired.nanos(),
            year: options.year,
            shifts: Vec::new(),
            headers: Vec::new(),
            host: options.host.clone(),
            labels: options.labels.clone(),
            stated: Vec::new(),
            clock: 0,
        }
    }
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
