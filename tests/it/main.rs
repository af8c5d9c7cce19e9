//! Every integration test, in one binary.

mod agreement;
mod architecture;
mod authority;
mod before;
mod bundle;
mod commands;
mod corpus;
mod custody;
mod env;
mod faults;
mod forged;
mod forged_bag;
mod forged_leaves;
mod forgery;
mod handover;
mod harmless;
#[cfg(unix)]
mod hostile_case;
mod index_binding;
mod killed;
mod known;
mod leaks;
mod losses;
mod notes;
mod packing;
mod questions;
mod redaction;
mod repairs;
mod rereads;
mod robot;
mod screens;
mod screens_evidence;
mod screens_export;
mod screens_growth;
mod screens_notes;
mod screens_styles;
mod security;
mod tantivy_index;
mod terminal;
mod times;
mod tree;
mod trust;
#[cfg(unix)]
mod verifiers;
mod whole;
mod words;
