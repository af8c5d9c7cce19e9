//! The table of common names that no standard defines.

use crate::record::{FieldId, fields};

/// What a name means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldRole {
    /// When it happened; if there are several, the lowest rank that is a time.
    Time(u8),
    /// What happened; if there are several, the lowest rank that is a text.
    Message(u8),
    /// The level, perhaps as one of bunyan's numbers.
    Level,
    /// A core field, whatever the event is.
    Field(FieldId),
    /// A core field, if the event is a web request.
    Web(FieldId),
    /// The machine, or the site if the event is a web request.
    Host,
    /// Where it came from, if it is an address.
    Source,
    /// Where it went, if it is an address.
    Destination,
    /// The method, if it is one of HTTP's.
    Method,
    /// The status of an answer, if it can be one.
    Status,
    /// As [`FieldRole::Status`], if the event is a web request.
    WebStatus,
    /// What was asked for, if it is a path or a URL.
    Target,
    /// As [`FieldRole::Target`], if the event is a web request.
    WebTarget,
    /// A whole request line, if it is one.
    RequestLine,
    /// The version, if the event is a web request: `HTTP/1.1`.
    WebVersion,
    /// `success` or `failure`, if it says so.
    Outcome,
    /// How long it took, with the nanoseconds of its unit.
    Took(i64),
    /// How long it took, if the unit follows the number: `1.5ms`.
    TookWritten,
}

/// Returns what a name means. Case, `_`, `-` and `@` do not matter.
pub fn field_role(name: &str) -> Option<FieldRole> {
    let mut plain = [0; LONGEST];
    let mut length = 0;
    for byte in name.strip_prefix("@fields.").unwrap_or(name).bytes() {
        if !matches!(byte, b'_' | b'-' | b'@') {
            *plain.get_mut(length)? = byte.to_ascii_lowercase();
            length += 1;
        }
    }
    let plain = &plain[..length];
    let row = FIELD_NAMES.binary_search_by(|(other, _)| other.as_bytes().cmp(plain)).ok()?;
    Some(FIELD_NAMES[row].1)
}

/// The longest name in the table, in bytes.
const LONGEST: usize = 25;

/// Every name, in byte order, written without `_`, `-`, `@` and in lower case.
#[rustfmt::skip]
static FIELD_NAMES: &[(&str, FieldRole)] = {
    use FieldRole::*;
    const MICRO: i64 = 1_000;
    const MILLI: i64 = 1_000_000;
    const SECOND: i64 = 1_000_000_000;
    &[
        ("action", Field(fields::EVENT_ACTION)),
        ("agent", Web(fields::USER_AGENT)),
        ("app", Field(fields::SERVICE_NAME)),
        ("application", Field(fields::SERVICE_NAME)),
        ("appname", Field(fields::SERVICE_NAME)),
        ("asctime", Time(6)),
        ("body", Message(5)),
        ("bodybytessent", Field(fields::HTTP_RESPONSE_BODY_BYTES)),
        ("bytes", Web(fields::HTTP_RESPONSE_BODY_BYTES)),
        ("bytessent", Web(fields::HTTP_RESPONSE_BODY_BYTES)),
        ("client", Source),
        ("clientaddr", Source),
        ("clientaddress", Source),
        ("clientip", Source),
        ("clientport", Field(fields::SOURCE_PORT)),
        ("cmdline", Field(fields::PROCESS_COMMAND_LINE)),
        ("comm", Field(fields::PROCESS_NAME)),
        ("commandline", Field(fields::PROCESS_COMMAND_LINE)),
        ("created", Time(9)),
        ("createdat", Time(9)),
        ("creationtime", Time(9)),
        ("date", Time(7)),
        ("datetime", Time(5)),
        ("destinationaddress", Destination),
        ("destinationip", Destination),
        ("destinationport", Field(fields::DESTINATION_PORT)),
        ("destip", Destination),
        ("destport", Field(fields::DESTINATION_PORT)),
        ("dst", Destination),
        ("dstip", Destination),
        ("dstport", Field(fields::DESTINATION_PORT)),
        ("duration", TookWritten),
        ("durationms", Took(MILLI)),
        ("durationns", Took(1)),
        ("durationus", Took(MICRO)),
        ("elapsed", TookWritten),
        ("elapsedms", Took(MILLI)),
        ("elapsedns", Took(1)),
        ("elapsedus", Took(MICRO)),
        ("email", Field(fields::USER_EMAIL)),
        ("epoch", Time(6)),
        ("err", Field(fields::ERROR_MESSAGE)),
        ("error", Field(fields::ERROR_MESSAGE)),
        ("errorcode", Field(fields::ERROR_CODE)),
        ("errormessage", Field(fields::ERROR_MESSAGE)),
        ("event", Message(4)),
        ("eventaction", Field(fields::EVENT_ACTION)),
        ("eventname", Field(fields::EVENT_ACTION)),
        ("eventtime", Time(4)),
        ("eventtimestamp", Time(4)),
        ("exe", Field(fields::PROCESS_EXECUTABLE)),
        ("executable", Field(fields::PROCESS_EXECUTABLE)),
        ("host", Host),
        ("hostname", Field(fields::HOST_NAME)),
        ("http.method", Method),
        ("http.status", Status),
        ("http.statuscode", Status),
        ("http.target", Target),
        ("http.url", Target),
        ("httpmethod", Method),
        ("httpreferer", Field(fields::HTTP_REFERRER)),
        ("httpreferrer", Field(fields::HTTP_REFERRER)),
        ("httpstatus", Status),
        ("httpstatuscode", Status),
        ("httpuseragent", Field(fields::USER_AGENT)),
        ("httpversion", WebVersion),
        ("instant.epochsecond", Time(12)),
        ("ip", Source),
        ("ipaddress", Source),
        ("latency", TookWritten),
        ("latencyms", Took(MILLI)),
        ("latencyns", Took(1)),
        ("level", Level),
        ("levelname", Level),
        ("log", Message(2)),
        ("loggedat", Time(6)),
        ("logger", Field(fields::LOG_LOGGER)),
        ("loggername", Field(fields::LOG_LOGGER)),
        ("loginname", Field(fields::USER_NAME)),
        ("loglevel", Level),
        ("logtime", Time(6)),
        ("lvl", Level),
        ("message", Message(0)),
        ("method", Method),
        ("msg", Message(0)),
        ("occurredat", Time(8)),
        ("outcome", Outcome),
        ("path", WebTarget),
        ("pid", Field(fields::PROCESS_PID)),
        ("processid", Field(fields::PROCESS_PID)),
        ("processname", Field(fields::PROCESS_NAME)),
        ("program", Field(fields::PROCESS_NAME)),
        ("proto", WebVersion),
        ("protocol", WebVersion),
        ("published", Time(9)),
        ("realtimetimestamp", Time(8)),
        ("receivedat", Time(11)),
        ("referer", Field(fields::HTTP_REFERRER)),
        ("referrer", Field(fields::HTTP_REFERRER)),
        ("remoteaddr", Source),
        ("remoteaddress", Source),
        ("remoteip", Source),
        ("remoteport", Field(fields::SOURCE_PORT)),
        ("remoteuser", Field(fields::USER_NAME)),
        ("req.headers.host", Web(fields::URL_DOMAIN)),
        ("req.headers.referer", Field(fields::HTTP_REFERRER)),
        ("req.headers.useragent", Field(fields::USER_AGENT)),
        ("req.method", Method),
        ("req.remoteaddress", Source),
        ("req.remoteport", Field(fields::SOURCE_PORT)),
        ("req.url", Target),
        ("request", RequestLine),
        ("request.headers.useragent", Field(fields::USER_AGENT)),
        ("request.host", Web(fields::URL_DOMAIN)),
        ("request.method", Method),
        ("request.path", Target),
        ("request.proto", WebVersion),
        ("request.remoteaddr", Source),
        ("request.remoteip", Source),
        ("request.remoteport", Field(fields::SOURCE_PORT)),
        ("request.uri", Target),
        ("request.url", Target),
        ("requestid", Web(fields::HTTP_REQUEST_ID)),
        ("requestline", RequestLine),
        ("requestmethod", Method),
        ("requestpath", Target),
        ("requesttime", Took(SECOND)),
        ("requesturi", Target),
        ("requesturl", Target),
        ("res.statuscode", Status),
        ("response.status", Status),
        ("response.statuscode", Status),
        ("responsecode", Status),
        ("responsestatus", Status),
        ("responsetime", TookWritten),
        ("responsetimems", Took(MILLI)),
        ("result", Outcome),
        ("service", Field(fields::SERVICE_NAME)),
        ("servicename", Field(fields::SERVICE_NAME)),
        ("session", Field(fields::SESSION_ID)),
        ("sessionid", Field(fields::SESSION_ID)),
        ("severity", Level),
        ("severitytext", Level),
        ("shortmessage", Message(1)),
        ("size", Web(fields::HTTP_RESPONSE_BODY_BYTES)),
        ("sourceaddress", Source),
        ("sourceip", Source),
        ("sourceport", Field(fields::SOURCE_PORT)),
        ("sourcerealtimetimestamp", Time(7)),
        ("src", Source),
        ("srcip", Source),
        ("srcport", Field(fields::SOURCE_PORT)),
        ("stack", Field(fields::ERROR_STACK_TRACE)),
        ("stacktrace", Field(fields::ERROR_STACK_TRACE)),
        ("startedat", Time(10)),
        ("starttime", Time(10)),
        ("status", WebStatus),
        ("statuscode", Status),
        ("syslogidentifier", Field(fields::PROCESS_NAME)),
        ("t", Time(3)),
        ("text", Message(3)),
        ("time", Time(2)),
        ("timecreated", Time(8)),
        ("timegenerated", Time(8)),
        ("timeiso8601", Time(6)),
        ("timelocal", Time(6)),
        ("timemillis", Time(6)),
        ("timestamp", Time(0)),
        ("timestampms", Time(6)),
        ("took", TookWritten),
        ("tookms", Took(MILLI)),
        ("ts", Time(1)),
        ("ua", Web(fields::USER_AGENT)),
        ("unixtime", Time(6)),
        ("uri", Target),
        ("url", Target),
        ("user", Field(fields::USER_NAME)),
        ("useragent", Field(fields::USER_AGENT)),
        ("useremail", Field(fields::USER_EMAIL)),
        ("userid", Field(fields::USER_ID)),
        ("username", Field(fields::USER_NAME)),
        ("verb", Method),
        ("vhost", Web(fields::URL_DOMAIN)),
        ("xrequestid", Web(fields::HTTP_REQUEST_ID)),
    ]
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_reachable() {
        for pair in FIELD_NAMES.windows(2) {
            assert!(pair[0].0 < pair[1].0, "{} stands before {}", pair[0].0, pair[1].0);
        }
        for (name, meaning) in FIELD_NAMES {
            assert_eq!(field_role(name), Some(*meaning), "{name}");
        }
    }

    #[test]
    fn spelling_does_not_matter() {
        assert_eq!(field_role("@Time_Stamp"), Some(FieldRole::Time(0)));
        assert_eq!(field_role("clientIp"), field_role("client-ip"));
        assert_eq!(field_role("@fields.lvl"), Some(FieldRole::Level));
        assert_eq!(field_role("a_name_that_is_much_longer_than_any_in_the_table"), None);
        assert_eq!(field_role(""), None);
    }
}
