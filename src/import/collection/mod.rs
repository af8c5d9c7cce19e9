//! What does a collection say about the logs in it?
//!
//! Owns the layouts of collections (UAC, Velociraptor, sosreport, a copied root folder):
//! which of their files state the host, the zone and the moment of collection, what each
//! states, and which files are no logs. Promises that nothing is guessed from logs
//! themselves, that each statement says from which file it is, and that of several about
//! one thing the same one always counts.

mod collections;
mod kinds;
mod layout;
mod statement;
mod texts;

pub use collections::Collections;
