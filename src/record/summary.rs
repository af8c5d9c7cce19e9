//! A one-line summary of an event, for lists and for `message`.

use super::{Event, Value, fields};

/// Summarizes an event in one line, without its time and host.
///
/// Returns the record's own `message` if it has one; a web request reads
/// `GET /path 404`, anything else is described by action, actor and object.
pub fn summarize(event: &Event<'_>) -> String {
    if let Some(message) = event.get(fields::MESSAGE) {
        return message.text().into_owned();
    }
    let text = |id| event.get(id).map(|value| value.text().into_owned());
    if let Some(method) = event.get(fields::HTTP_METHOD) {
        let target = event.get(fields::URL_ORIGINAL).or_else(|| event.get(fields::URL_PATH));
        let parts = [Some(method), target, event.get(fields::HTTP_STATUS)];
        let mut line = String::new();
        for part in parts.into_iter().flatten().map(Value::text).filter(|part| !part.is_empty()) {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(&part);
        }
        return line;
    }
    let mut words = Vec::new();
    words.extend(text(fields::EVENT_ACTION).or_else(|| text(fields::EVENT_DATASET)));
    if let Some(user) = text(fields::USER_NAME) {
        words.push(format!("by {user}"));
    }
    if let Some(from) = text(fields::SOURCE_IP).or_else(|| text(fields::SOURCE_ADDRESS)) {
        words.push(format!("from {from}"));
    }
    if let Some(outcome) = text(fields::EVENT_OUTCOME) {
        words.push(format!("({outcome})"));
    }
    words.join(" ")
}
