//! What OpenSSH's server writes (auth.c, auth2.c, packet.c, session.c, sshd.c
//! of OpenSSH 5 to 10).
//!
//! A client chooses user names, key ids, banners and reasons, and may write
//! ` from 192.0.2.1 port 22` into any of them. So each message is read from both
//! ends by its own grammar, and where more than one reading fits, the fields
//! stay empty.

mod connection;
mod login;
mod message;
mod peer_address;
mod refusal;

pub use message::read;
