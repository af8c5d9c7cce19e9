//! The table of core fields: one row states everything about a field.

use std::collections::HashMap;
use std::sync::LazyLock;

/// The type of a field's values (ECS 8 types).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldKind {
    /// A whole value, matched exactly, ignoring case.
    Keyword,
    /// Free text, matched by token.
    Text,
    /// An IPv4 or IPv6 address; answers CIDR.
    Ip,
    /// A whole number; answers ranges.
    Long,
    /// An instant in time.
    Date,
    /// True or false.
    Boolean,
}

/// One row of the table.
#[derive(Debug)]
pub struct Field {
    /// The dotted ECS name.
    pub name: &'static str,
    /// What its values are.
    pub kind: FieldKind,
    /// The short name for typing, if there is one.
    pub alias: Option<&'static str>,
    /// What it means, in one sentence.
    pub doc: &'static str,
}

/// A core field: its row in [`FIELDS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FieldId(u16);

impl FieldId {
    /// Returns the row of this field.
    pub fn field(self) -> &'static Field {
        &FIELDS[usize::from(self.0)]
    }

    /// Returns the dotted ECS name.
    pub fn name(self) -> &'static str {
        self.field().name
    }

    /// Returns the row number, below `FIELDS.len()`.
    pub fn index(self) -> usize {
        usize::from(self.0)
    }

    /// Finds a field by its full name (no aliases).
    pub fn by_name(name: &str) -> Option<FieldId> {
        BY_NAME.get(name).copied()
    }

    /// Finds a field by its full name or its alias.
    pub fn by_name_or_alias(name: &str) -> Option<FieldId> {
        FieldId::by_name(name).or_else(|| BY_ALIAS.get(name).copied())
    }

    /// Returns every core field, in table order.
    pub fn all() -> impl Iterator<Item = FieldId> {
        (0..FIELDS.len() as u16).map(FieldId)
    }
}

static BY_NAME: LazyLock<HashMap<&'static str, FieldId>> =
    LazyLock::new(|| FieldId::all().map(|id| (id.name(), id)).collect());

static BY_ALIAS: LazyLock<HashMap<&'static str, FieldId>> =
    LazyLock::new(|| FieldId::all().filter_map(|id| Some((id.field().alias?, id))).collect());

/// Writes the table and, for each row, a constant of its [`FieldId`].
macro_rules! table {
    ($($constant:ident $name:literal $kind:ident $($alias:literal)? : $doc:literal;)*) => {
        /// Every core field, in the order in which they are printed.
        pub const FIELDS: &[Field] = &[$(Field {
            name: $name,
            kind: FieldKind::$kind,
            alias: table!(@alias $($alias)?),
            doc: $doc,
        }),*];

        /// A constant for each core field.
        pub mod fields {
            use super::FieldId;
            table!(@constants 0u16; $($constant $doc;)*);
        }
    };
    (@alias) => { None };
    (@alias $alias:literal) => { Some($alias) };
    (@constants $n:expr; $constant:ident $doc:literal; $($rest:tt)*) => {
        #[doc = $doc]
        pub const $constant: FieldId = FieldId($n);
        table!(@constants $n + 1; $($rest)*);
    };
    (@constants $n:expr;) => {};
}

table! {
    TIMESTAMP "@timestamp" Date "time": "When the event happened, in UTC.";
    EVENT_DATASET "event.dataset" Keyword "dataset": "The kind of log, such as `system.auth`.";
    EVENT_PROVIDER "event.provider" Keyword: "The program or service that wrote the event.";
    EVENT_KIND "event.kind" Keyword: "`event`, `alert`, `state` …";
    EVENT_CATEGORY "event.category" Keyword "category": "ECS categories; always a list.";
    EVENT_TYPE "event.type" Keyword: "ECS types; always a list.";
    EVENT_ACTION "event.action" Keyword "action": "What was done, such as `ssh_login`.";
    EVENT_OUTCOME "event.outcome" Keyword "outcome": "`success`, `failure` or `unknown`.";
    EVENT_CODE "event.code" Keyword "code": "The source's own number or code for this kind of event.";
    EVENT_ID "event.id" Keyword: "The source's own id of this very event.";
    EVENT_REASON "event.reason" Keyword "reason": "Why it came out as it did.";
    EVENT_SEVERITY "event.severity" Long "severity": "The source's own severity number.";
    EVENT_DURATION "event.duration" Long "duration": "How long it took, in nanoseconds.";
    EVENT_START "event.start" Date: "When it began.";
    EVENT_END "event.end" Date: "When it ended.";
    LOG_LEVEL "log.level" Keyword "level": "The level the source gave it.";
    LOG_LOGGER "log.logger" Keyword "logger": "The logger inside the application.";
    LOG_SYSLOG_PRIORITY "log.syslog.priority" Long: "RFC 5424 priority, 0 to 191.";
    LOG_SYSLOG_FACILITY "log.syslog.facility.code" Long: "RFC 5424 facility, 0 to 23.";
    LOG_SYSLOG_SEVERITY "log.syslog.severity.code" Long: "RFC 5424 severity, 0 to 7.";
    HOST_NAME "host.name" Keyword "host": "The machine the event is about.";
    USER_NAME "user.name" Keyword "user": "Who acted, or tried to.";
    USER_ID "user.id" Keyword "uid": "The actor's id.";
    USER_DOMAIN "user.domain" Keyword: "The directory the actor belongs to.";
    USER_EMAIL "user.email" Keyword "email": "The actor's address.";
    USER_EFFECTIVE_NAME "user.effective.name" Keyword: "Whom the actor became.";
    USER_EFFECTIVE_ID "user.effective.id" Keyword: "The id of whom the actor became.";
    USER_TARGET_NAME "user.target.name" Keyword "target": "The account that was acted upon.";
    USER_TARGET_ID "user.target.id" Keyword: "The id of the account that was acted upon.";
    USER_CHANGES_NAME "user.changes.name" Keyword: "The account's new name.";
    USER_ROLES "user.roles" Keyword: "The actor's roles.";
    GROUP_NAME "group.name" Keyword "group": "The group concerned.";
    GROUP_ID "group.id" Keyword "gid": "The group's id.";
    SOURCE_ADDRESS "source.address" Keyword: "Where it came from, as written.";
    SOURCE_IP "source.ip" Ip "ip": "Where it came from.";
    SOURCE_PORT "source.port" Long "port": "The port it came from.";
    SOURCE_DOMAIN "source.domain" Keyword: "The name it came from.";
    SOURCE_BYTES "source.bytes" Long: "Bytes sent by the source.";
    CLIENT_IP "client.ip" Ip: "The client behind proxies, if the source states it.";
    DESTINATION_ADDRESS "destination.address" Keyword: "Where it went, as written.";
    DESTINATION_IP "destination.ip" Ip: "Where it went.";
    DESTINATION_PORT "destination.port" Long: "The port it went to.";
    DESTINATION_DOMAIN "destination.domain" Keyword: "The name it went to.";
    DESTINATION_BYTES "destination.bytes" Long: "Bytes sent by the destination.";
    NETWORK_PROTOCOL "network.protocol" Keyword: "The application protocol, such as `http`, `ssh`.";
    NETWORK_TRANSPORT "network.transport" Keyword: "`tcp`, `udp` …";
    NETWORK_FORWARDED_IP "network.forwarded_ip" Ip "xff": "The client that a proxy names.";
    HTTP_METHOD "http.request.method" Keyword "method": "The request's method, as written.";
    HTTP_REFERRER "http.request.referrer" Keyword "ref": "The page that linked here.";
    HTTP_REQUEST_ID "http.request.id" Keyword: "The id a proxy gave the request.";
    HTTP_REQUEST_BYTES "http.request.bytes" Long: "The size of the whole request.";
    HTTP_REQUEST_BODY_BYTES "http.request.body.bytes" Long: "The size of the request's body.";
    HTTP_STATUS "http.response.status_code" Long "status": "The status of the answer.";
    HTTP_RESPONSE_BODY_BYTES "http.response.body.bytes" Long "bytes": "The size of the answer's body.";
    HTTP_VERSION "http.version" Keyword: "The version of HTTP, such as `1.1`.";
    URL_ORIGINAL "url.original" Keyword "url": "The request's target as written.";
    URL_SCHEME "url.scheme" Keyword: "`http`, `https` …";
    URL_DOMAIN "url.domain" Keyword "domain": "The site that was asked for.";
    URL_PORT "url.port" Long: "The port of the site that was asked for.";
    URL_PATH "url.path" Keyword "path": "The path before `?`.";
    URL_QUERY "url.query" Keyword "query": "The part after `?`.";
    URL_EXTENSION "url.extension" Keyword: "The ending of the path, without its dot.";
    USER_AGENT "user_agent.original" Keyword "ua": "What the client said it was.";
    TLS_VERSION "tls.version" Keyword: "The version of TLS.";
    TLS_CIPHER "tls.cipher" Keyword: "The cipher of TLS.";
    PROCESS_NAME "process.name" Keyword "proc": "The program that acted or wrote.";
    PROCESS_PID "process.pid" Long "pid": "Its process id.";
    PROCESS_THREAD_ID "process.thread.id" Long: "Its thread id.";
    PROCESS_EXECUTABLE "process.executable" Keyword: "Its file.";
    PROCESS_COMMAND_LINE "process.command_line" Keyword "cmd": "Its command line.";
    PROCESS_WORKING_DIRECTORY "process.working_directory" Keyword: "Where it ran.";
    PROCESS_PARENT_NAME "process.parent.name" Keyword: "Its parent's name.";
    PROCESS_PARENT_PID "process.parent.pid" Long: "Its parent's process id.";
    FILE_PATH "file.path" Keyword "file": "The file concerned.";
    SERVICE_NAME "service.name" Keyword "service": "The service concerned.";
    CLOUD_PROVIDER "cloud.provider" Keyword: "`aws`, `azure`, `gcp` …";
    CLOUD_ACCOUNT_ID "cloud.account.id" Keyword "account": "The cloud account.";
    CLOUD_REGION "cloud.region" Keyword "region": "The cloud region.";
    SESSION_ID "session.id" Keyword "session": "The login session.";
    ERROR_CODE "error.code" Keyword: "The code of the error.";
    ERROR_TYPE "error.type" Keyword: "The class of the error.";
    ERROR_MESSAGE "error.message" Keyword: "What the error said.";
    ERROR_STACK_TRACE "error.stack_trace" Text: "Where the error came from.";
    TAGS "tags" Keyword: "Words the source put on the event.";
    MESSAGE "message" Text "msg": "A sentence a person can read without the other columns.";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_aliases_are_unique() {
        let mut seen = std::collections::HashSet::new();
        for field in FIELDS {
            assert!(seen.insert(field.name), "{} twice", field.name);
            assert!(field.alias.is_none_or(|alias| seen.insert(alias)), "alias of {} twice", field.name);
        }
    }

    #[test]
    fn a_constant_leads_to_its_row() {
        assert_eq!(fields::SOURCE_IP.name(), "source.ip");
        assert_eq!(FieldId::by_name_or_alias("ip"), Some(fields::SOURCE_IP));
        assert_eq!(FieldId::by_name("ip"), None);
        assert_eq!(fields::MESSAGE.index(), FIELDS.len() - 1);
    }
}
