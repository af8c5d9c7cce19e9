//! JSON documents whose names are those of the Elastic Common Schema already.

use crate::record::{Event, Key, fields};

use super::super::super::{Format, Framing, Seen};
use super::guess;
use super::leaves::leaves;

/// JSON with `@timestamp` and ECS names, nested or dotted.
pub struct EcsJson;

impl Format for EcsJson {
    fn name(&self) -> &'static str {
        "ecs.json"
    }

    fn about(&self) -> &'static str {
        "JSON objects with @timestamp and the names of the Elastic Common Schema, nested or dotted"
    }

    fn samples(&self) -> &'static [&'static str] {
        &[
            r#"{"@timestamp":"2026-03-01T10:00:00.250Z","log.level":"info","message":"signed in","ecs.version":"8.11","user":{"name":"alice"},"source":{"ip":"192.0.2.7"}}"#,
        ]
    }

    fn specificity(&self) -> u8 {
        50
    }

    fn framing(&self) -> Framing {
        Framing::Json
    }

    fn read<'a>(&self, text: &'a str, event: &mut Event<'a>) -> Seen {
        if !text.contains("\"@timestamp\"") {
            return Seen::No;
        }
        let Some(leaves) = leaves(text) else { return Seen::No };
        let mut ecs = false;
        for leaf in leaves {
            if leaf.path == "@timestamp" && event.when.is_none() {
                let Some(when) = guess::moment(&leaf.value) else { return Seen::No };
                event.when_text = Some(leaf.value.text().into_owned().into());
                event.when = Some(when);
                continue;
            }
            ecs |= leaf.path.starts_with("ecs.version")
                || leaf.path.starts_with("log.")
                || leaf.path.starts_with("event.");
            match Key::from(leaf.path) {
                // The original is what was imported; this is what it says of itself.
                Key::Own(name) if name == "event.original" => event.put("json.event.original", leaf.value),
                Key::Core(id) => match guess::fitting(id, &leaf.value) {
                    Some(value) => event.put(id, value),
                    None => event.put(format!("json.{}", id.name()), leaf.value),
                },
                key => event.put(key, leaf.value),
            }
        }
        if event.when.is_none() || !ecs {
            return Seen::No;
        }
        if event.get(fields::EVENT_DATASET).is_none() {
            event.put(fields::EVENT_DATASET, "ecs.json");
        }
        Seen::Yes
    }
}
