//! Ring 1: an event goes in, the model and effects come out.
//!
//! [`kit`] makes up a case of a hundred events and answers every request from
//! it, so that a test says which keys are pressed and what then holds.

mod anomalies;
mod any_keys;
mod imports;
mod kit;
mod lists;

mod searches;
mod timelines;
