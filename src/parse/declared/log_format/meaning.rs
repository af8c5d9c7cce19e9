//! What the values of access lines mean: nginx's names, and the fields that they fill.

use super::element::ValuePlace;
use crate::parse::declared::definition::{Constant, Definition, OneOrMany, RuleShape};
use crate::parse::declared::ordered_map::OrderedMap;

/// The first of the addresses that a forwarded request has passed.
const FIRST_ADDRESS: &str = " | split ',' | nth 1 | trim | ip";

/// Fields, and for each the names of values with their filters, the best first. A field
/// that begins with a dot is one of the dataset.
const FIELDS: [(&str, &[(&str, &str)]); 34] = [
    (
        "@timestamp",
        &[
            ("time_own", ""),
            ("msec", ""),
            ("epoch_usec", ""),
            ("epoch_msec", ""),
            ("epoch_sec", ""),
            ("time_iso8601", ""),
            ("time_local", ""),
        ],
    ),
    ("source", &[("remote_addr", ""), ("remote_host", "")]),
    ("source.port", &[("remote_port", " | int")]),
    ("destination.ip", &[("server_addr", " | ip")]),
    ("destination.port", &[("server_port", " | int")]),
    (
        "network.forwarded_ip",
        &[
            ("http_x_forwarded_for", FIRST_ADDRESS),
            ("proxy_add_x_forwarded_for", FIRST_ADDRESS),
            ("http_x_real_ip", " | ip"),
            ("http_true_client_ip", " | ip"),
            ("http_cf_connecting_ip", " | ip"),
        ],
    ),
    (".forwarded_for", &[("http_x_forwarded_for", ""), ("proxy_add_x_forwarded_for", "")]),
    (".remote_addresses", &[("realip_remote_addr", "")]),
    ("user.name", &[("remote_user", ""), ("http_x_forwarded_user", ""), ("ssl_client_s_dn_cn", "")]),
    ("http.request.line", &[("request", "")]),
    ("http.request.method", &[("request_method", "")]),
    ("http.version", &[("server_protocol", " | after '/'")]),
    ("http.request.referrer", &[("http_referer", ""), ("http_referrer", "")]),
    ("http.request.bytes", &[("request_length", " | int")]),
    ("http.request.id", &[("request_id", ""), ("http_x_request_id", ""), ("log_id", "")]),
    ("http.request.mime_type", &[("http_content_type", ""), ("content_type", "")]),
    ("http.response.status_code", &[("status", " | int"), ("upstream_status", " | int")]),
    ("http.response.body.bytes", &[("body_bytes_sent", " | int")]),
    ("http.response.bytes", &[("bytes_sent", " | int")]),
    ("http.response.mime_type", &[("sent_http_content_type", "")]),
    ("user_agent.original", &[("http_user_agent", "")]),
    ("url.domain", &[("http_host", " | host"), ("host", " | host"), ("server_name", " | host")]),
    ("url.scheme", &[("scheme", ""), ("request_scheme", "")]),
    ("host.name", &[("hostname", "")]),
    (
        "event.duration",
        &[
            ("request_time_us", " | scale 1000"),
            ("request_time_ms", " | scale 1000000"),
            ("request_time", " | scale 1000000000"),
        ],
    ),
    ("process.pid", &[("pid", " | int")]),
    ("process.thread.id", &[("tid", " | int")]),
    ("file.path", &[("filename", ""), ("request_filename", "")]),
    ("tls.version", &[("ssl_protocol", " | after 'v'")]),
    ("tls.cipher", &[("ssl_cipher", "")]),
    ("tls.client.server_name", &[("ssl_server_name", ""), ("ssl_tls_sni", "")]),
    ("tls.client.subject", &[("ssl_client_s_dn", "")]),
    (".upstream.address", &[("upstream_addr", "")]),
    (".upstream.response_time", &[("upstream_response_time", "")]),
];

/// Adds the meaning of values to a definition, before what it says itself.
pub fn add(definition: &mut Definition, dataset: &str, values: &[ValuePlace]) {
    let path = |name: &str| values.iter().find(|value| value.name == name).map(|value| value.path.as_str());
    let mut rows = Vec::new();
    for (field, sources) in FIELDS {
        let found: Vec<String> =
            sources.iter().filter_map(|(name, filters)| Some(format!("{}{filters}", path(name)?))).collect();
        if !found.is_empty() {
            let field = if field.starts_with('.') { format!("{dataset}{field}") } else { field.to_owned() };
            rows.push((field, OneOrMany::Many(found)));
        }
    }
    if path("request").is_none() {
        let target = match (path("request_uri"), path("uri"), path("args").or(path("query_string"))) {
            (Some(whole), ..) => Some(vec![whole.to_owned()]),
            (None, Some(uri), Some(args)) => Some(vec![format!("{{{uri}}}?{{{args}}}"), uri.to_owned()]),
            (None, Some(uri), None) => Some(vec![uri.to_owned()]),
            (None, None, _) => None,
        };
        rows.extend(target.map(|target| ("url.original".to_owned(), OneOrMany::Many(target))));
    }
    definition.fields.prepend(&OrderedMap::of(rows));
    let words = |words: &str| Constant::Many(vec![words.to_owned()]);
    let set = vec![
        ("event.category".to_owned(), words("web")),
        ("event.type".to_owned(), words("access")),
        ("event.action".to_owned(), Constant::Text("http_access".to_owned())),
    ];
    definition.set.prepend(&OrderedMap::of(set));
    let status = "http.response.status_code";
    let rule = |condition: String, outcome: &str| RuleShape {
        condition: Some(condition),
        set: OrderedMap::of(vec![("event.outcome".to_owned(), Constant::Text(outcome.to_owned()))]),
        ..RuleShape::default()
    };
    let rules = [
        rule(format!("{status} >= 100 and {status} < 400"), "success"),
        rule(format!("{status} >= 400"), "failure"),
    ];
    definition.rule.splice(0..0, rules);
}
