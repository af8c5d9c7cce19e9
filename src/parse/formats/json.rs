//! JSON objects, one per record: with ECS names, or with any names.

use crate::parse::flatten::Leaves;
use crate::parse::format::{Format, Framing, RecordText};
use crate::parse::heuristics::{Namespace, interpret};
use crate::record::{Event, FieldId};

/// JSON whose names are those of the Elastic Common Schema, nested or dotted.
pub struct EcsJson;

/// JSON of any program.
pub struct GenericJson;

impl Format for EcsJson {
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

    fn read_record<'a>(&self, record: &RecordText<'a>, event: &mut Event<'a>) -> bool {
        let Some(leaves) = record.json().filter(|leaves| is_ecs(leaves)) else { return false };
        interpret(event, leaves.clone(), Namespace { prefix: "json.", dotted_stand: true });
        true
    }
}

impl Format for GenericJson {
    fn name(&self) -> &'static str {
        "json"
    }

    fn about(&self) -> &'static str {
        "JSON of any program; time, level, message and common names are guessed, the others kept under json.*"
    }

    fn samples(&self) -> &'static [&'static str] {
        &[
            r#"{"ts":"2026-03-01T10:00:00.123456Z","lvl":"WARN","msg":"disk nearly full","user":"alice","free_bytes":1048576}"#,
            r#"{"when":"started","created_at":"2026-03-01T10:00:01Z","method":"GET","path":"/cart?id=7","client_ip":"192.0.2.10","status":200}"#,
        ]
    }

    fn specificity(&self) -> u8 {
        20
    }

    fn framing(&self) -> Framing {
        Framing::Json
    }

    fn wraps(&self) -> bool {
        true
    }

    fn read_record<'a>(&self, record: &RecordText<'a>, event: &mut Event<'a>) -> bool {
        let Some(leaves) = record.json().filter(|leaves| !leaves.is_empty()) else { return false };
        interpret(event, leaves.clone(), Namespace { prefix: "json.", dotted_stand: false });
        true
    }
}

/// ECS requires `@timestamp`; another dotted ECS name, or the ECS version,
/// distinguishes it from other programs that write `@timestamp`.
fn is_ecs(leaves: &Leaves<'_>) -> bool {
    leaves.iter().any(|(name, _)| name == "@timestamp")
        && leaves.iter().any(|(name, _)| {
            name == "ecs.version" || (name.contains('.') && FieldId::by_name(name).is_some())
        })
}
