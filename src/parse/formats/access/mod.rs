//! Web access logs in the Common Log Format and its successors.
//!
//! The line forms of Apache, nginx, lighttpd, Tomcat and Traefik are the same: who,
//! when in brackets, the request in quotes, status, bytes; *combined* adds referrer and
//! agent in quotes, and every server may add fields after that. Two formats share this
//! reader. `nginx.access` takes only lines that nginx can have written (combined, ident
//! `-`, a number of bytes, quotes escaped as `\x22`); `apache.access` takes every line
//! of the family. So a source that both understand in full is nginx's, and one `304 -`
//! makes it Apache's.

mod access_line;
mod apache_nginx;
mod field_names;
mod leading_fields;
mod quoting;
mod trailing_fields;
mod wrapper;

pub use apache_nginx::{ApacheAccess, NginxAccess};
