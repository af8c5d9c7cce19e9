//! JSON documents of applications, each with its own names.

use crate::record::{Event, fields};

use super::super::super::{Format, Framing, Seen};
use super::guess;
use super::leaves::leaves;

/// Any JSON object, its time, level and message guessed by their names.
pub struct GenericJson;

impl Format for GenericJson {
    fn name(&self) -> &'static str {
        "json"
    }

    fn about(&self) -> &'static str {
        "JSON objects, a line each or over several lines; time, level, message, user, address … by their usual names, the rest as json.<path>"
    }

    fn samples(&self) -> &'static [&'static str] {
        &[
            r#"{"ts":"2026-03-01T10:00:00.25Z","lvl":"warn","msg":"slow answer","user":"alice","client_ip":"192.0.2.7","took":{"ms":2100}}"#,
            r#"{"name":"shop","hostname":"web-01","pid":711,"level":30,"msg":"listening","time":"2026-03-01T10:00:00.000Z","v":0}"#,
        ]
    }

    fn specificity(&self) -> u8 {
        20
    }

    fn framing(&self) -> Framing {
        Framing::Json
    }

    fn read<'a>(&self, text: &'a str, event: &mut Event<'a>) -> Seen {
        let Some(leaves) = leaves(text) else { return Seen::No };
        for leaf in leaves {
            guess::put("json", &leaf.path, leaf.value, event);
        }
        event.put(fields::EVENT_DATASET, "json");
        event.put(fields::EVENT_KIND, "event");
        Seen::Yes
    }
}
