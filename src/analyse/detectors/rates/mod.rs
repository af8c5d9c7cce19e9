//! How much of what, how often, and what is unusual about it?
//!
//! Owns the detectors of rates, amounts, rhythms and holes, for all kinds of events.

mod amounts;
mod beacon;
mod beacon_score;
mod burst;
mod burst_episode;
mod burst_history;
mod clock_jump;
mod coverage;
mod groups;
mod hour_of_week;
mod level_shift;
mod outflow;
mod outflow_objects;
mod pelt;
mod repeated_block;
mod scan;
mod scan_hole;
mod serial_gap;
mod series;
mod silence;
mod source_rates;
mod statistics;
#[cfg(test)]
mod testing;
mod web_names;
mod web_scan;
mod wording;

use super::detector::Detector;

pub use coverage::coverage;
pub use repeated_block::candidates;

/// The detectors, in the order in which they run.
pub const DETECTORS: [&Detector; 11] = [
    &burst::DETECTOR,
    &level_shift::DETECTOR,
    &beacon::DETECTOR,
    &scan::DETECTOR,
    &scan_hole::DETECTOR,
    &outflow::DETECTOR,
    &outflow_objects::DETECTOR,
    &silence::DETECTOR,
    &clock_jump::DETECTOR,
    &serial_gap::DETECTOR,
    &repeated_block::DETECTOR,
];
