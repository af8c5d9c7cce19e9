//! Who signs in, from where, and what is unusual about it?
//!
//! Owns the detectors of sign-ins and of what users do. Promises that a flood without a
//! success is never more than medium.

use super::detector::Detector;

mod attempts;
mod credential_switch;
mod distributed_guessing;
mod dormant_account;
mod guessed_password;
mod guessed_web_password;
mod impossible_travel;
mod network;
mod new_for_user;
mod off_hours;
mod parameter;
mod rare_pair;
mod report;
#[cfg(test)]
mod sample;
mod spraying;
mod statistics;
mod window;

/// The detectors, in the order in which they run.
pub const DETECTORS: [&Detector; 10] = [
    &guessed_password::DETECTOR,
    &guessed_web_password::DETECTOR,
    &spraying::DETECTOR,
    &distributed_guessing::DETECTOR,
    &new_for_user::DETECTOR,
    &rare_pair::DETECTOR,
    &credential_switch::DETECTOR,
    &impossible_travel::DETECTOR,
    &off_hours::DETECTOR,
    &dormant_account::DETECTOR,
];
