//! The names of fields that only access logs have.

/// The names of the fields of a server that are not core fields.
pub struct AccessFieldNames {
    pub dataset: &'static str,
    pub addresses: &'static str,
    pub forwarded: &'static str,
    pub upstream_address: &'static str,
    pub upstream_time: &'static str,
    pub extra: &'static str,
    pub prefix: &'static str,
}

pub const APACHE: AccessFieldNames = AccessFieldNames {
    dataset: "apache.access",
    addresses: "apache.access.remote_addresses",
    forwarded: "apache.access.forwarded_for",
    upstream_address: "apache.access.upstream.address",
    upstream_time: "apache.access.upstream.response_time",
    extra: "apache.access.extra",
    prefix: "apache.access.",
};

pub const NGINX: AccessFieldNames = AccessFieldNames {
    dataset: "nginx.access",
    addresses: "nginx.access.remote_addresses",
    forwarded: "nginx.access.forwarded_for",
    upstream_address: "nginx.access.upstream.address",
    upstream_time: "nginx.access.upstream.response_time",
    extra: "nginx.access.extra",
    prefix: "nginx.access.",
};
