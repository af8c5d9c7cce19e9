//! JSON objects, one a record: with the names of ECS, or with any.

use crate::parse::{Format, Framing, Seen};
use crate::record::{Event, FieldId};

use super::guess::{self, Namespace};
use super::leaves::Leaves;
use super::scan;

/// JSON whose names are those of the Elastic Common Schema, nested or dotted.
pub(super) struct Ecs;

/// JSON of any program.
pub(super) struct Generic;

impl Format for Ecs {
    fn name(&self) -> &'static str {
        "ecs.json"
    }

    fn about(&self) -> &'static str {
        "JSON with ECS names, nested or dotted; other dotted names are kept as they are, others under json.*"
    }

    fn samples(&self) -> &'static [&'static str] {
        &[
            r#"{"@timestamp":"2026-03-01T10:00:00.123Z","log.level":"info","message":"user logged in","ecs.version":"8.11.0","user":{"name":"alice"},"source":{"ip":"192.0.2.10"}}"#,
            r#"{"@timestamp":"2026-03-01T10:00:01Z","event":{"action":"file-deleted","category":["file"]},"file.path":"/srv/a","labels.team":"red"}"#,
        ]
    }

    fn specificity(&self) -> u8 {
        40
    }

    fn framing(&self) -> Framing {
        Framing::Json
    }

    fn read<'a>(&self, text: &'a str, event: &mut Event<'a>) -> Seen {
        let Some(leaves) = scan::object(text).filter(is_ecs) else { return Seen::No };
        guess::put(event, leaves, Namespace { prefix: "json.", dotted_stand: true });
        Seen::Yes
    }
}

impl Format for Generic {
    fn name(&self) -> &'static str {
        "json"
    }

    fn about(&self) -> &'static str {
        "JSON of any program; time, level, message and common names are guessed, the others kept under json.*"
    }

    fn samples(&self) -> &'static [&'static str] {
        &[
            r#"{"ts":"2026-03-01T10:00:00.123456Z","lvl":"WARN","msg":"disk nearly full","user":"alice","free_bytes":1048576}"#,
            r#"{"level":30,"time":1772359200123,"pid":17,"hostname":"web-01","req":{"method":"GET","url":"/cart?id=7","remoteAddress":"192.0.2.10"},"res":{"statusCode":200},"msg":"request completed"}"#,
        ]
    }

    fn specificity(&self) -> u8 {
        20
    }

    fn framing(&self) -> Framing {
        Framing::Json
    }

    fn read<'a>(&self, text: &'a str, event: &mut Event<'a>) -> Seen {
        let Some(leaves) = scan::object(text).filter(|leaves| !leaves.is_empty()) else { return Seen::No };
        guess::put(event, leaves, Namespace { prefix: "json.", dotted_stand: false });
        Seen::Yes
    }
}

/// ECS demands `@timestamp`; a second dotted name of its own, or its version,
/// tells it from others who write `@timestamp`.
fn is_ecs(leaves: &Leaves<'_>) -> bool {
    leaves.iter().any(|(name, _)| name == "@timestamp")
        && leaves.iter().any(|(name, _)| {
            name == "ecs.version" || (name.contains('.') && FieldId::by_name(name).is_some())
        })
}
